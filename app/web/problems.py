"""What people see when something goes wrong: a card with cause and fix, as a page or in the place of a fragment."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.web.bundle import AssetsMissingError
from app.web.rendering import environment, fragment
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

Handler = Callable[[Any, Any], Response | Awaitable[Response]]
PROGRAMS = "/api"  # below it the answers are JSON

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
        "Check the address or choose a section above.",
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
    "Try again; if it stays, report it with the time and this address.",
)


class Problem(Value):
    """One thing that went wrong, in words for people."""

    status: int = Field(description="The HTTP status.")
    title: str = Field(description="What happened.")
    cause: str = Field(description="Why it happened.")
    fix: str = Field("", description="What to do next.")
    findings: tuple[Finding, ...] = Field((), description="The single mistakes of an input.")
    again: str = Field("", description="Address that may answer better the next time.")


def add_problems(app: FastAPI) -> None:
    """Show failures of pages as pages. Those of programs are answered as before: call this last."""
    for kind in (HTTPException, RequestValidationError, ProjectError, Exception):
        app.add_exception_handler(kind, _shown(app.exception_handlers.get(kind)))


def show(request: Request, problem: Problem) -> HTMLResponse:
    """The card in place of what was asked for; plain when the files that pages load are missing."""
    try:
        return fragment(
            request,
            "problem.html.jinja",
            title=problem.title,
            status=problem.status,
            problem=problem,
        )
    except AssetsMissingError as error:
        missing = problem_of(error)
        html = environment().get_template("html/bare.html.jinja").render(problem=missing)
        return HTMLResponse(html, missing.status)


def problem_of(error: Exception, path: str = "") -> Problem:
    """What people are told about an error.

    Args:
        error: Anything that was raised.
        path: The address that was asked for, if asking again may help.
    """
    if isinstance(error, ProjectError):
        title = (
            "The input needs a change" if error.http_status == 422 else _words(error.http_status)[0]
        )
        return Problem(
            status=error.http_status,
            title=title,
            cause=error.message,
            fix=error.hint,
            findings=error.findings,
            again=path if error.http_status >= 500 else "",
        )
    if isinstance(error, RequestValidationError):
        return Problem(
            status=422,
            title="The input needs a change",
            cause="Not everything that was sent can be used.",
            fix="Mend what is listed and send it again.",
            findings=tuple(_finding(one) for one in error.errors()),
        )
    if isinstance(error, HTTPException):
        title, cause, fix = _words(error.status_code)
        is_plain = error.detail in {"", _phrase(error.status_code)}
        return Problem(
            status=error.status_code,
            title=title,
            cause=cause if is_plain else str(error.detail),
            fix=fix,
            again=path if error.status_code >= 500 else "",
        )
    return Problem(status=500, title=BROKEN[0], cause=BROKEN[1], fix=BROKEN[2], again=path)


def _shown(before: Handler | None) -> Handler:
    """A handler that shows the card to people and leaves everything else to the one before."""

    async def handle(request: Any, error: Exception) -> Response:
        if _is_for_people(request) and getattr(error, "status_code", 400) >= 400:
            path = request.url.path if request.method == "GET" else ""
            response: Response = show(request, problem_of(error, path))
            response.headers.update(getattr(error, "headers", None) or {})
            return response
        if before is None:
            if isinstance(error, ProjectError):
                raise error
            return PlainTextResponse("Internal Server Error", 500)
        answer = before(request, error)
        return await answer if isinstance(answer, Awaitable) else answer

    return handle


def _is_for_people(request: Any) -> bool:
    if not isinstance(request, Request):  # a socket
        return False
    path = request.url.path
    is_program = path == PROGRAMS or path.startswith(f"{PROGRAMS}/")
    return not is_program and "text/html" in request.headers.get("accept", "")


def _words(status: int) -> tuple[str, str, str]:
    return WORDS.get(status) or (BROKEN if status >= 500 else REFUSED)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _finding(error: dict[str, Any]) -> Finding:
    where = ".".join(str(part) for part in error["loc"])
    return Finding(level="error", where=where, message=str(error["msg"]))
