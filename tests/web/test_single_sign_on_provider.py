"""What a provider of single sign-on may do wrong without letting anybody in, and without a traceback."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from structlog.testing import capture_logs

from app.edge.sso.settings import Oidc
from tests.api.conftest import NewWorld
from tests.api.world import World
from tests.web.person import Person
from tests.web.provider import TestProvider
from tests.web.sso import START, here, provider, served, tried, way_back
from tests.web.test_accounts import said

__all__ = ["here", "provider", "served"]  # fixtures

pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["another client", "third"]},
        {"aud": ["stackwright", "another client"]},  # without azp nobody says for whom it is
        {"azp": "another client"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": True},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
async def test_a_token_that_says_something_wrong_lets_nobody_in(
    here: World, provider: TestProvider, wrong: dict[str, Any]
) -> None:
    provider.claims = wrong
    person = Person(here.app)
    with capture_logs() as logs:
        answer = await tried(person, provider)
    assert answer.status_code == 502
    assert "cannot be used to identify you" in said(answer.text)
    failed = next(one for one in logs if one["event"] == "provider failed")
    assert failed["step"] == "id token"
    assert failed["request_id"] in answer.text
    assert (await person.get("/")).status_code == 303


@pytest.mark.parametrize(
    "sign",
    [
        TestProvider.unsigned,
        TestProvider.by_secret,
        TestProvider.by_another,
        lambda _, claims: "not.a.token",
        lambda _, claims: "",
        lambda _, claims: "x" * 40_000,
        lambda it, claims: it.signed(claims)[:-8] + "AAAAAAAA",
    ],
)
async def test_a_token_with_no_or_a_wrong_signature_lets_nobody_in(
    here: World, provider: TestProvider, sign: Callable[[TestProvider, dict[str, Any]], str]
) -> None:
    provider.sign = lambda claims: sign(provider, claims)
    assert (await tried(Person(here.app), provider)).status_code == 502


async def test_clocks_may_differ_by_some_seconds(here: World, provider: TestProvider) -> None:
    now = int(here.clock().timestamp())
    provider.claims = {"iat": now + 20, "exp": now - 20}
    assert (await tried(Person(here.app), provider)).status_code == 303


async def test_new_keys_of_the_provider_are_read(here: World, provider: TestProvider) -> None:
    assert (await tried(Person(here.app), provider)).status_code == 303
    provider.rotate()
    assert (await tried(Person(here.app), provider)).status_code == 502  # just read
    here.clock.passes(seconds=11)
    assert (await tried(Person(here.app), provider)).status_code == 303
    assert provider.reads.count("/keys") == 2
    here.clock.passes(hours=2)
    assert (await tried(Person(here.app), provider)).status_code == 303
    assert provider.reads.count("/.well-known/openid-configuration") == 2


@pytest.mark.parametrize(
    ("path", "answer", "status"),
    [
        ("/.well-known/openid-configuration", PlainTextResponse("canary", 500), 503),
        ("/.well-known/openid-configuration", PlainTextResponse("<html>canary"), 502),
        ("/.well-known/openid-configuration", JSONResponse(["canary"]), 502),
        ("/.well-known/openid-configuration", RedirectResponse("https://evil.example"), 502),
        ("/.well-known/openid-configuration", JSONResponse({"canary": "x" * 300_000}), 502),
        ("/keys", PlainTextResponse("canary", 503), 503),
        ("/keys", JSONResponse({"keys": [{"kty": "oct", "k": "Y2FuYXJ5"}, 7]}), 502),
        ("/token", JSONResponse({"error": "canary" * 20}, 400), 502),
        ("/token", JSONResponse({"access_token": "canary"}), 502),
        ("/token", PlainTextResponse("canary", 429), 503),
    ],
)
async def test_a_provider_that_fails_is_a_card_with_cause_and_fix(
    here: World, provider: TestProvider, path: str, answer: Any, status: int
) -> None:
    provider.answers[path] = answer
    person = Person(here.app)
    with capture_logs() as logs:
        shown = await person.get(START)
        if shown.status_code == 303:
            there = dict(parse_qsl(urlsplit(shown.headers["Location"]).query))
            back = urlsplit(provider.authorize(there))
            shown = await person.get(f"{back.path}?{back.query}")
    assert shown.status_code == status
    assert "Single sign-on did not work" in said(shown.text)
    assert "the operator finds the reason in the log" in said(shown.text)
    assert [one for one in logs if one["event"] == "provider failed"]
    assert not [one for one in logs if one["event"] == "mistake"]
    assert "canary" not in shown.text
    assert "canary" * 8 not in str(logs)


async def test_a_provider_that_is_away_is_asked_again_after_some_seconds(
    new_world: NewWorld, provider: TestProvider
) -> None:
    gone = Oidc(issuer="http://127.0.0.1:1", client_id="stack")
    world = await new_world(oidc=gone)
    with capture_logs() as logs:
        answer = await Person(world.app).get(START)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "does not answer" in said(answer.text)
    assert 'href="/sign-in"' in answer.text
    assert "ConnectError" in str(logs)
    assert (await Person(world.app).get("/sign-in")).status_code == 200


@pytest.mark.parametrize(
    "said_of_itself",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_used(
    here: World, provider: TestProvider, said_of_itself: dict[str, Any]
) -> None:
    provider.metadata = said_of_itself
    assert (await Person(here.app).get(START)).status_code == 502


async def test_another_issuer_in_the_way_back_is_refused(
    here: World, provider: TestProvider
) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    for named, status in (
        ("", 502),
        ("&iss=https://evil.example", 502),
        (f"&iss={provider.address}", 303),
    ):
        person = Person(here.app)
        assert (await person.get(await way_back(person, provider) + named)).status_code == status


async def test_the_mail_address_may_be_told_elsewhere(here: World, provider: TestProvider) -> None:
    mail = {"email": provider.person.pop("email"), "email_verified": True}
    provider.userinfo = {**mail, "sub": "somebody else"}
    assert (await tried(Person(here.app), provider)).status_code == 502
    provider.userinfo = {**mail, "sub": "ada-1"}
    assert (await tried(Person(here.app), provider)).status_code == 303
