"""The audit trail: what is in it, what is never in it, and that changes of it show."""

import asyncio
import logging

import asyncpg
import pytest
from structlog.testing import capture_logs

from stackwright.access.rights import Role
from tests.api.world import World, is_problem

pytestmark = pytest.mark.services

CANARY = "canary-7f3a quiet copper kettles"
MAIL = "ada@example.org"


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


async def test_every_sensitive_act_is_noted_in_order(world: World) -> None:
    admin = await world.person("root@example.org", Role.ADMIN)
    ada = await world.account(MAIL)
    person = world.visitor("10.0.0.9")
    await person.log_in(MAIL, "wrong")
    await person.log_in(MAIL)
    made = await person("POST", "/tokens", {"name": "t", "scopes": ["runs:read"]})
    token = made.json()["token"]["id"]
    await person("DELETE", f"/tokens/{token}")
    await person("PATCH", "/me", {"name": "Ada"})
    await person("DELETE", "/sessions/current")
    await admin("PATCH", f"/accounts/{ada.id}", {"disabled": True})
    page = (await admin("GET", "/audit?limit=7")).json()
    assert [(entry["action"], entry["subject"]) for entry in reversed(page["entries"])] == [
        ("session.refused", str(ada.id)),
        ("session.begin", ""),
        ("token.make", token),
        ("token.revoke", token),
        ("account.change_self", str(ada.id)),
        ("session.end", ""),
        ("account.change", str(ada.id)),
    ]
    assert {entry["actor"] for entry in page["entries"][1:6]} == {str(ada.id)}
    assert page["entries"][1]["address"] == "10.0.0.9"
    rest = (await admin("GET", f"/audit?cursor={page['next']}")).json()
    assert [entry["action"] for entry in rest["entries"]] == ["session.begin"]
    assert rest["next"] is None


async def test_what_fails_is_not_noted(world: World) -> None:
    admin = await world.person("root@example.org", Role.ADMIN)
    itself = (await admin("GET", "/me")).json()["id"]
    assert is_problem(await admin("PATCH", f"/accounts/{itself}", {"role": "user"}), 409)
    entries = (await admin("GET", "/audit")).json()["entries"]
    assert [entry["action"] for entry in entries] == ["session.begin"]


async def test_entries_of_many_at_once_make_one_chain(world: World) -> None:
    people = [await world.person(f"{number}@example.org", Role.ADMIN) for number in range(4)]
    await asyncio.gather(
        *(person("PATCH", "/me", {"name": f"N{n}"}) for n in range(5) for person in people)
    )
    found = (await people[0]("GET", "/audit/verification")).json()
    assert (found["whole"], found["first_broken"], found["count"]) == (True, None, 24)


async def test_entries_are_not_changed_and_if_they_are_it_shows(
    world: World, database_url: str
) -> None:
    admin = await world.person("root@example.org", Role.ADMIN)
    for number in range(3):
        await admin("PATCH", "/me", {"name": f"N{number}"})
    connection = await asyncpg.connect(plain(database_url))
    change = "UPDATE audit_log SET address = 'elsewhere' WHERE number = 2"
    for refused in (change, "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await connection.execute(refused)
    await connection.execute("ALTER TABLE audit_log DISABLE TRIGGER only_added")
    await connection.execute(change)
    await connection.close()
    found = (await admin("GET", "/audit/verification")).json()
    assert (found["whole"], found["first_broken"], found["count"]) == (False, 2, 1)


async def test_no_secret_reaches_a_log_an_error_or_the_trail(
    world: World, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = []
    visitor = world.visitor()
    with capture_logs() as logs:
        body = {"email": MAIL, "name": "Ada", "password": CANARY}
        answers.append(await visitor("POST", "/accounts", body))
        answers.append(await visitor("POST", "/accounts", {**body, "role": CANARY}))
        answers.append(await visitor("POST", "/accounts", {**body, "password": CANARY * 20}))
        answers.append(await visitor("POST", "/welcome", {**body, "token": CANARY}))
        answers.append(await visitor.log_in("nobody@example.org", CANARY))
        answers.append(await visitor.log_in(CANARY, CANARY))
        logged_in = await visitor.log_in(MAIL, CANARY)
        change = {"password": CANARY + "!", "current_password": CANARY}
        answers.append(await visitor("PATCH", "/me", change))
        made = (await visitor("POST", "/tokens", {"name": "t", "scopes": ["runs:read"]})).json()
        answers.append(await visitor("GET", f"/tokens?secret={CANARY}"))
        answers.append(await visitor("GET", "/tokens"))
        answers.append(await visitor("GET", f"/{CANARY}"))
    cookie = visitor.http.cookies["stackwright"]
    secrets = (CANARY, made["text"], cookie, logged_in.json()["csrf_token"])
    connection = await asyncpg.connect(plain(database_url))
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [await connection.fetch(f'SELECT * FROM "{table[0]}"') for table in tables]
    await connection.close()
    httpx_own = [record for record in caplog.records if record.name.startswith("http")]
    kept = {
        "answers": "".join(answer.text for answer in answers),
        "web log": repr(logs),
        "other logs": "".join(r.getMessage() for r in caplog.records if r not in httpx_own),
        "database": repr(rows),
    }
    assert len(logs) >= len(answers)
    assert "argon2id" in kept["database"]
    for where, text in kept.items():
        for secret in secrets:
            assert secret not in text, where
