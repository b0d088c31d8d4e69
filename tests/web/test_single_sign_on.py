"""Signing in with another provider: the whole way, and every way in which it must not end inside."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from structlog.testing import capture_logs

from app.storage import accounts
from stackwright.access.limits import Limit
from stackwright.access.rights import Role
from tests.api.conftest import NewWorld
from tests.api.world import GENEROUS, PASSWORD, World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in
from tests.web.provider import SECRET, TestProvider
from tests.web.sso import START, here, provider, served, tried, way_back
from tests.web.test_accounts import said

__all__ = ["here", "provider", "served"]  # fixtures

pytestmark = pytest.mark.services

BEGIN_AGAIN = "not begun in this browser"


async def entries(world: World) -> list[Any]:
    """The audit trail, newest first."""
    admin = await world.person("root@example.org", Role.ADMIN)
    found = (await admin("GET", "/audit?limit=100")).json()["entries"]
    return list(found)


async def test_the_first_sign_in_makes_an_account_and_the_next_finds_it(
    here: World, provider: TestProvider
) -> None:
    person = Person(here.app)
    form = await person.get("/sign-in?next=/runs")
    assert 'href="/sign-in/oidc?next=%2Fruns"' in form.text or "next=/runs" in form.text
    assert "Sign in with Example Ltd" in form.text
    done = await tried(person, provider, f"{START}?next=/runs")
    assert (done.status_code, done.headers["Location"]) == (303, "/runs")
    assert "Welcome, Ada Lovelace" in (await person.get("/")).text
    account = await person.get("/account")
    assert "ada@example.org, user" in account.text
    assert "Your account has no password" in said(account.text)
    provider.person |= {"email": "moved@example.org", "email_verified": False}
    assert (await tried(Person(here.app), provider)).headers["Location"] == "/"
    async with here.parts.storage.session() as session:
        assert len(await accounts.page(session, None, 10)) == 1
    found = await entries(here)
    actions = [one["action"] for one in found]
    assert actions.count("account.sign_up") == 1
    assert next(one for one in found if one["details"])["details"]["by"] == provider.address
    assert provider.reads.count("/.well-known/openid-configuration") == 1
    assert provider.reads.count("/keys") == 1


async def test_no_password_opens_an_account_that_has_none(
    here: World, provider: TestProvider
) -> None:
    await tried(Person(here.app), provider)
    for password in ("!", "None", PASSWORD):
        answer = await Person(here.app).sign_in("ada@example.org", password)
        assert answer.status_code == 422


async def test_who_comes_back_has_to_be_who_was_sent(here: World, provider: TestProvider) -> None:
    person, other = Person(here.app), Person(here.app)
    back = await way_back(person, provider)
    await way_back(other, provider)
    for wrong in (other, Person(here.app)):
        answer = await wrong.get(back)
        assert answer.status_code == 403
        assert BEGIN_AGAIN in said(answer.text)
    cookie = person.http.cookies["stackwright-oidc"]
    for forged in (cookie[:-2] + "xy", "x." + cookie, cookie.partition(".")[0] + ".", "."):
        forger = Person(here.app)
        sent = {"Cookie": f"stackwright-oidc={forged}"}
        assert (await forger.get(back, sent)).status_code == 403
    late = Person(here.app)
    late_back = await way_back(late, provider)
    here.clock.passes(minutes=10)
    assert (await late.get(late_back)).status_code == 403


async def test_coming_back_works_once(here: World, provider: TestProvider) -> None:
    person = Person(here.app)
    back = await way_back(person, provider)
    cookie = person.http.cookies["stackwright-oidc"]
    done = await person.get(back)
    assert done.status_code == 303
    assert "stackwright-oidc" not in person.http.cookies
    thief = Person(here.app)
    again = await thief.get(back, {"Cookie": f"stackwright-oidc={cookie}"})
    assert again.status_code == 403
    assert BEGIN_AGAIN in said(again.text)


async def test_the_cookie_of_the_way_is_for_us_alone(
    new_world: NewWorld, provider: TestProvider
) -> None:
    world = await new_world(oidc=provider.oidc, public_url="https://stack.example")
    answer = await Person(world.app).get(START, {"Host": "stack.example"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-stackwright-oidc=")
    for flag in ("HttpOnly", "SameSite=lax", "Secure", "Path=/", "Max-Age=600"):
        assert flag in cookie
    assert (
        "redirect_uri=https%3A%2F%2Fstack.example%2Fsign-in%2Foidc%2Fcallback"
        in (answer.headers["Location"])
    )
    assert "form-action 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-in/oidc/callback"]
)
async def test_nobody_is_led_elsewhere_afterwards(
    here: World, provider: TestProvider, away: str
) -> None:
    answer = await tried(Person(here.app), provider, f"{START}?next={away}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


async def test_a_code_that_is_taken_over_by_another_way_is_worth_nothing(
    here: World, provider: TestProvider
) -> None:
    mallory, victim = Person(here.app), Person(here.app)
    stolen = dict(parse_qsl(urlsplit(await way_back(victim, provider)).query))["code"]
    own = urlsplit(await way_back(mallory, provider))
    state = dict(parse_qsl(own.query))["state"]
    with capture_logs() as logs:
        answer = await mallory.get(f"{own.path}?code={stolen}&state={state}")
    assert answer.status_code == 502
    assert "invalid_grant" in str(logs)
    assert SECRET not in str(logs)
    assert stolen not in answer.text


async def test_somebody_who_does_not_agree_is_told_so(here: World, provider: TestProvider) -> None:
    person = Person(here.app)
    back = urlsplit(await way_back(person, provider))
    state = dict(parse_qsl(back.query))["state"]
    answer = await person.get(f"{back.path}?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "The provider has not identified you." in said(answer.text)
    assert state not in answer.text


async def test_an_address_that_is_not_verified_makes_no_account(
    here: World, provider: TestProvider
) -> None:
    await here.account("ada@example.org")
    provider.userinfo = {"sub": "ada-1"}
    for told in (
        {"email_verified": False},
        {"email_verified": None},
        {"email": "nonsense"},
        {"email": None},
    ):
        provider.claims = told
        answer = await tried(Person(here.app), provider)
        assert answer.status_code == 403
        assert "does not say that your mail address is yours" in said(answer.text)


async def test_an_account_with_a_password_is_not_handed_over_but_can_be_connected(
    here: World, provider: TestProvider
) -> None:
    await here.account("ada@example.org")
    answer = await tried(Person(here.app), provider)
    assert answer.status_code == 403
    assert "Sign in with its password, then connect it" in said(answer.text)
    person = await signed_in(here, "ada@example.org")
    assert "Connect Example Ltd" in (await person.get("/account")).text
    shown = await person.post("/account/identity/connect")
    assert shown.status_code == 200
    there = dict(parse_qsl(urlsplit(said_link(shown.text, provider.address)).query))
    back = urlsplit(provider.authorize(there))
    done = await person.get(f"{back.path}?{back.query}")
    assert (done.status_code, done.headers["Location"]) == (303, "/account?done=connected")
    assert (await tried(Person(here.app), provider)).status_code == 303
    gone = await person.post("/account/identity/disconnect", issuer=provider.address)
    assert gone.headers["Location"] == "/account?done=disconnected"
    again = await person.post("/account/identity/disconnect", issuer=provider.address)
    assert again.status_code == 404
    assert (await tried(Person(here.app), provider)).status_code == 403
    found = await entries(here)
    actions = [one["action"] for one in found]
    assert {"identity.connect", "identity.disconnect"} <= set(actions)
    refused = [one for one in found if one["action"] == "session.refused"]
    assert {one["details"]["reason"] for one in refused} == {"taken"}


def said_link(text: str, begins: str) -> str:
    """The first link to there."""
    return html.unescape(re.findall(f'href="({begins}[^"]+)"', text)[0])


async def test_connecting_takes_a_form_of_ours_and_the_same_account_at_the_end(
    here: World, provider: TestProvider
) -> None:
    await here.account("ada@example.org")
    await here.account("bob@example.org")
    person = await signed_in(here, "ada@example.org")
    csrf, person.csrf = person.csrf, ""
    assert (await person.post("/account/identity/connect")).status_code == 403
    assert (await person.post("/account/identity/disconnect", issuer="x")).status_code == 403
    person.csrf = csrf
    script = await person.post("/account/identity/connect", PIECE)
    assert script.status_code == 204
    there = dict(parse_qsl(urlsplit(script.headers["HX-Redirect"]).query))
    back = urlsplit(provider.authorize(there))
    await person.post("/sign-out")
    await person.sign_in("bob@example.org")
    answer = await person.get(f"{back.path}?{back.query}")
    assert answer.status_code == 403
    assert "signed out meanwhile" in said(answer.text)


async def test_one_person_there_opens_one_account_here(here: World, provider: TestProvider) -> None:
    await tried(Person(here.app), provider)
    await here.account("bob@example.org")
    bob = await signed_in(here, "bob@example.org")
    shown = await bob.post("/account/identity/connect")
    there = dict(parse_qsl(urlsplit(said_link(shown.text, provider.address)).query))
    back = urlsplit(provider.authorize(there))
    answer = await bob.get(f"{back.path}?{back.query}")
    assert answer.status_code == 409
    assert "connected with another account" in said(answer.text)


async def test_the_only_way_into_an_account_stays(here: World, provider: TestProvider) -> None:
    person = Person(here.app)
    await tried(person, provider)
    await person.get("/account")
    answer = await person.post("/account/identity/disconnect", issuer=provider.address)
    assert answer.status_code == 409
    assert "nothing else would open it" in said(answer.text)
    assert (await tried(Person(here.app), provider)).status_code == 303


async def test_a_disabled_account_stays_out(here: World, provider: TestProvider) -> None:
    person = Person(here.app)
    await tried(person, provider)
    admin = await here.person("root@example.org", Role.ADMIN)
    listed = (await admin("GET", "/accounts")).json()["accounts"]
    ada = next(one for one in listed if one["email"] == "ada@example.org")
    await admin("PATCH", f"/accounts/{ada['id']}", {"disabled": True})
    assert (await person.get("/account")).status_code == 303
    answer = await tried(Person(here.app), provider)
    assert answer.status_code == 403
    assert "disabled, or an admin has not enabled it yet" in said(answer.text)


async def test_new_accounts_follow_the_rules_for_signing_up(
    new_world: NewWorld, provider: TestProvider
) -> None:
    world = await new_world(oidc=provider.oidc, sign_up="off")
    provider.now = world.clock
    answer = await tried(Person(world.app), provider)
    assert answer.status_code == 403
    assert "Nobody can make an account here" in said(answer.text)
    world = await new_world(oidc=provider.oidc, sign_up="approval")
    provider.now = world.clock
    first = await tried(Person(world.app), provider)
    assert first.status_code == 403
    assert "Your account was made. An admin has to enable it" in said(first.text)
    assert "has not enabled it yet" in said((await tried(Person(world.app), provider)).text)
    admin = await world.person("root@example.org", Role.ADMIN)
    listed = (await admin("GET", "/accounts")).json()["accounts"]
    ada = next(one for one in listed if one["email"] == "ada@example.org")
    await admin("PATCH", f"/accounts/{ada['id']}", {"disabled": False})
    assert (await tried(Person(world.app), provider)).status_code == 303


async def test_without_a_provider_there_is_no_such_way(world: World) -> None:
    person = Person(world.app)
    assert "/sign-in/oidc" not in (await person.get("/sign-in")).text
    for path in (START, f"{START}/callback?code=1&state=2"):
        assert (await person.get(path)).status_code == 404
    await world.account("ada@example.org")
    known = await signed_in(world, "ada@example.org")
    assert "Other ways to sign in" not in (await known.get("/account")).text
    assert (await known.post("/account/identity/connect")).status_code == 404


async def test_ways_to_the_provider_are_limited_and_nobody_is_sent_by_a_picture(
    new_world: NewWorld, provider: TestProvider
) -> None:
    few = GENEROUS.model_copy(update={"login": Limit(burst=2, per_minute=1)})
    world = await new_world(oidc=provider.oidc, limits=few)
    person = Person(world.app)
    picture = await person.get(START, {"Sec-Fetch-Mode": "no-cors"})
    assert (picture.status_code, "set-cookie" in picture.headers) == (403, False)
    assert (await person.get(START)).status_code == 303
    assert (await person.get(START)).status_code == 303
    late = await person.get(START)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


async def test_no_secret_is_in_logs_pages_or_the_audit_trail(
    here: World, provider: TestProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    shown: list[str] = []
    with capture_logs() as logs:
        for person_there in ("ada-1", "ada-2"):
            provider.person |= {"sub": person_there}
            person = Person(here.app)
            shown += [(await tried(person, provider)).text, (await person.get("/account")).text]
        provider.sign = provider.by_another
        shown.append((await tried(Person(here.app), provider)).text)
    ours = [one.getMessage() for one in caplog.records if "/sign-in/oidc/" not in one.getMessage()]
    found = "".join(
        [*shown, str(logs), *ours, str(await entries(here))]
    )  # tests log their own calls
    assert len(provider.canaries) > 12
    assert not [one for one in provider.canaries if one in found]
