"""Errors of every kind are answered as problems, and tell nothing that is nobody's business."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError

from app.core.problems import FieldProblem, Problem, add_problem_handlers
from tests.assertions import assert_problem
from tests.world import World


@pytest.fixture
def failing() -> tuple[FastAPI, TestClient]:
    """An application to which a test adds a route that fails."""
    app = FastAPI()
    add_problem_handlers(app)
    return app, TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Problem(418, "Tea only."), 418),
        (StaleDataError("secret"), 412),
        (OperationalError("SELECT secret", {}, Exception("secret")), 503),
        (OperationalError("SELECT secret", {}, Exception("no such column: secret")), 500),
        (ProgrammingError("SELECT secret", {}, Exception("secret")), 500),
        (DataError("SELECT secret", {}, Exception("secret")), 422),
        (IntegrityError("INSERT secret", {}, Exception("UNIQUE constraint failed: a.b")), 409),
        (IntegrityError("INSERT secret", {}, Exception("FOREIGN KEY constraint failed")), 409),
        (IntegrityError("INSERT secret", {}, Exception("NOT NULL constraint failed: a.b")), 422),
        (IntegrityError("INSERT secret", {}, Exception("CHECK constraint failed: c")), 422),
        (RuntimeError("secret"), 500),
    ],
)
def test_an_error_is_answered_as_a_problem_without_its_details(
    failing: tuple[FastAPI, TestClient], error: Exception, status: int
) -> None:
    app, client = failing

    @app.get("/fail")
    def fail() -> None:
        raise error

    answer = client.get("/fail")
    assert_problem(answer, status)
    assert "secret" not in answer.text
    assert answer.json()["instance"] == "/fail"


@pytest.mark.parametrize(
    "words", ["no such table: books", "no such column: books.price", "table books has no column x"]
)
def test_a_database_that_is_out_of_date_is_named(
    failing: tuple[FastAPI, TestClient], words: str
) -> None:
    app, client = failing

    @app.get("/fail")
    def fail() -> None:
        raise OperationalError("SELECT 1", {}, Exception(words))

    assert "migrations are due" in client.get("/fail").json()["detail"]


def test_several_problems_are_counted() -> None:
    errors = [FieldProblem(field=name, message="No.", code="no") for name in ("a", "b")]
    assert Problem.of(errors).detail == "2 values break rules."
    assert Problem.of(errors[:1]).detail == "One value breaks a rule."


def test_an_unknown_address_is_a_problem(world: World) -> None:
    assert_problem(world.get("/api/v1/no-such-collection"), 404)


def test_a_method_that_an_address_does_not_have_is_a_problem(world: World) -> None:
    assert_problem(world.delete("/health"), 405)


def test_a_login_that_is_no_form_is_a_problem(world: World) -> None:
    assert_problem(world.client.post("/api/v1/auth/token", content=b"{"), 422)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    answer = world.client.post("/api/v1/auth/token", content=b"x" * 1_100_000)
    assert_problem(answer, 413)


def test_a_body_that_grows_too_large_without_saying_so_is_refused(world: World) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = world.client.post("/api/v1/auth/token", content=pieces(), headers=form)
    assert_problem(answer, 413)
