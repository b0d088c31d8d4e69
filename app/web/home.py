"""The first page: what there is to do for somebody who has signed in; the way in for everybody else."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.edge.parts import Work
from app.storage import accounts
from app.web.addresses import SIGN_IN, leave
from app.web.rendering import page
from app.web.visitors import guest
from stackwright.access.accounts import Caller

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(
    request: Request, caller: Annotated[Caller | None, Depends(guest)], session: Work
) -> Response:
    """Where work begins."""
    if caller is None:
        is_new = not await accounts.has_admin(session)
        return leave(request, "/welcome" if is_new else SIGN_IN)
    return page(request, "home.html.jinja", title=f"Welcome, {caller.account.name}")
