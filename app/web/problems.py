"""What people see when something goes wrong: a card with cause and fix, as a page or in the place of a fragment."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from app.edge.problems import (
    KINDS,
    UNEXPECTED,
    Problem,
    as_document,
    headers_of,
    problem_of,
    request_id,
)
from app.web.addresses import to_sign_in
from app.web.bundle import AssetsMissingError
from app.web.rendering import environment, fragment, is_partial
from app.web.visitors import guest
from stackwright.errors import ProjectError

Handler = Callable[[Any, Any], Response | Awaitable[Response]]
PROGRAMS = "/api"  # below it the answers are JSON
UNROUTED = {404, 405}  # nobody has asked yet who is there

WORDS = {
    400: (
        "This request cannot be read",
        "The browser sent something unexpected.",
        "Go back and try again.",
    ),
    401: (
        "Please sign in",
        "This page is for people who are signed in.",
        "Sign in, then open it again.",
    ),
    403: ("This is not yours to see", "Your account may not do this.", "Ask its owner for access."),
    404: (
        "This page does not exist",
        "Nothing has this address; it may have been removed.",
        "Check the address, or begin again at the first page.",
    ),
    405: (
        "This cannot be done here",
        "The address exists, but does not take this kind of request.",
        "Go back and use the form there.",
    ),
    409: (
        "Somebody was quicker",
        "What you saw has changed since.",
        "Load it again and repeat your change.",
    ),
    413: ("This is too large", "More was sent than is accepted here.", "Send a smaller file."),
    422: (
        "The input needs a change",
        "Not everything that was sent can be used.",
        "Mend what is listed and send it again.",
    ),
    429: (
        "Too much at once",
        "There were more requests than are allowed.",
        "Wait a minute, then try again.",
    ),
    503: (
        "This is not available now",
        "Something it needs does not answer.",
        "Try again in a moment.",
    ),
}
REFUSED = (
    "This was refused",
    "The request cannot be carried out as it is.",
    "Go back and change it.",
)
BROKEN = (
    "Something broke in Stackwright",
    "A mistake of ours, not of yours. The log of the server holds the details.",
    "Try again; if it stays, report it with the number below.",
)


def add_problems(app: FastAPI) -> None:
    """Show failures of pages as pages. Those of programs are answered as before: call this last."""
    for kind in KINDS:
        app.add_exception_handler(kind, _shown(app.exception_handlers.get(kind, as_document)))


def show(request: Request, error: Exception) -> Response:
    """The card in place of what was asked for; plain when the files that pages load are missing.

    Whoever has to sign in first is led there, and back afterwards.
    """
    told = problem_of(error, request_id(request))
    if told.status == 401 and not is_partial(request):
        return RedirectResponse(to_sign_in(request), 303)
    card = _card(request, told, is_form=isinstance(error, RequestValidationError))
    try:
        return fragment(
            request, "problem.html.jinja", title=card["title"], status=told.status, problem=card
        )
    except AssetsMissingError as missing:
        card = _card(request, problem_of(missing, told.request_id))
        html = environment().get_template("html/bare.html.jinja").render(problem=card)
        return HTMLResponse(html, card["status"])


def _card(request: Request, told: Problem, *, is_form: bool = False) -> dict[str, Any]:
    """What stands on the card: the words of the error where it has its own, else those for everything alike."""
    title, cause, fix = WORDS.get(told.status) or (BROKEN if told.status >= 500 else REFUSED)
    is_plain = is_form or told.detail in {f"{told.title}.", UNEXPECTED}
    card: dict[str, Any] = {
        "status": told.status,
        "title": title,
        "cause": cause if is_plain else told.detail,
        "fix": fix if is_plain or told.status == 401 else told.hint,
        "findings": told.findings,
        "request_id": told.request_id if told.status >= 500 else "",
    }
    if told.status == 401:
        return {**card, "again": to_sign_in(request), "way": "Sign in"}
    if told.status == 404 and not is_partial(request):
        return {**card, "again": "/", "way": "To the first page"}
    if told.status >= 500 and request.method == "GET":
        return {**card, "again": request.url.path}
    return card


def _shown(before: Handler) -> Handler:
    """A handler that shows the card to people and leaves everything else to the one before."""

    async def handle(request: Any, error: Exception) -> Response:
        if _is_for_people(request) and getattr(error, "status_code", 400) >= 400:
            if getattr(error, "status_code", 0) in UNROUTED:
                await _look_who_is_there(request)
            response = show(request, error)
            if response.status_code >= 400:
                response.headers.update(headers_of(request, error))
            return response
        answer = before(request, error)
        return await answer if isinstance(answer, Awaitable) else answer

    return handle


async def _look_who_is_there(request: Request) -> None:
    """For the shell around the card, which is shown without a name when nobody can tell."""
    try:
        await guest(request)
    except ProjectError:
        return


def _is_for_people(request: Any) -> bool:
    if not isinstance(request, Request):  # a socket
        return False
    path = request.url.path
    is_program = path == PROGRAMS or path.startswith(f"{PROGRAMS}/")
    return not is_program and "text/html" in request.headers.get("accept", "")
