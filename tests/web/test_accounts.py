"""The first start, signing up, one's own account, and what admins see, on pages without script."""

import html
import re
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from stackwright.access.limits import Limit
from stackwright.access.rights import Role
from tests.api.conftest import NewWorld
from tests.api.world import GENEROUS, PASSWORD, World
from tests.web.conftest import PIECE
from tests.web.person import Person, signed_in

pytestmark = pytest.mark.services

FIRST = {"name": "Ada", "email": "Ada@example.org ", "password": PASSWORD}
OTHER = "nine loud tin trumpets"
SCRIPT = {**PIECE, "HX-Request": "true"}


def said(text: str) -> str:
    """What people read of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


async def test_the_link_makes_the_first_admin_once_and_signs_them_in(world: World) -> None:
    token = await world.link()
    person = Person(world.app)
    with capture_logs() as logs:
        form = await person.get(f"/welcome?token={token}")
        assert f'name="token" value="{token}"' in form.text
        short = await person.post("/welcome", token=token, **{**FIRST, "password": "short"})
        assert short.status_code == 422
        assert "It has 5 characters; at least 12 are needed." in said(short.text)
        assert 'value="Ada"' in short.text
        assert "short" not in short.text
        done = await person.post("/welcome", token=token, **FIRST)
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert "Welcome, Ada" in (await person.get("/")).text
    assert (await person.get("/accounts")).status_code == 200
    assert token not in str(logs)
    again = await Person(world.app).get(f"/welcome?token={token}")
    assert again.status_code == 403
    assert "it was used, has expired or was never given out" in said(again.text)


async def test_a_link_that_has_expired_is_explained(world: World) -> None:
    token = await world.link()
    world.clock.passes(hours=2)
    for path in (f"/welcome?token={token}", "/welcome?token=mistyped"):
        answer = await Person(world.app).get(path)
        assert answer.status_code == 403
        assert "start it again to get a new link" in said(answer.text)
    sent = await Person(world.app).post("/welcome", token=token, **FIRST)
    assert sent.status_code == 403
    assert "This token is not valid" in said(sent.text)


async def test_a_refused_login_tells_nothing_and_keeps_what_was_typed(world: World) -> None:
    await world.account("ada@example.org")
    await world.account("out@example.org", disabled=True)
    answers = []
    for email, password in (
        ("ada@example.org", OTHER),
        ("out@example.org", PASSWORD),
        ("nobody@example.org", PASSWORD),
    ):
        answer = await Person(world.app).post("/sign-in", email=email, password=password)
        assert f'value="{email}"' in answer.text
        assert password not in answer.text
        answers.append((answer.status_code, answer.text.replace(email, "")))
    assert answers[0] == answers[1] == answers[2]
    assert "The mail address or the password is wrong." in answers[0][1]
    empty = await Person(world.app).post("/sign-in", email="ada", password="")
    assert "Mail address: It is not a mail address such as name@example.org." in said(empty.text)
    assert "Password: This is needed." in said(empty.text)


async def test_too_many_failures_lock_the_page_as_they_lock_the_api(world: World) -> None:
    await world.account("ada@example.org")
    person = Person(world.app)
    codes = [(await person.sign_in("ada@example.org", OTHER)).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    locked = await person.sign_in("ada@example.org")
    assert "Too many logins have failed. Try again in" in said(locked.text)
    assert (await world.visitor().log_in("ada@example.org")).status_code == 429


async def test_script_is_told_where_to_go(world: World) -> None:
    await world.account("ada@example.org")
    sent = {"email": "ada@example.org", "password": PASSWORD, "next": "/account?a=ä"}
    answer = await Person(world.app).post("/sign-in", SCRIPT, **sent)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/account?a=%C3%A4")
    assert "stackwright=" in answer.headers["set-cookie"]


@pytest.mark.parametrize(("mode", "works"), [("open", True), ("approval", False)])
async def test_signing_up_tells_everybody_the_same(
    new_world: NewWorld, mode: str, works: bool
) -> None:
    world = await new_world(sign_up=mode)
    await world.account("taken@example.org")
    shown = set()
    for email in ("taken@example.org", "new@example.org"):
        person = Person(world.app)
        answer = await person.post("/sign-up", name="Eve", email=email, password=OTHER)
        shown.add((answer.status_code, answer.text.replace(email, "")))
    assert len(shown) == 1
    assert (await Person(world.app).sign_in("new@example.org", OTHER)).is_redirect is works


async def test_mistakes_in_a_form_do_not_use_up_what_is_allowed(new_world: NewWorld) -> None:
    once = GENEROUS.model_copy(update={"sign_up": Limit(burst=1, per_minute=0.01)})
    world = await new_world(limits=once)
    person = Person(world.app)
    sent = {"name": "Eve", "email": "eve@example.org"}
    for _ in range(3):
        assert (await person.post("/sign-up", password="x", **sent)).status_code == 422
    assert (await person.post("/sign-up", password=OTHER, **sent)).status_code == 200
    assert (await person.post("/sign-up", password=OTHER, **sent)).status_code == 429


async def test_nobody_signs_up_where_it_is_off(new_world: NewWorld) -> None:
    world = await new_world(sign_up="off")
    assert "Ask an operator" in (await Person(world.app).get("/sign-up")).text
    assert "/sign-up" not in (await Person(world.app).get("/sign-in")).text
    assert (await Person(world.app).post("/sign-up", **FIRST)).status_code == 403


async def test_somebody_changes_their_name_and_password(world: World) -> None:
    await world.account("ada@example.org")
    person, elsewhere = [await signed_in(world, "ada@example.org") for _ in range(2)]
    named = await person.post("/account/name", name="  Ada   L. ")
    assert "Your name was changed." in (await person.get(named.headers["Location"])).text
    assert "Ada L.</a>" in (await person.get("/account")).text
    assert "This is needed." in (await person.post("/account/name", name="")).text
    wrong = await person.post("/account/password", current_password=OTHER, password=OTHER)
    assert "The current password is wrong." in wrong.text
    assert OTHER not in wrong.text
    sent = {"current_password": PASSWORD, "password": OTHER}
    done = await person.post("/account/password", **sent)
    assert done.headers["Location"] == "/account?done=password"
    assert (await elsewhere.get("/account")).is_redirect
    assert (await person.get("/account")).status_code == 200
    assert (await Person(world.app).sign_in("ada@example.org", OTHER)).is_redirect


async def test_somebody_signs_out_here_or_everywhere_else(world: World) -> None:
    await world.account("ada@example.org")
    person, elsewhere = [await signed_in(world, "ada@example.org") for _ in range(2)]
    await person.post("/account/sessions/end")
    assert (await elsewhere.get("/account")).is_redirect
    assert (await person.get("/account")).status_code == 200
    out = await person.post("/sign-out")
    assert out.headers["Location"] == "/sign-in"
    assert (await person.get("/account")).is_redirect


async def test_a_token_is_shown_once_works_and_is_revoked(world: World) -> None:
    await world.account("ada@example.org")
    person = await signed_in(world, "ada@example.org")
    none = await person.post("/account/tokens", purpose="<b>CI", days="30")
    assert "What it may do: This is needed." in said(none.text)
    assert 'value="&lt;b&gt;CI"' in none.text
    refused = await person.post(
        "/account/tokens", purpose="CI", days="30", **{"accounts:admin": "yes"}
    )
    assert refused.status_code == 422
    assert "the role user cannot use accounts:admin" in said(refused.text).replace("The", "the")
    made = await person.post("/account/tokens", purpose="CI", days="30", **{"account:read": "yes"})
    text = re.search(r"sw_[a-z2-7]+", made.text)
    assert text
    assert made.headers["cache-control"] == "no-store"
    program = world.visitor()
    program.headers["Authorization"] = f"Bearer {text[0]}"
    assert (await program("GET", "/me")).status_code == 200
    page = await person.get("/account")
    assert text[0] not in page.text
    revoke = re.search(r'href="(/account/tokens/[^"]+/revoke)"', page.text)
    assert revoke
    assert "Revoke “CI”?" in (await person.get(revoke[1])).text
    await world.account("eve@example.org")
    eve = await signed_in(world, "eve@example.org")
    assert (await eve.get(revoke[1])).status_code == 404
    assert (await eve.post(revoke[1])).status_code == 404
    assert (await person.post(revoke[1])).headers["Location"] == "/account?done=token"
    assert (await program("GET", "/me")).status_code == 401


async def test_admins_change_accounts_and_the_last_one_stays(world: World) -> None:
    root = await world.account("root@example.org", Role.ADMIN)
    eve = await world.account("eve@example.org")
    admin, person = [await signed_in(world, one.email) for one in (root, eve)]
    assert f'href="/accounts/{eve.id}"' in (await admin.get("/accounts")).text
    assert "eve@example.org" in (await admin.get(f"/accounts/{eve.id}")).text
    assert (await person.get("/accounts")).status_code == 403
    done = await admin.post(f"/accounts/{eve.id}", role="author", disabled="yes")
    assert done.headers["Location"] == f"/accounts/{eve.id}"
    assert (await person.get("/account")).is_redirect
    last = await admin.post(f"/accounts/{root.id}", role="user", disabled="no")
    assert last.status_code == 409
    assert "This is the last admin." in said(last.text)
    wrong = await admin.post(f"/accounts/{root.id}", role="king", disabled="no")
    assert wrong.status_code == 422
    trail = said((await admin.get("/audit")).text)
    assert "account.change root@example.org eve@example.org" in trail
    assert "role=author" in trail
    assert "Whole:" in (await admin.get("/audit?check=all")).text


async def test_long_lists_go_on_from_page_to_page(world: World) -> None:
    await world.account("root@example.org", Role.ADMIN)
    for number in range(41):
        await world.account(f"user{number:02}@example.org")
    admin = await signed_in(world, "root@example.org")
    for _ in range(41):
        await admin.post("/account/name", name="Root")
        await admin.post("/account/name", name="Toor")
    for path in ("/accounts", "/audit"):
        first = await admin.get(path)
        following = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert following
        address = html.unescape(following[1])
        assert urlsplit(address).path == path
        second = await admin.get(address)
        assert second.status_code == 200
        assert f'rel="prev" href="{path}"' in second.text
