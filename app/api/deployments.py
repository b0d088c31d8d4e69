"""Deployments of a project: all choices of where and how its product runs, and a look at them before a plan."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.openapi.models import Example
from pydantic import Field

from app.api.etags import IfMatch, etag, is_known, must_match, unchanged
from app.api.paging import DEFAULT, Cursor, Size, from_cursor, to_cursor
from app.api.projects import the_project
from app.edge.aside import waiting
from app.edge.identity import demand
from app.edge.parts import Its, Work
from app.edge.problems import conflict, not_found
from app.live.sites import view_site
from app.storage import deployments, drafts, rollouts, runs, states
from app.storage.deployments import Listed, Stored
from app.storage.engine import Session
from app.storage.projects import Project
from app.storage.trail import note
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.deployment.bill import Bill, bill
from stackwright.deployment.config import Deployment
from stackwright.deployment.cost import over_budget
from stackwright.deployment.options.place import Target
from stackwright.deployment.review import review
from stackwright.deployment.stacks.limits import limits
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

router = APIRouter(prefix="/api/v1", tags=["deployments"])

Reader = Annotated[Caller, Depends(demand(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(demand(Action.WRITE_DEPLOYMENTS))]
MOST = 100  # deployments of a project

EXAMPLES: dict[str, Example] = {
    "local": Example(
        summary="Staging on this machine; everything else is a safe default.",
        value={"name": "shop-staging"},
    ),
    "production": Example(
        summary="Production at a provider, with variables and secrets by reference.",
        value={
            "name": "shop",
            "cloud": {"target": "aws", "region": "eu-central-1", "credentials": "aws-shop"},
            "setting": {
                "environment": "production",
                "variables": {"MAIL_FROM": "shop@example.com"},
                "secrets": {"PAYMENT_KEY": {"store": "shop/payment", "version": "3"}},
            },
            "database": {"size": "medium", "high_availability": True},
            "address": {"domain": "shop.example.com", "cdn": {"enabled": True}},
            "scaling": {"minimum": 2, "maximum": 6},
            "watching": {"mails": ["ops@example.com"]},
        },
    ),
}
Wanted = Annotated[Deployment, Body(openapi_examples=EXAMPLES)]


class Deployments(Value):
    """All deployments of a project, by name."""

    deployments: Sequence[Stored]


class DeploymentPage(Value):
    """Some of one's deployments, the last changed first."""

    deployments: Sequence[Listed]
    next: str | None = Field(description="Cursor of the next page; null: this is the last one.")


class WhatIf(Value):
    """Other choices to look at: without them, the saved ones."""

    config: Deployment | None = None


class Look(Value):
    """What there is to know about choices before a plan is made of them. Nothing was changed."""

    can_be_planned: bool = Field(description="Whether no finding is an error.")
    findings: Sequence[Finding] = Field(description="What is wrong or unwise, errors first.")
    bill: Bill


@router.get("/projects/{project_id}/deployments")
async def all_deployments(project_id: UUID, caller: Reader, session: Work) -> Deployments:
    """All deployments of a project, by name."""
    await the_project(session, project_id, caller)
    return Deployments(deployments=await deployments.of_project(session, project_id))


@router.post("/projects/{project_id}/deployments", status_code=201)
async def make_deployment(
    project_id: UUID,
    config: Wanted,
    caller: Writer,
    parts: Its,
    session: Work,
    response: Response,
) -> Stored:
    """Keep the choices of a new deployment. Nothing is deployed before a plan of it is approved."""
    project = await the_project(session, project_id, caller, hold=True)
    if await deployments.count(session, project.id) >= MOST:
        raise conflict(f"The project has {MOST} deployments.", "Remove one that is not needed.")
    await _must_be_free(session, project_id, config.name)
    now = parts.now()
    stored = Stored(
        id=uuid4(),
        project_id=project_id,
        name=config.name,
        config=config,
        revision=1,
        made_at=now,
        changed_at=now,
    )
    await deployments.add(session, stored)
    note(session, caller.did("deployment.make", now, stored.id, name=stored.name))
    response.headers["Location"] = f"/api/v1/deployments/{stored.id}"
    response.headers["ETag"] = etag(stored.revision)
    return stored


@router.post("/projects/{project_id}/deployments/review")
async def look_at_new(project_id: UUID, config: Wanted, caller: Reader, session: Work) -> Look:
    """What there is to know about a deployment that is not kept: findings and the bill."""
    project = await the_project(session, project_id, caller)
    return look(config, None, await written_for(session, project))


@router.get("/deployments")
async def own_deployments(
    caller: Reader, session: Work, size: Size = DEFAULT, cursor: Cursor = None
) -> DeploymentPage:
    """One's own deployments, of all projects, the last changed first."""
    found = await deployments.page(session, caller.account.id, from_cursor(cursor), size + 1)
    shown = found[:size]
    more = to_cursor(shown[-1].changed_at, shown[-1].id) if len(found) > size else None
    return DeploymentPage(deployments=shown, next=more)


@router.get("/deployments/{deployment_id}")
async def one_deployment(
    deployment_id: UUID, caller: Reader, session: Work, request: Request, response: Response
) -> Any:
    """A deployment with all of its choices."""
    stored = await the_deployment(session, deployment_id, caller)
    tag = etag(stored.revision)
    if is_known(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return stored


@router.put("/deployments/{deployment_id}")
async def replace_deployment(
    deployment_id: UUID,
    config: Wanted,
    caller: Writer,
    parts: Its,
    session: Work,
    response: Response,
    if_match: IfMatch = None,
) -> Stored:
    """Keep other choices. What runs stays as it is until a plan of them is approved."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    must_match(if_match, etag(stored.revision), "deployment")
    if config != stored.config:
        await _must_be_free(session, stored.project_id, config.name, stored.id)
        await _must_stay(session, stored, config)
        now = parts.now()
        stored = await deployments.replace(session, stored, config, now)
        name, number = stored.name, stored.revision
        note(session, caller.did("deployment.change", now, stored.id, name=name, revision=number))
    response.headers["ETag"] = etag(stored.revision)
    return stored


@router.delete("/deployments/{deployment_id}", status_code=204)
async def remove_deployment(
    deployment_id: UUID, caller: Writer, parts: Its, session: Work, if_match: IfMatch = None
) -> None:
    """Forget a deployment with its rollouts; one that still runs on this machine is taken down first, by hand."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    must_match(if_match, etag(stored.revision), "deployment")
    site = stored.config.site
    target, ours = stored.config.cloud.target, await rollouts.page(session, stored.id, None, 1)
    if ours and await waiting(view_site, site, parts.now(), target) is not None:
        if target is not Target.LOCAL:
            raise conflict(
                f"{site} runs at {target}, and its stack lies on this machine.",
                "Take it away first, by terraform destroy in the folder of the site.",
            )
        raise conflict(
            f"{site} still lies on this machine, with its data.",
            f"Take it down first: stackwright deploy remove {site} --confirm {site}",
        )
    if await states.find_things(session, stored.project_id, stored.id):
        raise conflict(
            "Its Terraform state knows resources that nobody would find again.",
            "Destroy them first, or delete the state.",
        )
    await deployments.remove(session, deployment_id)
    await drafts.drop_page(session, stored.project_id, draft_of(deployment_id))
    note(session, caller.did("deployment.remove", parts.now(), stored.id, name=stored.name))


@router.post("/deployments/{deployment_id}/review")
async def look_at_saved(deployment_id: UUID, given: WhatIf, caller: Reader, session: Work) -> Look:
    """What there is to know about these choices, or other ones that are not kept: findings and the bill."""
    stored = await the_deployment(session, deployment_id, caller)
    project = await the_project(session, stored.project_id, caller)
    config = given.config or stored.config
    return look(config, stored.config, await written_for(session, project))


async def the_deployment(
    session: Session, deployment_id: UUID, caller: Caller, *, hold: bool = False
) -> Stored:
    """The deployment.

    Raises:
        ProjectError: There is none, or it is somebody else's (HTTP 404).
    """
    found = await deployments.find(session, deployment_id, caller, hold=hold)
    if found is None:
        raise not_found("deployment")
    return found


async def _must_stay(session: Session, stored: Stored, config: Deployment) -> None:
    """What was rolled out keeps its place: elsewhere it would be another one, and this one would be nobody's."""
    before, after = stored.config, config
    if (before.site, before.cloud.target) == (after.site, after.cloud.target):
        return
    if await rollouts.page(session, stored.id, None, 1):
        raise conflict(
            f"It was rolled out as {before.site}: name, environment and target stay as they are.",
            "Make another deployment for another place.",
        )


def look(config: Deployment, saved: Deployment | None, database: str) -> Look:
    """What there is to know about these choices.

    Args:
        config: The choices.
        saved: Those that were saved, which the bill is compared with; None: none were.
        database: The one that the product was generated for; empty: not known.
    """
    estimated = bill(config, saved)
    budget = config.review.budget_usd_per_month
    found = dict.fromkeys(
        (*over_budget(estimated.cost, budget), *review(config, database), *limits(config))
    )
    findings = tuple(sorted(found, key=lambda one: one.level != "error"))
    errors = any(one.level == "error" for one in findings)
    return Look(can_be_planned=not errors, findings=findings, bill=estimated)


async def written_for(session: Session, project: Project) -> str:
    """The database that the product was generated for, or would be as the project's choices stand."""
    last = await runs.latest_output(session, project.id)
    return (last.config if last else project.config).database.value


def draft_of(deployment_id: UUID) -> str:
    """What the draft of its choices is called among those of its project."""
    return f"deploy_{deployment_id.hex}"


async def _must_be_free(
    session: Session, project_id: UUID, name: str, but: UUID | None = None
) -> None:
    if await deployments.is_taken(session, project_id, name, but):
        raise ProjectError(
            f"The project has another deployment called {name}.",
            hint="Choose another name: the names of all resources begin with it.",
            findings=[Finding(level="error", where="body.name", message="is taken")],
            http_status=409,
        )
