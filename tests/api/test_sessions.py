"""Logging in and out: what opens a session, what ends it, what is refused and what that gives away."""

import httpx
import pytest
from argon2 import PasswordHasher

from app.storage import accounts
from stackwright.access.rights import Role, Scope
from tests.api.conftest import NewWorld
from tests.api.world import PASSWORD, World, is_problem

pytestmark = pytest.mark.services

WRONG = "another long passphrase"
MAIL = "ada@example.org"


def sent_cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


async def test_a_login_sets_a_cookie_that_scripts_cannot_read_and_opens_ones_own_account(
    world: World,
) -> None:
    await world.account(MAIL)
    visitor = world.visitor()
    assert is_problem(await visitor("GET", "/me"), 401)
    answer = await visitor.log_in(" ADA@example.org ")
    assert answer.json()["account"]["email"] == MAIL
    assert "HttpOnly" in sent_cookie(answer)
    assert "SameSite=lax" in sent_cookie(answer)
    assert "Secure" not in sent_cookie(answer)
    me = await visitor("GET", "/me")
    assert me.json() == answer.json()["account"]
    current = await visitor("GET", "/sessions/current")
    assert current.json() == answer.json()


async def test_over_https_the_cookie_is_bound_to_the_host(new_world: NewWorld) -> None:
    world = await new_world(public_url="https://stack.example")
    await world.account(MAIL)
    visitor = world.visitor(base="https://stack.example")
    answer = await visitor.log_in(MAIL)
    assert sent_cookie(answer).startswith("__Host-stackwright=")
    assert "Secure" in sent_cookie(answer)
    assert "Path=/" in sent_cookie(answer)
    assert "Domain" not in sent_cookie(answer)
    assert "max-age" in answer.headers["strict-transport-security"]
    assert (await visitor("GET", "/me")).status_code == 200


async def test_the_session_is_another_one_after_each_login_and_the_one_before_has_ended(
    world: World,
) -> None:
    visitor = await world.person(MAIL)
    before = dict(visitor.http.cookies)
    await visitor.log_in(MAIL)
    assert dict(visitor.http.cookies) != before
    old = world.visitor()
    old.http.cookies.update(before)
    assert is_problem(await old("GET", "/me"), 401)


async def test_logging_out_ends_the_session_also_for_a_copy_of_its_cookie(world: World) -> None:
    visitor = await world.person(MAIL)
    copied = world.visitor()
    copied.http.cookies.update(visitor.http.cookies)
    assert (await copied("GET", "/me")).status_code == 200
    assert (await visitor("DELETE", "/sessions/current")).status_code == 204
    assert is_problem(await copied("GET", "/me"), 401)
    assert is_problem(await visitor("DELETE", "/sessions/current"), 401)


async def test_a_session_ends_when_it_is_idle_and_when_it_is_old(world: World) -> None:
    idle = await world.person(MAIL)
    world.clock.passes(minutes=119)
    assert (await idle("GET", "/me")).status_code == 200
    world.clock.passes(minutes=119)
    assert (await idle("GET", "/me")).status_code == 200
    world.clock.passes(minutes=121)
    assert is_problem(await idle("GET", "/me"), 401)
    busy = world.visitor()
    await busy.log_in(MAIL)
    for _ in range(7):
        assert (await busy("GET", "/me")).status_code == 200
        world.clock.passes(minutes=100)
    world.clock.passes(minutes=21)
    assert is_problem(await busy("GET", "/me"), 401)


async def test_nothing_is_changed_by_cookie_alone(world: World) -> None:
    visitor = await world.person(MAIL)
    other = await world.person("bob@example.org")
    change, token = {"name": "Ada L."}, visitor.headers.pop("X-CSRF-Token")
    assert is_problem(await visitor("PATCH", "/me", change), 403)
    for headers in (
        {"X-CSRF-Token": "wrong"},
        {"X-CSRF-Token": other.headers["X-CSRF-Token"]},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "X-CSRF-Token": token},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert is_problem(await visitor("PATCH", "/me", change, headers), 403), headers
    assert (await visitor("GET", "/me")).json()["name"] == "ada"
    for headers in (
        {"X-CSRF-Token": token},
        {"Origin": "http://127.0.0.1:4280"},
        {"Sec-Fetch-Site": "same-origin"},
    ):
        assert (await visitor("PATCH", "/me", change, headers)).status_code == 200, headers


async def test_another_site_cannot_log_a_visitor_in(world: World) -> None:
    await world.account(MAIL)
    visitor = world.visitor()
    visitor.headers["Origin"] = "https://evil.example"
    assert is_problem(await visitor.log_in(MAIL), 403)


async def test_tokens_need_no_proof_of_origin(world: World) -> None:
    admin = await world.account(MAIL, Role.ADMIN)
    bob = await world.account("bob@example.org")
    program = await world.program(admin, [Scope.ACCOUNTS_ADMIN])
    changed = await program("PATCH", f"/accounts/{bob.id}", {"role": "author"})
    assert changed.json()["role"] == "author"


async def test_wrong_unknown_and_disabled_look_the_same(world: World) -> None:
    await world.account(MAIL)
    await world.account("gone@example.org", disabled=True)
    answers = [
        await world.visitor().log_in(MAIL, WRONG),
        await world.visitor().log_in("nobody@example.org", WRONG),
        await world.visitor().log_in("gone@example.org", PASSWORD),
    ]
    assert all(is_problem(answer, 401) for answer in answers)
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]


async def test_a_password_is_compared_also_for_accounts_that_do_not_exist(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.account(MAIL)
    compared: list[str] = []
    verify = world.parts.hasher._verify

    def watched(kept: str, password: str) -> bool:
        compared.append(kept[:30])
        return verify(kept, password)

    monkeypatch.setattr(world.parts.hasher, "_verify", watched)
    await world.visitor().log_in(MAIL, WRONG)
    await world.visitor().log_in("nobody@example.org", WRONG)
    assert len(compared) == 2
    assert compared[0] == compared[1]  # the same parameters: the same time


async def test_a_login_renews_a_hash_that_was_made_with_less(world: World) -> None:
    account = await world.account(MAIL)
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with world.parts.storage.session() as session:
        await accounts.change(session, account.id, password_hash=weak)
    assert (await world.visitor().log_in(MAIL)).status_code == 201
    async with world.parts.storage.session() as session:
        kept = await accounts.by_email(session, MAIL)
    assert kept is not None
    assert kept[1] is not None
    assert "m=19456,t=2,p=1" in kept[1]
    assert (await world.visitor().log_in(MAIL)).status_code == 201


@pytest.mark.parametrize("email", [MAIL, "nobody@example.org"])
async def test_ten_failures_lock_an_account_for_everybody_whether_it_exists_or_not(
    world: World, email: str
) -> None:
    await world.account(MAIL)
    for number in range(10):
        failed = await world.visitor(f"10.0.0.{number}").log_in(email, WRONG)
        assert is_problem(failed, 401)
    locked = await world.visitor("10.0.1.1").log_in(email, PASSWORD)
    assert is_problem(locked, 429)
    assert 0 < int(locked.headers["retry-after"]) <= 300
    assert (await world.visitor("10.0.1.1").log_in(MAIL, PASSWORD)).status_code == (
        429 if email == MAIL else 201
    )
    world.clock.passes(minutes=5)
    answer = await world.visitor("10.0.1.1").log_in(MAIL, PASSWORD)
    assert answer.status_code == 201


async def test_ten_failures_lock_an_address_and_a_success_of_ones_own_does_not_help(
    world: World,
) -> None:
    await world.account("mallory@example.org")
    for number in range(10):
        if number == 5:
            own = await world.visitor("10.0.0.1").log_in("mallory@example.org")
            assert own.status_code == 201
        await world.visitor("10.0.0.1").log_in(f"{number}@example.org", WRONG)
    assert is_problem(await world.visitor("10.0.0.1").log_in("mallory@example.org"), 429)
    elsewhere = await world.visitor("10.0.0.2").log_in("mallory@example.org")
    assert elsewhere.status_code == 201


async def test_a_success_forgets_the_failures_of_an_account(world: World) -> None:
    await world.account(MAIL)
    for round_ in range(2):
        for number in range(9):
            await world.visitor(f"10.0.{round_}.{number}").log_in(MAIL, WRONG)
        assert (await world.visitor("10.1.0.1").log_in(MAIL)).status_code == 201
