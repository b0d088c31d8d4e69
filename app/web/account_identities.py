"""The provider that opens one's account: connected and disconnected by whoever has signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from app.edge.limits import limited
from app.edge.parts import Its, Parts
from app.edge.sso.admitting import disconnected
from app.edge.sso.departures import depart
from app.storage import accounts, identities
from app.storage.engine import Session
from app.web.addresses import leave
from app.web.moments import minute
from app.web.rendering import page
from app.web.single_sign_on import provider_of, refused, sent
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError

router = APIRouter(prefix="/account/identity", include_in_schema=False)

Person = Annotated[Caller, Depends(visitor(Action.CHANGE_SELF))]
HERE = "/account"


async def identities_of(caller: Caller, parts: Parts, session: Session) -> dict[str, Any]:
    """What the sheets of the password and of the provider show."""
    found = await identities.connections(session, caller.account.id)
    oidc = parts.settings.oidc
    served = oidc.issuer.rstrip("/") if oidc else ""
    return {
        "has_password": await accounts.has_password(session, caller.account.id),
        "elsewhere": oidc,
        "can_connect": oidc and served not in {one.issuer.rstrip("/") for one in found},
        "connections": [
            {
                "issuer": one.issuer,
                "name": oidc.name if oidc and one.issuer.rstrip("/") == served else one.issuer,
                "email": one.email,
                "since": minute(one.made_at),
            }
            for one in found
        ],
    }


@router.post("/connect")
async def connect(request: Request, caller: Person, parts: Its) -> Response:
    """Send somebody to the provider, whose answer will open this account from then on.

    Without script a page of ours leads there: browsers follow no redirect of a form to elsewhere.
    """
    provider = provider_of(parts)
    try:
        await limited("login")(request)
        departure = depart(HERE, caller.account.id, parts.now())
        there = await provider.address(departure)
    except ProjectError as error:
        return refused(request, error, HERE)
    if request.headers.get("hx-request"):
        return sent(leave(request, there), parts, departure)
    name = provider.settings.name
    answer = page(request, "account_connect.html.jinja", title="Connect", name=name, there=there)
    return sent(answer, parts, departure)


@router.post("/disconnect")
async def disconnect(
    request: Request,
    caller: Person,
    parts: Its,
    issuer: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Let the provider no longer open this account."""
    try:
        await disconnected(parts, caller, issuer)
    except ProjectError as error:
        return refused(request, error, HERE)
    return leave(request, "/account?done=disconnected")
