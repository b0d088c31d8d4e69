"""How errors look to programs: problem details, whatever went wrong."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

MEDIA_TYPE = "application/problem+json"
_HINTS = {
    404: "The routes are listed in /api/v1/openapi.json.",
    405: "The header Allow lists the methods of this route.",
    415: "Send JSON, with the header Content-Type: application/json.",
}


class Problem(Value):
    """What went wrong and what to do next. Source: RFC 9457."""

    type: str = Field(default="about:blank", description="No more than the status says.")
    title: str = Field(description="The name of the status.")
    status: int
    detail: str = Field(description="What happened, in one sentence.")
    hint: str = Field(default="", description="What to do next.")
    findings: tuple[Finding, ...] = Field(default=(), description="Every single problem.")
    request_id: str = Field(description="What the operator finds in the log.")


class TryLaterError(ProjectError):
    """Too much was asked for; it works again after a while (HTTP 429).

    Attributes:
        retry_after_s: That long.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        hint = f"Try again in {retry_after_s} seconds."
        super().__init__(message, hint=hint, http_status=429)
        self.retry_after_s = retry_after_s


def unauthenticated(message: str = "Nobody is logged in.") -> ProjectError:
    """An error for callers that are not known."""
    return ProjectError(
        message,
        hint="Log in with POST /api/v1/sessions, or send Authorization: Bearer with a token.",
        http_status=401,
    )


def forbidden(message: str, hint: str = "") -> ProjectError:
    """An error for callers that are known and may not."""
    return ProjectError(message, hint=hint, http_status=403)


def not_found(what: str) -> ProjectError:
    """An error for what is not there, or not theirs."""
    return ProjectError(f"There is no such {what}.", hint="Check its id.", http_status=404)


def conflict(message: str, hint: str) -> ProjectError:
    """An error for what contradicts the present state."""
    return ProjectError(message, hint=hint, http_status=409)


def problem(
    request_id: str,
    status: int,
    detail: str,
    hint: str = "",
    findings: Sequence[Finding] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what went wrong."""
    content = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        hint=hint,
        findings=tuple(findings),
        request_id=request_id,
    )
    return JSONResponse(
        content.model_dump(mode="json"), status, headers=headers, media_type=MEDIA_TYPE
    )


def unexpected(request_id: str) -> JSONResponse:
    """The answer to our own mistakes: nothing of them, only where the operator finds them."""
    hint = "The operator finds the cause in the log by the request id."
    return problem(request_id, 500, "Something went wrong here.", hint)


def explain(app: FastAPI) -> None:
    """Let this application answer errors with problem details, and describe them in its OpenAPI."""
    app.add_exception_handler(ProjectError, _of_project)
    app.add_exception_handler(RequestValidationError, _of_input)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_project(request: Request, error: Exception) -> JSONResponse:
    told = cast("ProjectError", error)
    headers = {}
    if isinstance(told, TryLaterError):
        headers["Retry-After"] = str(told.retry_after_s)
    if told.http_status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    if told.http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="stackwright"'
    return problem(_id(request), told.http_status, told.message, told.hint, told.findings, headers)


async def _of_input(request: Request, error: Exception) -> JSONResponse:
    findings = [_finding(one) for one in cast("RequestValidationError", error).errors()]
    detail = "The request is not what this route takes."
    return problem(_id(request), 422, detail, "Mend what the findings say.", findings)


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    told = cast("HTTPException", error)
    hint, headers = _HINTS.get(told.status_code, ""), told.headers
    if told.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = ", ".join(sorted(_methods(request)))
        headers = {"Allow": methods} if methods else headers
    return problem(_id(request), told.status_code, f"{told.detail}.", hint, (), headers)


def _methods(request: Request) -> set[str]:
    """What the contract has at this path; each route of the framework knows its own method alone."""
    return {
        method.upper()
        for path, operations in request.app.openapi()["paths"].items()
        if compile_path(path)[0].match(request.scope["path"])
        for method in operations
    }


def _finding(error: Mapping[str, Any]) -> Finding:
    """What is wrong with one part of the input; never the input itself."""
    path = ".".join(str(part) for part in error["loc"])
    where = path.encode("utf-8", "replace").decode()  # names that are no text, too
    message = str(error["msg"]).removeprefix("Value error, ")
    return Finding(level="error", where=where, message=message)


def _id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))
