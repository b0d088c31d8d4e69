"""Errors as clients see them: `application/problem+json` (RFC 9457)."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.core.conflicts import conflict

log = logging.getLogger("app.problems")


class FieldProblem(BaseModel):
    """One value that breaks a rule."""

    field: str = Field(description="The field as the client wrote it; empty: the whole request.")
    message: str = Field(description="What is wrong with it.")
    code: str = Field(description="The rule, for programs.")


class ProblemBody(BaseModel):
    """What went wrong, for people and programs."""

    model_config = ConfigDict(
        title="Problem",
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Content",
                "status": 422,
                "detail": "One value breaks a rule.",
                "instance": "/api/v1/…",
                "errors": [{"field": "name", "message": "Field required", "code": "missing"}],
            }
        },
    )

    type: str = Field(default="about:blank", description="Kind of problem.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened and what to do next.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[FieldProblem] = Field(default_factory=list, description="One for each value.")


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """The request cannot be answered; becomes a problem with this status."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @classmethod
    def invalid(cls, field: str, message: str, code: str = "invalid") -> "Problem":
        """One value breaks a rule (422)."""
        return cls.of((FieldProblem(field=field, message=message, code=code),))

    @classmethod
    def of(cls, errors: Sequence[FieldProblem]) -> "Problem":
        """Several values break rules (422)."""
        count = (
            "One value breaks a rule" if len(errors) == 1 else f"{len(errors)} values break rules"
        )
        return cls(422, f"{count}.", errors=errors)

    @classmethod
    def not_found(cls, what: str) -> "Problem":
        """There is no such row (404)."""
        return cls(404, f"There is no such {what}.")


def problem_response(
    instance: str,
    status: int,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer for a problem."""
    body = ProblemBody(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=printable(instance),
        errors=list(errors),
    )
    return JSONResponse(
        body.model_dump(mode="json"),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of an endpoint, for its OpenAPI description."""
    return {status: _documented(status) for status in statuses}


def printable(text: str) -> str:
    """The text without halves of characters, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()


def add_problem_handlers(app: FastAPI) -> None:
    """Have every error answered as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(IntegrityError, _on_integrity_error)
    app.add_exception_handler(DataError, _on_data_error)
    app.add_exception_handler(StaleDataError, _on_stale_data)
    app.add_exception_handler(OperationalError, _on_operational_error)
    app.add_exception_handler(ProgrammingError, _on_operational_error)
    app.add_exception_handler(Exception, _on_anything_else)


def _documented(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }


def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(
        request.url.path, error.status, error.detail, error.errors, error.headers
    )


def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem_response(
        request.url.path, error.status_code, str(error.detail), headers=error.headers
    )


def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldProblem(
            field=printable(".".join(str(part) for part in found["loc"][1:])),
            message=printable(str(found["msg"])),
            code=str(found["type"]),
        )
        for found in error.errors()
    ]
    return _on_problem(request, Problem.of(errors))


def _on_integrity_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, IntegrityError)
    found = conflict(error)
    errors = [
        FieldProblem(field=field, message=found.message, code=found.code) for field in found.fields
    ]
    return problem_response(request.url.path, found.status, found.message, errors)


def _on_data_error(request: Request, error: Exception) -> JSONResponse:
    log.warning("The database refused a value", exc_info=error)
    return problem_response(request.url.path, 422, "The database cannot hold one of the values.")


def _on_stale_data(request: Request, error: Exception) -> JSONResponse:
    return problem_response(
        request.url.path, 412, "Somebody else has changed this in between. Read it again."
    )


def _on_operational_error(request: Request, error: Exception) -> JSONResponse:
    if _lacks_tables(error):
        log.error("The tables do not fit this version: run the migrations", exc_info=error)
        detail = "The database does not fit this version of the application: migrations are due."
        return problem_response(request.url.path, 500, detail)
    if isinstance(error, ProgrammingError):
        return _on_anything_else(request, error)
    log.error("The database does not answer", exc_info=error)
    return problem_response(
        request.url.path,
        503,
        "The database does not answer. Try again in a moment.",
        headers={"Retry-After": "2"},
    )


def _on_anything_else(request: Request, error: Exception) -> JSONResponse:
    log.error("An error nobody thought of", exc_info=error)
    return problem_response(request.url.path, 500, "This is our mistake; it has been logged.")


def _lacks_tables(error: Exception) -> bool:
    """Whether a table or a column is missing, as PostgreSQL, MySQL and SQLite say it."""
    origin: Any = getattr(error, "orig", None)
    if getattr(origin, "sqlstate", None) in {"42P01", "42703"}:
        return True
    told = (*getattr(origin, "args", ()), "")
    if told[0] in {1054, 1146}:
        return True
    return re.match(r"no such (table|column)|table \w+ has no column", str(told[0])) is not None
