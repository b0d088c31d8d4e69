"""API tokens: shown once, limited, revocable at once."""

import asyncio

import pytest
from pydantic import SecretStr

from app.application import make_app
from app.edge.settings import Settings
from stackwright.access.rights import Role, Scope
from stackwright.access.tokens import Kind, secret_text
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

READER = {"name": "CI", "scopes": ["account:read"], "days": 7}


def showing(world: World, text: str) -> Visitor:
    visitor = world.visitor()
    visitor.headers["Authorization"] = f"Bearer {text}"
    return visitor


async def test_a_token_is_shown_once_works_until_it_is_revoked_and_tells_its_last_use(
    world: World,
) -> None:
    person = await world.person("ada@example.org")
    made = (await person("POST", "/tokens", READER)).json()
    program = showing(world, made["text"])
    assert (await program("GET", "/me")).json()["email"] == "ada@example.org"
    listed = await person("GET", "/tokens")
    assert made["text"] not in listed.text
    assert listed.json()["tokens"][0]["used_at"] == "2026-03-01T12:00:00Z"
    gone = [(await person("DELETE", f"/tokens/{made['token']['id']}")) for _ in range(2)]
    assert gone[0].status_code == 204
    assert is_problem(gone[1], 404)
    assert is_problem(await program("GET", "/me"), 401)


async def test_a_token_expires(world: World) -> None:
    person = await world.person("ada@example.org")
    program = showing(world, (await person("POST", "/tokens", READER)).json()["text"])
    world.clock.passes(days=7, seconds=-1)
    assert (await program("GET", "/me")).status_code == 200
    world.clock.passes(seconds=1)
    assert is_problem(await program("GET", "/me"), 401)


async def test_a_token_of_a_disabled_account_is_refused(world: World) -> None:
    admin, bob = await world.person("0@example.org", Role.ADMIN), await world.account("b@b.example")
    program = await world.program(bob, [Scope.ACCOUNT_READ])
    assert (await program("GET", "/me")).status_code == 200
    await admin("PATCH", f"/accounts/{bob.id}", {"disabled": True})
    assert is_problem(await program("GET", "/me"), 401)


async def test_a_token_cannot_have_rights_that_its_account_has_not(world: World) -> None:
    person = await world.person("ada@example.org")
    refused = await person("POST", "/tokens", {**READER, "scopes": ["accounts:admin"]})
    assert is_problem(refused, 422)
    assert "accounts:admin" in refused.json()["findings"][0]["message"]
    wrongs: list[dict[str, object]] = [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"days": 366},
        {"name": " "},
    ]
    for wrong in wrongs:
        assert is_problem(await person("POST", "/tokens", {**READER, **wrong}), 422)


async def test_a_request_that_comes_twice_makes_one_token_and_shows_its_text_once(
    world: World,
) -> None:
    person = await world.person("ada@example.org")
    key = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(person("POST", "/tokens", READER, key) for _ in range(3)))
    bodies = [answer.json() for answer in answers]
    assert len({body["token"]["id"] for body in bodies}) == 1
    assert len([body for body in bodies if body["text"]]) == 1
    assert len([a for a in answers if a.headers.get("idempotency-replayed")]) == 2
    assert len((await person("GET", "/tokens")).json()["tokens"]) == 1
    other = {**READER, "name": "other"}
    assert is_problem(await person("POST", "/tokens", other, key), 422)
    somebody = await world.person("bob@example.org")
    assert (await somebody("POST", "/tokens", other, key)).json()["text"]


async def test_there_are_at_most_fifty(world: World) -> None:
    account = await world.account("ada@example.org")
    for _ in range(50):
        await world.program(account, [Scope.RUNS_READ])
    person = world.visitor()
    await person.log_in("ada@example.org")
    assert is_problem(await person("POST", "/tokens", READER), 409)


async def test_a_mistyped_token_is_refused_without_asking_the_database() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://postgres@127.0.0.1:1/none"),
        secret_key=SecretStr("k" * 32),
    )
    app = make_app(settings)
    text = secret_text(Kind.TOKEN, bytes(32))
    visitor = Visitor(app)
    for authorization, status in (
        (f"Bearer {text}", 503),
        (f"Bearer {text[:-1]}7", 401),
        (f"Bearer {secret_text(Kind.SESSION, bytes(32))}", 401),
        ("Bearer", 401),
        ("Basic YTpi", 401),
    ):
        visitor.headers["Authorization"] = authorization
        assert is_problem(await visitor("GET", "/me"), status), authorization
