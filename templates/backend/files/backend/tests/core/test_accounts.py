"""Logging in, tokens, and what accounts see of each other."""

from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.security import make_token
from app.core.base import now
from app.core.settings import Settings
from tests.assertions import assert_problem
from tests.conftest import PASSWORD
from tests.world import World

ME = "/api/v1/auth/me"


def log_in(world: World, email: str, password: str) -> Response:
    form = {"username": email, "password": password}
    return world.client.post("/api/v1/auth/token", data=form)


def me(world: World, token: str) -> Response:
    return world.client.get(ME, headers={"Authorization": f"Bearer {token}"})


def test_the_right_password_gives_a_token_that_works(world: World) -> None:
    answer = log_in(world, " USER@example.com ", PASSWORD)
    assert answer.status_code == 200, answer.text
    login = answer.json()
    assert login["token_type"] == "bearer"
    assert login["expires_in"] == 3600
    shown = me(world, login["access_token"]).json()
    assert shown == {
        "id": world.account("user"),
        "email": "user@example.com",
        "name": "The user",
        "roles": [],
    }


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("user@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("user@example.com\x00", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_account_look_the_same(
    world: World, email: str, password: str
) -> None:
    answer = log_in(world, email, password)
    assert_problem(answer, 401)
    assert answer.json()["detail"] == "E-mail or password is wrong."


def test_a_closed_account_cannot_log_in_nor_use_its_token(
    world: World, session: Session, settings: Settings
) -> None:
    user = session.scalars(select(User).where(User.email == "user@example.com")).one()
    user.is_active = False
    session.commit()
    assert_problem(log_in(world, "user@example.com", PASSWORD), 401)
    assert_problem(me(world, make_token(user.id, settings)), 401)


def test_passwords_are_stored_as_hashes(session: Session) -> None:
    hashes = session.scalars(select(User.password_hash)).all()
    assert all(stored.startswith("$argon2id$") for stored in hashes)
    assert not any(PASSWORD in stored for stored in hashes)


def test_without_a_token_the_answer_asks_for_one(world: World) -> None:
    answer = world.get(ME, "public")
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -1},
        {"aud": "another"},
        {"sub": "no-uuid"},
        {"sub": str(uuid4())},
        {"exp": None},
    ],
    ids=["ended", "for others", "no id", "unknown account", "without an end"],
)
def test_a_token_that_is_not_valid_is_refused(
    world: World, settings: Settings, claims: dict[str, object]
) -> None:
    usual: dict[str, object] = {"sub": world.account("user"), "aud": "api", "exp": 60}
    merged = usual | claims
    if isinstance(merged["exp"], int):
        merged["exp"] = now() + timedelta(minutes=merged["exp"])
    made = {name: value for name, value in merged.items() if value is not None}
    token = jwt.encode(made, settings.signing_key, algorithm="HS256")
    assert_problem(me(world, token), 401)


def test_a_token_signed_by_others_is_refused(world: World) -> None:
    claims = {"sub": world.account("admin"), "aud": "api", "exp": now() + timedelta(minutes=5)}
    token = jwt.encode(claims, "x" * 48, algorithm="HS256")
    assert_problem(me(world, token), 401)


def test_accounts_see_names_and_administrators_see_everything(world: World) -> None:
    seen = world.get("/api/v1/users", "user", q="The admin").json()["items"]
    assert seen == [
        {"id": world.account("admin"), "email": None, "name": "The admin", "roles": None}
    ]
    (known,) = world.get("/api/v1/users", "admin", q="The admin").json()["items"]
    assert known["email"] == "admin@example.com"
    assert known["roles"] == ["admin"]


def test_only_administrators_find_accounts_by_their_address(world: World) -> None:
    assert world.get("/api/v1/users", "user", q="admin@example").json()["total"] == 0
    assert world.get("/api/v1/users", "admin", q="admin@example").json()["total"] == 1


def test_the_list_of_accounts_has_pages(world: World) -> None:
    page = world.get("/api/v1/users", "user", page=2, size=1).json()
    assert len(page["items"]) == 1
    assert page["total"] >= 2
    assert_problem(world.get("/api/v1/users", "user", q="a\x00"), 422)
    assert_problem(world.get("/api/v1/users", "public"), 401)
