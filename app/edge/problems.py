"""What went wrong, in one form for programs and pages: problem details, whatever it was."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from stackwright.errors import Finding, ProjectError
from stackwright.value import Value

MEDIA_TYPE = "application/problem+json"
UNEXPECTED = "Something went wrong here."
KINDS: tuple[type[Exception], ...] = (
    ProjectError,
    RequestValidationError,
    HTTPException,
    Exception,
)
_HINTS = {
    404: "The routes are listed in /api/v1/openapi.json.",
    405: "The header Allow lists the methods of this route.",
    415: "Send JSON, with the header Content-Type: application/json.",
}


class Problem(Value):
    """What went wrong and what to do next; errors of some routes have further members. Source: RFC 9457."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

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


def problem_of(error: Exception, request_id: str) -> Problem:
    """What may be told about an error: of our own mistakes nothing, only where the operator finds them."""
    if isinstance(error, ProjectError):
        return _problem(
            request_id, error.http_status, error.message, error.hint, tuple(error.findings)
        )
    if isinstance(error, RequestValidationError):
        findings = tuple(finding_of(one) for one in error.errors())
        detail = "The request is not what this route takes."
        return _problem(request_id, 422, detail, "Mend what the findings say.", findings)
    if isinstance(error, HTTPException):
        hint = _HINTS.get(error.status_code, "")
        return _problem(request_id, error.status_code, f"{error.detail}.", hint)
    hint = "The operator finds the cause in the log by the request id."
    return _problem(request_id, 500, UNEXPECTED, hint)


def headers_of(request: Request, error: Exception) -> dict[str, str]:
    """What the answer to an error says besides its content."""
    headers = dict(getattr(error, "headers", None) or {})
    status = getattr(error, "http_status", getattr(error, "status_code", 0))
    if isinstance(error, TryLaterError):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, ProjectError) and status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    if isinstance(error, ProjectError) and status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="stackwright"'
    if status == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods(request)):
        headers["Allow"] = ", ".join(sorted(methods))
    return headers


async def as_document(request: Request, error: Exception) -> JSONResponse:
    """The answer to an error as programs want it."""
    told = problem_of(error, request_id(request))
    members = getattr(error, "members", {})
    return JSONResponse(
        {**members, **told.model_dump(mode="json")},
        told.status,
        headers=headers_of(request, error),
        media_type=MEDIA_TYPE,
    )


def explain(app: FastAPI) -> None:
    """Let this application answer errors with problem details; `Frame` asks for it when we made a mistake."""
    for kind in KINDS:
        app.add_exception_handler(kind, as_document)


def finding_of(error: Mapping[str, Any]) -> Finding:
    """What is wrong with one part of the input; never the input itself."""
    path = ".".join(str(part) for part in error["loc"])
    where = path.encode("utf-8", "replace").decode()  # names that are no text, too
    message = str(error["msg"]).removeprefix("Value error, ")
    return Finding(level="error", where=where, message=message)


def request_id(request: Request) -> str:
    """What the operator finds in the log."""
    return str(getattr(request.state, "request_id", ""))


def _problem(
    request_id: str, status: int, detail: str, hint: str = "", findings: tuple[Finding, ...] = ()
) -> Problem:
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        hint=hint,
        findings=findings,
        request_id=request_id,
    )


def _methods(request: Request) -> set[str]:
    """What the contract has at this path; each route of the framework knows its own method alone."""
    return {
        method.upper()
        for path, operations in request.app.openapi()["paths"].items()
        if compile_path(path)[0].match(request.scope["path"])
        for method in operations
    }
