"""Passwords cannot be tried out."""

import time

import pytest
from fastapi import FastAPI
from httpx2 import Response

from app.core.problems import Problem
from app.core.settings import Settings
from app.platform import login_limit
from app.platform.login_limit import LoginLimit
from tests.assertions import assert_problem
from tests.conftest import PASSWORD
from tests.world import World

ACCOUNT = "user@example.com"


def log_in(world: World, password: str) -> Response:
    form = {"username": ACCOUNT, "password": password}
    return world.client.post("/api/v1/auth/token", data=form)


def used_up() -> LoginLimit:
    limit = LoginLimit(2)
    limit.failed(ACCOUNT)
    limit.failed(ACCOUNT)
    return limit


def test_an_account_waits_after_too_many_failed_logins() -> None:
    limit = LoginLimit(2)
    limit.failed(ACCOUNT)
    limit.check(ACCOUNT)
    limit.failed(ACCOUNT)
    with pytest.raises(Problem) as refused:
        limit.check(f" {ACCOUNT.upper()} ")
    assert refused.value.status == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 300


def test_other_accounts_do_not_wait() -> None:
    used_up().check("somebody.else@example.com")


def test_a_login_that_works_makes_it_forget() -> None:
    limit = used_up()
    limit.succeeded(ACCOUNT)
    limit.check(ACCOUNT)


def test_five_minutes_later_the_account_may_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = used_up()
    later = time.monotonic() + 301
    monkeypatch.setattr(time, "monotonic", lambda: later)
    limit.check(ACCOUNT)


def test_it_remembers_so_many_accounts_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_limit, "_MOST_ACCOUNTS", 1)
    limit = used_up()
    limit.failed("somebody.else@example.com")
    limit.check(ACCOUNT)


def test_the_right_password_is_refused_as_well_while_the_account_waits(
    world: World, app: FastAPI, settings: Settings
) -> None:
    app.state.login_limit.succeeded(ACCOUNT)  # other tests have logged in as well
    statuses = [log_in(world, "wrong").status_code for _ in range(settings.login_attempts)]
    assert set(statuses) == {401}
    answer = log_in(world, PASSWORD)
    assert_problem(answer, 429)
    assert int(answer.headers["retry-after"]) >= 1
    app.state.login_limit.succeeded(ACCOUNT)
    assert log_in(world, PASSWORD).status_code == 200
