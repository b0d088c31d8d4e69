"""One's own account: name, password, tokens for programs, and where else it is signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError

from app.api import accounts, sessions
from app.edge.parts import Its, Work
from app.web.account_identities import identities_of
from app.web.account_tokens import tokens_of
from app.web.addresses import leave
from app.web.forms import NOTHING, Refusal, refusal
from app.web.rendering import fragment, page
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError

router = APIRouter(prefix="/account", include_in_schema=False)

Person = Annotated[Caller, Depends(visitor(Action.CHANGE_SELF))]
Text = Annotated[str, Form(max_length=2000)]
DONE = {
    "name": "Your name was changed.",
    "password": "Your password was changed; all other browsers are signed out.",
    "sessions": "All other browsers are signed out.",
    "token": "The token was revoked.",
    "connected": "You can sign in with it from now on.",
    "disconnected": "It no longer opens your account.",
}
NAME = {"name": "Name"}
PASSWORD = {"current_password": "Current password", "password": "New password"}


@router.get("")
async def show_account(
    request: Request,
    caller: Person,
    parts: Its,
    session: Work,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """All of it on one page."""
    return page(
        request,
        "account.html.jinja",
        title="Account",
        person=caller.account,
        name=caller.account.name,
        done=DONE.get(done, ""),
        why=NOTHING,
        **await identities_of(caller, parts, session),
        **await tokens_of(caller, session),
    )


@router.post("/name")
async def change_name(request: Request, caller: Person, parts: Its, name: Text = "") -> Response:
    """Give oneself another name."""
    try:
        change = accounts.SelfChange.model_validate({"name": name})
        await accounts.change_me(change, caller, parts)
    except (ProjectError, ValidationError) as error:
        return _again(request, "name", refusal(error, NAME), {"name": name})
    return leave(request, "/account?done=name")


@router.post("/password")
async def change_password(
    request: Request,
    caller: Person,
    parts: Its,
    current_password: Text = "",
    password: Text = "",
) -> Response:
    """Set another password, by somebody who knows the one before."""
    try:
        given = {"password": password, "current_password": current_password}
        change = accounts.SelfChange.model_validate(given)
        await accounts.change_me(change, caller, parts)
    except (ProjectError, ValidationError) as error:
        return _again(request, "password", refusal(error, PASSWORD), {"person": caller.account})
    return leave(request, "/account?done=password")


@router.post("/sessions/end")
async def end_sessions(request: Request, caller: Person, parts: Its, session: Work) -> Response:
    """Sign out everywhere else."""
    await sessions.end_others(caller, parts, session)
    return leave(request, "/account?done=sessions")


def _again(request: Request, what: str, why: Refusal, given: dict[str, Any]) -> Response:
    template = f"account_{what}.html.jinja"
    return fragment(request, template, title=f"Your {what}", status=why.status, why=why, **given)
