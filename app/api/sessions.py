"""Browser sessions: logging in and out."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from app.edge.identity import csrf_token_of, demand
from app.edge.limits import limited
from app.edge.logins import proved
from app.edge.parts import Address, Its, Parts, Work
from app.edge.problems import unauthenticated
from app.storage import credentials
from app.storage.trail import note
from stackwright.access.accounts import Account, Caller, Email, Secret
from stackwright.access.audit import Entry
from stackwright.access.rights import Action
from stackwright.access.tokens import RANDOM_BYTES, Kind, digest, secret_text
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"])

Person = Annotated[Caller, Depends(demand(Action.CHANGE_SELF))]


class Login(Value):
    """Who logs in."""

    email: Email
    password: Secret


class Session(Value):
    """A browser session; its id is in the cookie only."""

    account: Account
    csrf_token: str = Field(description="Send it as X-CSRF-Token with whatever changes something.")


class Ended(Value):
    """Sessions that are over."""

    count: int


@router.post("", status_code=201, dependencies=[Depends(limited("login"))])
async def log_in(
    login: Login, request: Request, response: Response, parts: Its, address: Address
) -> Session:
    """Begin a session and set its cookie; one that the browser had before ends."""
    account = await proved(parts, login.email, login.password, address)
    if account is None:
        raise unauthenticated("The mail address or the password is wrong.")
    key = await begin(account, request, response, parts, address)
    return Session(account=account, csrf_token=csrf_token_of(parts, key))


async def begin(
    account: Account,
    request: Request,
    response: Response,
    parts: Parts,
    address: str,
    *,
    by: str = "",
) -> bytes:
    """Begin a session of somebody who has proved who they are, and set its cookie; its digest.

    Args:
        account: Theirs.
        request: The session that its browser had before ends.
        response: Gets the cookie.
        parts: Of the application.
        address: Where they are.
        by: The provider that has proved it; empty: a password.
    """
    cookie = secret_text(Kind.SESSION, secrets.token_bytes(RANDOM_BYTES))
    key, now = digest(cookie), parts.now()
    async with parts.storage.session() as session:
        await credentials.end(session, digest(request.cookies.get(parts.settings.cookie, "")))
        await credentials.begin(session, key, account.id, now)
        note(
            session,
            Entry(
                action="session.begin",
                at=now,
                actor=account.id,
                address=address,
                details={"by": by} if by else {},
            ),
        )
    _set_cookie(response, parts, cookie, int(parts.settings.lifetime.absolute.total_seconds()))
    return key


@router.get("/current")
async def current(caller: Person, parts: Its) -> Session:
    """The session of this browser, with its token against forged requests."""
    key = caller.session_digest or b""
    return Session(account=caller.account, csrf_token=csrf_token_of(parts, key))


@router.delete("/current", status_code=204)
async def log_out(caller: Person, response: Response, parts: Its, session: Work) -> None:
    """End the session of this browser."""
    await credentials.end(session, caller.session_digest or b"")
    now, actor = parts.now(), caller.account.id
    note(session, Entry(action="session.end", at=now, actor=actor, address=caller.address))
    _set_cookie(response, parts, "", 0)


@router.delete("/others")
async def end_others(caller: Person, parts: Its, session: Work) -> Ended:
    """End the sessions that one has in other browsers."""
    account_id = caller.account.id
    count = await credentials.end_all(session, account_id, besides=caller.session_digest)
    note(session, caller.did("session.end_others", parts.now(), account_id, count=count))
    return Ended(count=count)


def _set_cookie(response: Response, parts: Parts, value: str, max_age_s: int) -> None:
    response.set_cookie(
        parts.settings.cookie,
        value,
        max_age=max_age_s,
        path="/",
        secure=parts.settings.is_https,
        httponly=True,
        samesite="lax",
    )
