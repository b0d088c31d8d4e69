"""The deployments of a project: listed, begun, and forgotten."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import ValidationError

from app.api import deployments as doors
from app.api.deployments import draft_of, look, written_for
from app.api.projects import the_project
from app.edge.parts import Its
from app.edge.parts import Work as Database
from app.storage import drafts
from app.storage.deployments import Stored
from app.storage.projects import Project
from app.web.addresses import leave
from app.web.deployment_words import TITLES
from app.web.forms import NOTHING, Refusal, refusal
from app.web.links import leads
from app.web.moments import minute
from app.web.rendering import TitleBlock, fragment, page
from app.web.run_words import several
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import Environment, Target
from stackwright.errors import ProjectError

router = APIRouter(include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_DEPLOYMENTS))]
Word = Annotated[str, Form(max_length=200)]
LABELS = {"name": "Name", "target": "Where", "environment": "Environment"}


@router.get("/projects/{project_id}/deployments")
async def show_all(
    request: Request, project_id: UUID, caller: Reader, session: Database
) -> Response:
    """The list, by name."""
    project = await the_project(session, project_id, caller)
    found = (await doors.all_deployments(project_id, caller, session)).deployments
    kept = await drafts.pages(session, project_id, caller.account.id)
    database = await written_for(session, project)
    return page(
        request,
        "deployments.html.jinja",
        title="Deployments",
        block=TitleBlock(model=project.name, plan=several(len(found), "deployment")),
        project=project,
        deployments=[_row(request, one, kept, database) for one in found],
    )


@router.get("/projects/{project_id}/deployments/new")
async def ask(request: Request, project_id: UUID, caller: Writer, session: Database) -> Response:
    """The form for a new deployment."""
    project = await the_project(session, project_id, caller)
    form = _form(project, "", Target.LOCAL.value, Environment.STAGING.value)
    return page(request, "deployment_new.html.jinja", title="New deployment", **form)


@router.post("/projects/{project_id}/deployments/new")
async def make(
    request: Request,
    project_id: UUID,
    caller: Writer,
    parts: Its,
    session: Database,
    name: Word = "",
    target: Word = "",
    environment: Word = "",
) -> Response:
    """Make it with safe defaults and go to its choices, or show the form with what is wrong."""
    project = await the_project(session, project_id, caller)
    try:
        config = Deployment.model_validate(
            {
                "name": name.strip(),
                "cloud": {"target": target},
                "setting": {"environment": environment},
            }
        )
        made = await doors.make_deployment(project_id, config, caller, parts, session, Response())
    except (ProjectError, ValidationError) as error:
        why = refusal(error, LABELS, {"cloud": "target", "setting": "environment"})
        return fragment(
            request,
            "deployment_new_form.html.jinja",
            title="New deployment",
            status=why.status,
            **_form(project, name, target, environment, why),
        )
    return leave(request, f"/deployments/{made.id}/configuration/cloud?done=made")


@router.get("/deployments/{deployment_id}/remove")
async def ask_to_remove(
    request: Request, deployment_id: UUID, caller: Writer, session: Database
) -> Response:
    """The question before a deployment is forgotten."""
    stored = await doors.the_deployment(session, deployment_id, caller)
    title = f"Remove “{stored.name}”?"
    return page(request, "deployment_remove.html.jinja", title=title, stored=stored)


@router.post("/deployments/{deployment_id}/remove")
async def remove(
    request: Request, deployment_id: UUID, caller: Writer, parts: Its, session: Database
) -> Response:
    """Forget it."""
    stored = await doors.the_deployment(session, deployment_id, caller)
    await doors.remove_deployment(deployment_id, caller, parts, session)
    return leave(request, f"/projects/{stored.project_id}/deployments")


def _row(request: Request, stored: Stored, kept: frozenset[str], database: str) -> list[Any]:
    """A line of the list."""
    config, address = stored.config, f"/deployments/{stored.id}"
    choices = f"{address}/configuration"
    its = address if leads(request.app, address) else choices
    found = look(config, None, database)
    errors = sum(one.level == "error" for one in found.findings)
    state = {"state": "done", "text": "can be planned", "href": f"{choices}/review"}
    if errors:
        state |= {"state": "failed", "text": f"{errors} to be put right"}
    if draft_of(stored.id) in kept:
        state |= {"state": "paused", "text": "draft, not saved"}
    region = f", {config.cloud.region}" if config.cloud.region else ""
    bill, least = found.bill, "from " if found.bill.state == "partly" else ""
    return [
        {"text": f"{stored.name}, {config.setting.environment}", "href": its},
        state,
        f"{TITLES[config.cloud.target]}{region}",
        "–" if bill.state == "nothing" else f"{least}{bill.usd_per_month:,.2f}",
        minute(stored.changed_at),
    ]


def _form(
    project: Project, name: str, target: str, environment: str, why: Refusal = NOTHING
) -> dict[str, Any]:
    return {
        "project": project,
        "name": name,
        "target": target,
        "environment": environment,
        "why": why,
        "fields": Deployment.model_fields,
        "targets": [{"value": one.value, "label": TITLES[one]} for one in Target],
        "environments": [{"value": one.value, "label": TITLES[one]} for one in Environment],
    }
