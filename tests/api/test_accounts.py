"""Accounts: signing up, changing, administering, the first admin."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from stackwright.access.limits import Limit
from stackwright.access.rights import Role
from tests.api.conftest import NewWorld
from tests.api.world import GENEROUS, PASSWORD, World, is_problem

pytestmark = pytest.mark.services

MAIL = "ada@example.org"
NEW_PASSWORD = "nine loud silver trumpets"


def sign_up(email: str = MAIL, **more: object) -> dict[str, object]:
    return {"email": email, "name": "Ada", "password": PASSWORD, **more}


async def test_whoever_signs_up_can_log_in(world: World) -> None:
    visitor = world.visitor()
    assert (await visitor("POST", "/accounts", sign_up())).status_code == 202
    account = (await visitor.log_in(MAIL)).json()["account"]
    assert account["role"] == "user"


async def test_signing_up_does_not_tell_whether_an_address_is_taken_and_changes_nothing_then(
    world: World,
) -> None:
    visitor = world.visitor()
    first = await visitor("POST", "/accounts", sign_up())
    second = await visitor("POST", "/accounts", sign_up(password=NEW_PASSWORD))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    same = {name for name in first.headers if first.headers[name] != second.headers[name]}
    assert same <= {"x-request-id"}
    assert (await visitor.log_in(MAIL, PASSWORD)).status_code == 201
    assert is_problem(await world.visitor().log_in(MAIL, NEW_PASSWORD), 401)


async def test_where_accounts_are_approved_a_login_tells_nothing_before_that(
    new_world: NewWorld,
) -> None:
    world = await new_world(sign_up="approval")
    visitor, admin = world.visitor(), await world.person("root@example.org", Role.ADMIN)
    await visitor("POST", "/accounts", sign_up())
    assert is_problem(await visitor.log_in(MAIL), 401)
    accounts = (await admin("GET", "/accounts")).json()["accounts"]
    waiting = next(account for account in accounts if account["email"] == MAIL)
    assert waiting["disabled"]
    await admin("PATCH", f"/accounts/{waiting['id']}", {"disabled": False})
    assert (await visitor.log_in(MAIL)).status_code == 201


async def test_where_nobody_can_sign_up_it_is_said(new_world: NewWorld) -> None:
    world = await new_world(sign_up="off")
    assert is_problem(await world.visitor()("POST", "/accounts", sign_up()), 403)


@pytest.mark.parametrize("field", ["role", "disabled", "id"])
async def test_nobody_can_give_themselves_more_than_is_asked_for(world: World, field: str) -> None:
    given = {"role": "admin", "disabled": False, "id": "0" * 32}[field]
    refused = await world.visitor()("POST", "/accounts", {**sign_up(), field: given})
    assert is_problem(refused, 422)
    assert refused.json()["findings"][0]["where"] == f"body.{field}"
    person = await world.person(MAIL)
    assert is_problem(await person("PATCH", "/me", {field: given}), 422)


@pytest.mark.parametrize("password", ["short", "password1234", "ada@example.org1"])
async def test_a_weak_password_is_refused_without_being_quoted(world: World, password: str) -> None:
    answer = await world.visitor()("POST", "/accounts", sign_up(password=password))
    assert is_problem(answer, 422)
    assert answer.json()["findings"]
    assert password not in answer.text


async def test_signing_up_is_limited_for_each_address(new_world: NewWorld) -> None:
    limits = GENEROUS.model_copy(update={"sign_up": Limit(burst=2, per_minute=1)})
    world = await new_world(limits=limits)
    for number in range(2):
        body = sign_up(f"{number}@example.org")
        assert (await world.visitor("10.0.0.1")("POST", "/accounts", body)).status_code == 202
    refused = await world.visitor("10.0.0.1")("POST", "/accounts", sign_up())
    assert is_problem(refused, 429)
    assert refused.headers["retry-after"] == "60"
    elsewhere = await world.visitor("10.0.0.2")("POST", "/accounts", sign_up())
    assert elsewhere.status_code == 202
    world.clock.passes(seconds=60)
    again = await world.visitor("10.0.0.1")("POST", "/accounts", sign_up())
    assert again.status_code == 202


async def test_what_an_account_asks_for_is_limited(new_world: NewWorld) -> None:
    limits = GENEROUS.model_copy(update={"calls": Limit(burst=3, per_minute=60)})
    world = await new_world(limits=limits)
    person = await world.person(MAIL)
    statuses = [(await person("GET", "/me")).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    world.clock.passes(seconds=1)
    assert (await person("GET", "/me")).status_code == 200


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(world: World) -> None:
    here = await world.person(MAIL)
    elsewhere = world.visitor()
    await elsewhere.log_in(MAIL)
    change = {"password": NEW_PASSWORD}
    assert is_problem(await here("PATCH", "/me", change), 422)
    wrong = {**change, "current_password": NEW_PASSWORD}
    assert is_problem(await here("PATCH", "/me", wrong), 403)
    right = {**change, "current_password": PASSWORD}
    assert (await here("PATCH", "/me", right)).status_code == 200
    assert (await here("GET", "/me")).status_code == 200
    assert is_problem(await elsewhere("GET", "/me"), 401)
    assert is_problem(await elsewhere.log_in(MAIL, PASSWORD), 401)
    assert (await elsewhere.log_in(MAIL, NEW_PASSWORD)).status_code == 201


async def test_accounts_come_in_pages_of_a_clamped_size(world: World) -> None:
    admin = await world.person("0@example.org", Role.ADMIN)
    for number in range(1, 5):
        await world.account(f"{number}@example.org")
    seen, cursor = [], ""
    while True:
        page = (await admin("GET", f"/accounts?limit=2{cursor}")).json()
        seen += [account["email"] for account in page["accounts"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"{number}@example.org" for number in range(5)]
    assert len((await admin("GET", "/accounts?limit=0")).json()["accounts"]) == 1
    assert (await admin("GET", "/accounts?limit=1000000")).status_code == 200
    assert is_problem(await admin("GET", "/accounts?cursor=nonsense"), 422)


async def test_the_same_change_twice_happens_once(world: World) -> None:
    admin, bob = await world.person("0@example.org", Role.ADMIN), await world.account(MAIL)
    answers = [await admin("PATCH", f"/accounts/{bob.id}", {"role": "author"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    trail = (await admin("GET", "/audit")).json()["entries"]
    changes = [entry for entry in trail if entry["action"] == "account.change"]
    assert [change["details"]["role"] for change in changes] == ["author"]
    nobody = UUID(int=0)
    assert is_problem(await admin("PATCH", f"/accounts/{nobody}", {"role": "author"}), 404)


async def test_the_last_admin_stays_one(world: World) -> None:
    admin = await world.person("0@example.org", Role.ADMIN)
    itself = (await admin("GET", "/me")).json()["id"]
    await world.account("gone@example.org", Role.ADMIN, disabled=True)
    for change in ({"role": "user"}, {"disabled": True}):
        assert is_problem(await admin("PATCH", f"/accounts/{itself}", change), 409)
    second = await world.account("1@example.org", Role.ADMIN)
    demoted = await admin("PATCH", f"/accounts/{second.id}", {"role": "user"})
    assert demoted.json()["role"] == "user"
    assert is_problem(await admin("PATCH", f"/accounts/{itself}", {"role": "user"}), 409)


async def test_two_admins_cannot_take_each_others_role_at_once(world: World) -> None:
    people = [await world.person(f"{number}@example.org", Role.ADMIN) for number in range(2)]
    ids = [(await person("GET", "/me")).json()["id"] for person in people]
    answers = await asyncio.gather(
        people[0]("PATCH", f"/accounts/{ids[1]}", {"role": "user"}),
        people[1]("PATCH", f"/accounts/{ids[0]}", {"role": "user"}),
    )
    first, second = sorted(answer.status_code for answer in answers)
    assert first == 200
    assert second in {403, 409}  # no admin any more, or the last one


async def test_a_disabled_account_is_out_at_once(world: World) -> None:
    admin, person = await world.person("0@example.org", Role.ADMIN), await world.person(MAIL)
    itself = (await person("GET", "/me")).json()["id"]
    await admin("PATCH", f"/accounts/{itself}", {"disabled": True})
    assert is_problem(await person("GET", "/me"), 401)
    assert is_problem(await admin("PATCH", f"/accounts/{itself}", {"disabled": 0}), 422)
    await admin("PATCH", f"/accounts/{itself}", {"disabled": False})
    assert is_problem(await person("GET", "/me"), 401)  # the session does not come back
    assert (await person.log_in(MAIL)).status_code == 201


async def test_the_first_admin_is_made_once(world: World) -> None:
    token = await world.link()
    visitor = world.visitor()
    mistyped = sign_up(token=f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}")
    assert is_problem(await visitor("POST", "/welcome", mistyped), 403)
    weak = sign_up(token=token, password="short")
    assert is_problem(await visitor("POST", "/welcome", weak), 422)
    await world.account("taken@example.org")
    taken = sign_up("taken@example.org", token=token)
    assert is_problem(await visitor("POST", "/welcome", taken), 409)  # and the token is not used up
    made = await visitor("POST", "/welcome", sign_up(token=token))
    assert (made.status_code, made.json()["role"]) == (201, "admin")
    again = sign_up("eve@example.org", token=token)
    assert is_problem(await visitor("POST", "/welcome", again), 403)
    assert (await visitor.log_in(MAIL)).status_code == 201
    late = sign_up("eve@example.org", token=await world.link())
    assert is_problem(await visitor("POST", "/welcome", late), 403)  # there is an admin


async def test_the_welcome_expires_and_a_newer_one_replaces_it(world: World) -> None:
    replaced, token = await world.link(), await world.link(timedelta(hours=1))
    visitor = world.visitor()
    assert is_problem(await visitor("POST", "/welcome", sign_up(token=replaced)), 403)
    world.clock.passes(minutes=60)
    assert is_problem(await visitor("POST", "/welcome", sign_up(token=token)), 403)
