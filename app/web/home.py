"""The first page: what somebody who has signed in worked on last; the way in for everybody else."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.edge.parts import Work
from app.storage import accounts, projects, runs
from app.web.addresses import SIGN_IN, leave
from app.web.moments import minute
from app.web.rendering import has_page, page
from app.web.states import badge_of
from app.web.visitors import guest
from stackwright.access.accounts import Caller

router = APIRouter(include_in_schema=False)

LATEST = 8


@router.get("/")
async def home(
    request: Request, caller: Annotated[Caller | None, Depends(guest)], session: Work
) -> Response:
    """Where work begins, and where it goes on."""
    if caller is None:
        is_new = not await accounts.has_admin(session)
        return leave(request, "/welcome" if is_new else SIGN_IN)
    latest = await projects.page(session, caller.account.id, None, LATEST)
    last = await runs.page(session, caller.account.id, None, LATEST)
    return page(
        request,
        "home.html.jinja",
        title=f"Welcome, {caller.account.name}",
        projects=[
            [
                _linked(request, "projects", one.id, one.name),
                str(one.model) if one.model else "none yet",
                str(one.runs),
                minute(one.changed_at),
            ]
            for one in latest
        ],
        runs=[
            [
                _linked(request, "runs", one.id, f"{one.title}, run {one.number}"),
                badge_of(one.state),
                minute(one.made_at),
            ]
            for one in last
        ],
    )


def _linked(request: Request, folder: str, its_id: UUID, text: str) -> Any:
    """A cell that leads to the page of this, if it has one."""
    if not has_page(request, f"/{folder}/{{}}"):
        return text
    return {"text": text, "href": f"/{folder}/{its_id}"}
