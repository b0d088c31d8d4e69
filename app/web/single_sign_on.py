"""Signing in with another provider: there by a link, and back by an address of ours.

There by a link, not by a form: browsers check each redirect of a form against `form-action`, and
providers redirect further to addresses that nobody knows before. Nothing is changed by the link: who
comes back has to bring what the signed cookie of this browser says.
"""

import hmac
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.api import sessions
from app.edge.limits import limited
from app.edge.parts import Address, Its, Parts
from app.edge.problems import forbidden, headers_of, request_id
from app.edge.sso.admitting import admitted, connected
from app.edge.sso.asking import ProviderError
from app.edge.sso.departures import VALID, Departure, depart, opened, sealed
from app.edge.sso.provider import CALLBACK, Provider
from app.storage import credentials
from app.web.addresses import SIGN_IN, leave, local
from app.web.rendering import fragment
from app.web.visitors import guest
from stackwright.access.accounts import Caller
from stackwright.access.tokens import digest
from stackwright.errors import ProjectError

router = APIRouter(include_in_schema=False)

START = "/sign-in/oidc"
SPENT = "oidc"
Guest = Annotated[Caller | None, Depends(guest)]
Told = Annotated[str, Query(max_length=4000)]
log = structlog.get_logger("web")


@router.get(START)
async def go(
    request: Request, caller: Guest, parts: Its, back: Annotated[Told, Query(alias="next")] = "/"
) -> Response:
    """Send somebody to the provider; whoever has signed in is led on."""
    provider = provider_of(parts)
    if caller:
        return leave(request, local(back))
    if request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        raise forbidden("Only a person who follows a link can sign in.", "Open the address itself.")
    try:
        await limited("login")(request)
        departure = depart(local(back), None, parts.now())
        answer = RedirectResponse(await provider.address(departure), 303)
    except ProjectError as error:
        return refused(request, error, SIGN_IN)
    return sent(answer, parts, departure)


@router.get(CALLBACK)
async def come_back(
    request: Request,
    caller: Guest,
    parts: Its,
    address: Address,
    state: Told = "",
    code: Told = "",
    iss: Told = "",
    error: Told = "",
) -> Response:
    """Let somebody in who comes back from the provider, or connect them with their account."""
    provider = provider_of(parts)
    departure = None
    try:
        await limited("login")(request)
        departure = await _departure(request, parts, state)
        if departure.account and (caller is None or caller.account.id != departure.account):
            raise forbidden("You have signed out meanwhile.", "Sign in, then connect it again.")
        if error or not code:
            log.info(
                "sign-in ended", request_id=request_id(request), denied=error == "access_denied"
            )
            raise forbidden("The provider has not identified you.", "Begin again, and agree there.")
        identity = await provider.identity(departure, code, iss)
        if departure.account and caller:
            await connected(parts, caller, identity)
            return arrived(RedirectResponse("/account?done=connected", 303), parts)
        account = await admitted(parts, identity, address)
    except ProjectError as why:
        again = "/account" if departure and departure.account else SIGN_IN
        return arrived(refused(request, why, again), parts)
    answer = arrived(RedirectResponse(local(departure.back), 303), parts)
    await sessions.begin(account, request, answer, parts, address, by=identity.issuer)
    return answer


def provider_of(parts: Parts) -> Provider:
    """The provider; without one these addresses lead nowhere."""
    if parts.provider is None:
        raise HTTPException(404)
    return parts.provider


def sent(answer: Response, parts: Parts, departure: Departure) -> Response:
    """This answer, which leads to the provider, with what is remembered until they are back."""
    cookie = sealed(parts.settings.key(), departure)
    return _with_cookie(answer, parts, cookie, int(VALID.total_seconds()))


def arrived(answer: Response, parts: Parts) -> Response:
    """This answer, which ends the way."""
    return _with_cookie(answer, parts, "", 0)


def refused(request: Request, error: ProjectError, again: str) -> Response:
    """Why it did not work, as a page; the operator finds more in the log."""
    if isinstance(error, ProviderError):
        log.warning(
            "provider failed", request_id=request_id(request), step=error.step, reason=error.reason
        )
    is_broken = error.http_status >= 500
    card = {
        "status": error.http_status,
        "title": "Single sign-on did not work",
        "cause": error.message,
        "fix": error.hint,
        "findings": (),
        "request_id": request_id(request) if is_broken else "",
        "again": again,
        "way": "Back to my account" if again == "/account" else "Back to signing in",
    }
    answer = fragment(
        request, "problem.html.jinja", title="Sign in", status=error.http_status, problem=card
    )
    answer.headers.update(headers_of(request, error))
    return answer


async def _departure(request: Request, parts: Parts, state: str) -> Departure:
    """The way that somebody was sent, which can be come back from once."""
    cookie = request.cookies.get(parts.settings.departure_cookie, "")
    departure = opened(parts.settings.key(), cookie, parts.now())
    wrong = forbidden(
        "This sign-in was not begun in this browser, is over, or took too long.",
        f"Begin again at {parts.settings.public_url.rstrip('/')}{SIGN_IN}, with cookies allowed.",
    )
    if departure is None or not hmac.compare_digest(departure.state.encode(), state.encode()):
        raise wrong
    key, now = digest(departure.state), parts.now()
    async with parts.storage.session() as session:
        is_first = await credentials.spend(session, SPENT, key, now, departure.expires_at)
    if not is_first:
        raise wrong
    return departure


def _with_cookie(answer: Response, parts: Parts, value: str, max_age_s: int) -> Response:
    answer.set_cookie(
        parts.settings.departure_cookie,
        value,
        max_age=max_age_s,
        path="/",
        secure=parts.settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer
