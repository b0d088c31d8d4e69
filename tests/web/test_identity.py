"""Who may see which page, and what happens to forms that are not ours, to strangers and to our own mistakes."""

import re
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest
from fastapi import Depends
from starlette.routing import Route

from app.web.pages import ROUTERS
from app.web.visitors import visitor
from stackwright.access.rights import Action, Role
from tests.api.conftest import NewWorld
from tests.api.world import PASSWORD, World, is_problem
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

pytestmark = pytest.mark.services

# For everybody: the way in, the look, and what browsers load. `/` leads strangers to the way in by itself.
OPEN = {
    "GET /assets/{name}",
    "GET /parts",
    "GET /parts/folder",
    "POST /parts/form",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/oidc",  # leads to the provider, or nowhere
    "GET /sign-in/oidc/callback",  # the signed cookie of the way there decides
    "GET /sign-up",
    "POST /sign-up",
    "GET /welcome",
    "POST /welcome",
    "POST /theme",
}
FOREIGN = {"Origin": "https://evil.example"}


def routes() -> list[str]:
    return [
        f"{method} {cast('APIRoute', route).path}"
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


def test_the_application_has_no_other_pages(world: World) -> None:
    routers = [getattr(route, "original_router", None) for route in world.app.routes]
    shown = [
        router
        for router in routers
        if router
        and not all(one.include_in_schema for one in router.routes if isinstance(one, Route))
    ]
    assert shown == list(ROUTERS)


@pytest.mark.parametrize("route", sorted(set(routes()) - OPEN))
async def test_a_page_leads_strangers_to_the_way_in(world: World, route: str) -> None:
    await world.account("root@example.org", Role.ADMIN)
    method, path = route.split(" ")
    path = re.sub(r"\{[^}]+\}", str(uuid4()), path)
    answer = await Person(world.app).http.request(method, path)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("/sign-in")


async def test_somebody_who_signs_in_comes_to_the_page_that_was_wanted(world: World) -> None:
    await world.account("ada@example.org")
    app = world.app

    @app.get("/secret", dependencies=[Depends(visitor(Action.READ_SELF))])
    async def secret() -> str:
        return "seen"

    person = Person(app)
    away = await person.get("/secret?view=kept&n=2")
    assert away.headers["Location"] == "/sign-in?next=%2Fsecret%3Fview%3Dkept%26n%3D2"
    form = await person.get(away.headers["Location"])
    assert 'name="next" value="/secret?view=kept&amp;n=2"' in form.text
    back = "/secret?view=kept&n=2"
    answer = await person.post("/sign-in", email="ada@example.org", password=PASSWORD, next=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert (await person.get("/secret")).text == '"seen"'
    assert (await person.get("/sign-in?next=/secret")).headers["Location"] == "/secret"


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "["]
)
async def test_nobody_is_led_elsewhere_after_signing_in(world: World, away: str) -> None:
    await world.account("ada@example.org")
    answer = await Person(world.app).post(
        "/sign-in", email="ada@example.org", password=PASSWORD, next=away
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


async def test_a_piece_says_that_the_session_has_ended_and_where_to_sign_in(world: World) -> None:
    @world.app.get("/piece", dependencies=[Depends(visitor(Action.READ_SELF))])
    async def piece() -> None: ...

    shown = {**PIECE, "HX-Current-URL": "http://127.0.0.1:4280/runs?state=failed#log"}
    answer = await Person(world.app).get("/piece", shown)
    assert answer.status_code == 401
    assert 'href="/sign-in?next=%2Fruns%3Fstate%3Dfailed">Sign in</a>' in answer.text
    foreign = {**PIECE, "HX-Current-URL": "https://evil.example/runs"}
    assert 'href="/sign-in">Sign in' in (await Person(world.app).get("/piece", foreign)).text


async def test_a_role_that_may_not_gets_the_card_and_tokens_open_no_page(world: World) -> None:
    account = await world.account("ada@example.org")

    @world.app.get("/trail", dependencies=[Depends(visitor(Action.READ_AUDIT))])
    async def trail() -> None: ...

    person = await signed_in(world, "ada@example.org")
    answer = await person.get("/trail")
    assert answer.status_code == 403
    assert "The role user does not allow this." in answer.text
    assert "Sign out" in answer.text
    program = await world.program(account, [])
    token = program.headers["Authorization"]
    assert (await Person(world.app).get("/trail", {"Authorization": token})).status_code == 303


async def test_forms_need_the_token_or_a_browser_that_says_they_are_ours(world: World) -> None:
    await world.account("ada@example.org")
    for headers, csrf, status in (
        ({}, "", 403),
        ({}, "0" * 64, 403),
        (FOREIGN, None, 403),
        ({"Sec-Fetch-Site": "cross-site"}, None, 403),
        ({}, None, 303),
        ({"Sec-Fetch-Site": "same-origin"}, "", 303),
        ({"Origin": "http://127.0.0.1:4280"}, "", 303),
    ):
        person = await signed_in(world, "ada@example.org")
        person.csrf = person.csrf if csrf is None else csrf
        answer = await person.post("/sign-out", headers)
        assert answer.status_code == status, (headers, csrf)
        assert "<html" in answer.text or status == 303
        assert ((await person.get("/")).status_code == 200) is (status == 403)


async def test_no_other_site_can_sign_somebody_in(world: World) -> None:
    await world.account("mallory@example.org")
    sent = {"email": "mallory@example.org", "password": PASSWORD}
    for headers in (FOREIGN, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await Person(world.app).post("/sign-in", headers, **sent)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "Another site sent this request." in answer.text


async def test_a_mistake_of_ours_is_a_card_with_the_number_that_the_log_has(world: World) -> None:
    for path in ("/broken", "/api/v1/broken"):

        @world.app.get(path)
        async def broken() -> None:
            raise RuntimeError("canary")

    page = await Person(world.app).get("/broken")
    assert page.status_code == 500
    assert page.headers["x-request-id"] in page.text
    assert "Something broke in Stackwright" in page.text
    piece = await Person(world.app).get("/broken", PIECE)
    assert "<html" not in piece.text
    program = await Person(world.app).get("/api/v1/broken")
    assert is_problem(program, 500)
    assert not [one for one in (page, piece, program) if "canary" in one.text]


async def test_an_address_that_leads_nowhere_keeps_the_name_of_who_has_signed_in(
    world: World,
) -> None:
    await world.account("ada@example.org")
    person = await signed_in(world, "ada@example.org")
    answer = await person.get("/nowhere")
    assert answer.status_code == 404
    assert "Sign out" in answer.text
    assert "Sign out" not in (await Person(world.app).get("/nowhere")).text


async def test_the_way_in_is_welcome_until_there_is_an_admin(new_world: NewWorld) -> None:
    world = await new_world()
    await world.account("user@example.org")
    assert (await Person(world.app).get("/")).headers["Location"] == "/welcome"
    await world.account("root@example.org", Role.ADMIN)
    assert (await Person(world.app).get("/")).headers["Location"] == "/sign-in"
    assert (await Person(world.app).get("/welcome")).headers["Location"] == "/sign-in"
