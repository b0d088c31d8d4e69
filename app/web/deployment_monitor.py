"""A deployment as it is: what serves, what happens to it, the plan that waits for a yes, releases and programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from app.api import rollouts as api
from app.api.deployments import the_deployment
from app.api.projects import the_project
from app.api.rollouts import NewRollout, the_rollout
from app.edge.parts import Its, Parts, Work
from app.live.door import Live
from app.live.hub import Hub
from app.storage import rollouts, runs
from app.storage.deployments import Stored
from app.web.addresses import leave
from app.web.deployment_state import charts, news, problem
from app.web.deployment_words import TITLES
from app.web.forms import NOTHING, refusal
from app.web.moments import minute
from app.web.program_lines import line
from app.web.rehearsal_words import rehearsed
from app.web.rendering import TitleBlock, fragment, page
from app.web.rollout_words import (
    badge,
    groups,
    programs,
    releases,
    said,
    sentence,
    short,
    steps,
    title,
    why,
)
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, may
from stackwright.deployment.options.place import REHEARSED, Target
from stackwright.deployment.request import CLOUDS
from stackwright.deployment.risk import Risk
from stackwright.errors import ProjectError
from stackwright.runs.rollout import Rollout, RolloutKind

router = APIRouter(prefix="/deployments/{deployment_id}", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(visitor(Action.ROLL_OUT))]
SHOWN = 10  # rollouts
BAD_INPUT = 422
COLUMNS = (
    {"label": "State"},
    {"label": "Rollout"},
    {"label": "Asked for, UTC", "kind": "number"},
    {"label": "Approved or started by"},
)


@router.get("")
async def monitor(
    request: Request, deployment_id: UUID, caller: Reader, parts: Its, hub: Live
) -> Response:
    """The whole page; with script, what happens is fetched again every second."""
    seen = await _seen(deployment_id, caller, parts, hub)
    stored = seen["stored"]
    return page(
        request,
        "deployment_monitor.html.jinja",
        title=f"{stored.config.name}, {stored.config.setting.environment}",
        block=TitleBlock(model=seen["project"].name, plan=f"choices {stored.revision}"),
        **seen,
    )


@router.get("/live")
async def live(
    request: Request, deployment_id: UUID, caller: Reader, parts: Its, hub: Live
) -> Response:
    """What changes while one watches."""
    seen = await _seen(deployment_id, caller, parts, hub)
    return fragment(request, "deployment_live.html.jinja", title="Now", **seen)


@router.post("/plan")
async def deploy(
    request: Request,
    deployment_id: UUID,
    caller: Writer,
    parts: Its,
    hub: Live,
    image: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Plan a release of the newest output, or of an image; nobody notices anything before somebody says yes."""
    try:
        wanted = NewRollout(image=image.strip())
        await api.start_rollout(deployment_id, wanted, caller, parts, hub, Response())
    except (ProjectError, ValidationError) as error:
        if isinstance(error, ProjectError) and error.http_status != BAD_INPUT:
            raise
        async with parts.storage.session() as session:
            stored = await the_deployment(session, deployment_id, caller)
        why_not = refusal(error, {"image": "Image"})
        return fragment(
            request,
            "deployment_image.html.jinja",
            title="Plan a release",
            status=why_not.status,
            stored=stored,
            image=image,
            why=why_not,
        )
    return leave(request, f"/deployments/{deployment_id}")


@router.post("/rehearse")
async def rehearse(
    request: Request, deployment_id: UUID, caller: Writer, parts: Its, hub: Live
) -> Response:
    """Go the whole way to the cloud without touching it."""
    wanted = NewRollout(kind=RolloutKind.REHEARSAL)
    await api.start_rollout(deployment_id, wanted, caller, parts, hub, Response())
    return leave(request, f"/deployments/{deployment_id}")


@router.post("/back/{release}")
async def go_back(
    request: Request,
    deployment_id: UUID,
    release: Annotated[int, Path(ge=1, le=10**6)],
    caller: Writer,
    parts: Its,
    hub: Live,
) -> Response:
    """Plan the way back to an earlier release."""
    wanted = NewRollout(kind=RolloutKind.ROLLBACK, release=release)
    await api.start_rollout(deployment_id, wanted, caller, parts, hub, Response())
    return leave(request, f"/deployments/{deployment_id}")


@router.post("/rollouts/{rollout_id}/approve")
async def approve(
    request: Request,
    deployment_id: UUID,
    rollout_id: UUID,
    caller: Writer,
    parts: Its,
    hub: Live,
    digest: Annotated[str, Form(max_length=64)] = "",
    confirmation: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Say yes to the plan that was read."""
    await api.approved(rollout_id, digest, confirmation, caller, parts, hub)
    return leave(request, f"/deployments/{deployment_id}")


@router.post("/rollouts/{rollout_id}/cancel")
async def cancel(
    request: Request,
    deployment_id: UUID,
    rollout_id: UUID,
    caller: Writer,
    parts: Its,
    hub: Live,
) -> Response:
    """End a rollout."""
    await api.cancel_rollout(rollout_id, caller, parts, hub)
    return leave(request, f"/deployments/{deployment_id}")


@router.get("/rollouts/{rollout_id}")
async def show_rollout(
    request: Request, deployment_id: UUID, rollout_id: UUID, caller: Reader, session: Work
) -> Response:
    """One rollout with its plan, what happened, and what came of it."""
    stored = await the_deployment(session, deployment_id, caller)
    rollout = await the_rollout(session, rollout_id, caller)
    return page(
        request,
        "rollout.html.jinja",
        title=f"{stored.config.name}, rollout {rollout.number}",
        block=TitleBlock(fingerprint=rollout.digest[:12]),
        stored=stored,
        **_shown(rollout),
    )


@router.get("/drift")
async def drift(
    request: Request, deployment_id: UUID, caller: Reader, parts: Its, hub: Live
) -> HTMLResponse:
    """What differs now from the release that serves."""
    found = await api.drift(deployment_id, caller, parts, hub)
    return fragment(
        request,
        "deployment_drift.html.jinja",
        title="Drift",
        deployment_id=deployment_id,
        found=found,
        at=minute(parts.now()),
    )


@router.get("/logs/{program}")
async def program_log(
    request: Request,
    deployment_id: UUID,
    program: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")],
    caller: Reader,
    parts: Its,
) -> Response:
    """What a program said last."""
    found = await api.program_log(deployment_id, program, caller, parts, 200)
    lines = [line(number, text) for number, text in enumerate(found.lines, 1)]
    return fragment(
        request, "deployment_log.html.jinja", title=program, program=program, lines=lines
    )


async def _seen(deployment_id: UUID, caller: Caller, parts: Parts, hub: Hub) -> dict[str, Any]:
    status = await api.status(deployment_id, caller, parts, hub)
    taken = await api.metrics(deployment_id, caller, parts, hub)
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
        project = await the_project(session, stored.project_id, caller)
        output = await runs.latest_output(session, stored.project_id)
        found = await rollouts.page(session, stored.id, None, SHOWN)
    site, last = status.site, found[0] if found else None
    here = stored.config.cloud.target is Target.LOCAL
    return {
        "stored": stored,
        "project": project,
        "output": output,
        "is_local": here,
        "can_rehearse": stored.config.cloud.target in CLOUDS,
        "is_rehearsed": stored.config.cloud.credentials == REHEARSED,
        "image": "",
        "why": NOTHING,
        "may_roll_out": may(caller.account.role, None, Action.ROLL_OUT),
        "alerts": [problem(one) for one in status.alerts],
        "charts": charts(taken, stored.config.site, parts.now()),
        "news": news(stored, output, found),
        "place": "this machine" if here else TITLES[stored.config.cloud.target],
        "site": site,
        "programs": programs(site, parts.now()) if site else [],
        "logs": [(one.name, short(one.title, site.name)) for one in site.programs] if site else [],
        "releases": releases(site) if site else [],
        "rollout": _shown(last) if last else None,
        "columns": COLUMNS,
        "rollouts": [_row(stored, one) for one in found],
    }


def _row(stored: Stored, one: Rollout) -> list[Any]:
    return [
        badge(one),
        {
            "text": f"{one.number}: {title(one)}",
            "href": f"/deployments/{stored.id}/rollouts/{one.id}",
        },
        minute(one.made_at),
        one.yes.by if one.yes else one.cause,
    ]


def _shown(rollout: Rollout) -> dict[str, Any]:
    plan = rollout.plan
    return {
        "it": rollout,
        "title_of_it": title(rollout),
        "badge": badge(rollout),
        "sentence": sentence(rollout),
        "problem": why(rollout),
        "plan": plan,
        "groups": groups(plan) if plan else [],
        "rest": [
            one
            for one in (plan.findings if plan else ())
            if plan and not any(one in plan.findings_at(step) for step in plan.steps)
        ],
        "loses_data": bool(plan and plan.risk is Risk.DATA_LOSS),
        "steps": steps(rollout),
        "rehearsed": rehearsed(rollout),
        "said": said(rollout),
        "made": minute(rollout.made_at),
        "ended": minute(rollout.ended_at) if rollout.ended_at else "",
    }
