"""Who is behind a request, and whether they may: the only way in which doors learn it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyCookie, HTTPBearer

from app.edge.basic import BASIC, password_of
from app.edge.frame import own_origins, sender_of
from app.edge.limits import count_call
from app.edge.parts import Parts, address_of, parts_of
from app.edge.problems import TryLaterError, forbidden, unauthenticated
from app.storage import credentials
from stackwright.access.accounts import Caller
from stackwright.access.rights import RIGHTS, Action, may
from stackwright.access.sessions import SAFE_METHODS, csrf_token, is_ours
from stackwright.access.tokens import Kind, digest, is_secret_text
from stackwright.errors import ProjectError

CSRF_HEADER = "X-CSRF-Token"
BEARER = HTTPBearer(
    scheme_name="token", description="A token of POST /api/v1/tokens.", auto_error=False
)
COOKIE = APIKeyCookie(
    name="__Host-stackwright",
    scheme_name="session",
    description="Set by POST /api/v1/sessions; over plain http it is called `stackwright`. "
    f"Whatever changes something needs the header {CSRF_HEADER}, or a browser that says it comes from us.",
    auto_error=False,
)


def demand(action: Action) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller, who is known and may do this.

    Use it as the first argument of a door: `caller: Annotated[Caller, Depends(demand(Action.READ_SELF))]`.
    """

    async def demanded(
        request: Request,
        _token: Annotated[object, Security(BEARER)] = None,
        _cookie: Annotated[object, Security(COOKIE)] = None,
    ) -> Caller:
        return await identified(request, action)

    return demanded


def demand_of_program(action: Action) -> Callable[..., Awaitable[Caller]]:
    """The same as `demand`, for programs that know no other way than HTTP Basic: the password is the token."""

    async def demanded(
        request: Request,
        _password: Annotated[object, Security(BASIC)] = None,
        _token: Annotated[object, Security(BEARER)] = None,
        _cookie: Annotated[object, Security(COOKIE)] = None,
    ) -> Caller:
        return await identified(request, action, password_of(request.headers))

    return demanded


async def identified(connection: HTTPConnection, action: Action, password: str = "") -> Caller:
    """The caller behind a request or a socket, who is known and may do this.

    Args:
        connection: What was sent.
        action: What is asked for.
        password: The token, where it comes as a password.

    Raises:
        ProjectError: They are not (HTTP 401), or may not (HTTP 403).
    """
    caller = await _identified(connection, password)
    if not may(caller.account.role, caller.scopes, action):
        raise not_allowed(caller, action)
    return caller


def csrf_token_of(parts: Parts, session_digest: bytes) -> str:
    """What this session sends as `X-CSRF-Token`."""
    return csrf_token(parts.settings.key(), session_digest)


async def by_cookie(request: HTTPConnection) -> Caller | None:
    """Who this browser's session belongs to; None: it has none, or it has ended.

    Raises:
        TryLaterError: They ask for too much.
    """
    parts = parts_of(request)
    cookie = request.cookies.get(parts.settings.cookie, "")
    if not is_secret_text(Kind.SESSION, cookie):
        return None
    key = digest(cookie)
    async with parts.storage.session() as session:
        account = await credentials.of_session(session, key, parts.settings.lifetime, parts.now())
        wait_s = await count_call(session, parts, str(account.id)) if account else 0
    _must_wait(wait_s)
    if not account:
        return None
    return Caller(account=account, session_digest=key, address=address_of(request))


def is_from_us(request: HTTPConnection, caller: Caller, given: str) -> bool:
    """Whether a request with a cookie changes nothing, or comes from our own pages.

    Args:
        request: What was sent; a socket changes nothing.
        caller: Whose session it is.
        given: The token against forged requests that came with it, in a header or a form.
    """
    if request.scope.get("method", "GET") in SAFE_METHODS:
        return True
    parts = parts_of(request)
    own = own_origins(parts.settings, request.headers)
    expected = csrf_token_of(parts, caller.session_digest or b"")
    return is_ours(sender_of(request.headers), own, given, expected)


def not_allowed(caller: Caller, action: Action) -> ProjectError:
    """Why this caller may not do this."""
    role, right = caller.account.role, RIGHTS[action]
    if role not in right.roles:
        return forbidden(
            f"The role {role} does not allow this.", "An admin can give you another role."
        )
    if right.scope is None:
        return forbidden("No token allows this.", "Log in with POST /api/v1/sessions.")
    return forbidden(
        f"The token has not the scope {right.scope}.", "Make a token with it: POST /api/v1/tokens."
    )


async def _identified(request: HTTPConnection, password: str) -> Caller:
    parts = parts_of(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, text = authorization.partition(" ")
        shown = text.strip() if scheme.lower() == "bearer" else password
        if not is_secret_text(Kind.TOKEN, shown):
            raise unauthenticated("This is not a token: a part of it is missing or mistyped.")
        return await _by_token(request, parts, shown)
    if not is_secret_text(Kind.SESSION, request.cookies.get(parts.settings.cookie, "")):
        raise unauthenticated()
    caller = await by_cookie(request)
    if not caller:
        raise unauthenticated("The session has ended.")
    if not is_from_us(request, caller, request.headers.get(CSRF_HEADER, "")):
        raise forbidden(
            "Nothing shows that this request comes from our own pages.",
            f"Send the header {CSRF_HEADER} with the csrf_token of the login "
            "(GET /api/v1/sessions/current tells it again).",
        )
    return caller


async def _by_token(request: HTTPConnection, parts: Parts, text: str) -> Caller:
    async with parts.storage.session() as session:
        found = await credentials.of_token(session, digest(text), parts.now())
        wait_s = await count_call(session, parts, str(found[0].id)) if found else 0
    if not found:
        raise unauthenticated("The token is not known, was revoked or has expired.")
    _must_wait(wait_s)
    return Caller(account=found[0], scopes=found[1], address=address_of(request))


def _must_wait(wait_s: int) -> None:
    if wait_s:
        raise TryLaterError("This account asks for too much at once.", wait_s)
