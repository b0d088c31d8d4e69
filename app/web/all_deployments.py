"""One's deployments, of all projects: what serves, and what happened to each last."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.api import deployments as doors
from app.api.paging import Cursor
from app.edge.aside import waiting
from app.edge.parts import Its, Work
from app.live.sites import SiteView, view_site
from app.storage import rollouts
from app.storage.deployments import Listed
from app.web.deployment_words import TITLES
from app.web.moments import minute
from app.web.rendering import TitleBlock, page
from app.web.rollout_words import badge
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.runs.rollout import Rollout

router = APIRouter(prefix="/deployments", include_in_schema=False)

Reader = Annotated[Caller, Depends(visitor(Action.READ_DEPLOYMENTS))]
SIZE = 20  # deployments on a page
COLUMNS = (
    {"label": "Now"},
    {"label": "Deployment"},
    {"label": "Project"},
    {"label": "Where"},
    {"label": "Last rollout"},
    {"label": "Changed, UTC", "kind": "number"},
)


@router.get("")
async def show(
    request: Request, caller: Reader, parts: Its, session: Work, cursor: Cursor = None
) -> Response:
    """The list, the last changed first."""
    found = await doors.own_deployments(caller, session, SIZE, cursor)
    last = await rollouts.newest(session, [one.id for one in found.deployments])
    now = parts.now()
    rows = []
    for one in found.deployments:
        where = one.config.cloud.target
        site = await waiting(view_site, one.config.site, now, where) if one.id in last else None
        rows.append(_row(one, last.get(one.id), site))
    return page(
        request,
        "all_deployments.html.jinja",
        title="Deployments",
        block=TitleBlock(plan=f"{len(rows)} on this page"),
        columns=COLUMNS,
        deployments=rows,
        is_first=cursor is None,
        more=f"/deployments?cursor={found.next}" if found.next else "",
    )


def _row(one: Listed, last: Rollout | None, site: SiteView | None) -> list[Any]:
    """A line of the list."""
    config, address = one.config, f"/deployments/{one.id}"
    region = f", {config.cloud.region}" if config.cloud.region else ""
    return [
        _now(last, site),
        {"text": f"{one.name}, {config.setting.environment}", "href": address},
        {"text": one.project, "href": f"/projects/{one.project_id}"},
        f"{TITLES[config.cloud.target]}{region}",
        _rollout(last, address) if last else "–",
        minute(one.changed_at),
    ]


def _now(last: Rollout | None, site: SiteView | None) -> dict[str, str]:
    """What is true of it, in a shape and a few words."""
    if last and last.waits:
        return {"state": "paused", "text": "waits for a yes"}
    if site and site.serves and site.is_up:
        return {"state": "done", "text": f"release {site.serves} serves"}
    if site and site.serves:
        return {"state": "failed", "text": f"release {site.serves} does not answer"}
    return {"state": "waiting", "text": "nothing deployed"}


def _rollout(last: Rollout, address: str) -> dict[str, str]:
    shown = badge(last)
    return {
        "state": shown["state"],
        "text": f"{last.number}: {shown['text']}",
        "href": f"{address}/rollouts/{last.id}",
    }
