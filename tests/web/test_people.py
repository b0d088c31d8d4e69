"""People in a real browser: the first start, signing in with keys alone, and pages that everybody can read."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from stackwright.access.rights import Role
from tests.api.world import PASSWORD
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import Living, living

pytestmark = [pytest.mark.browser, pytest.mark.services]

ADA = "ada@example.org"
FOCUSED = (
    "(() => { const it = document.activeElement;"
    " return it.labels?.[0]?.textContent ?? it.textContent; })()"
)


@pytest.fixture(scope="module")
def place() -> Iterator[Living]:
    with living() as served:
        yield served


@pytest.fixture
def person(browser: Browser, place: Living) -> Iterator[Page]:
    """A page in front of the whole application, where nothing may go wrong in the console."""
    context = browser.new_context(base_url=place.address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong = watched(page)
    yield page
    context.close()
    assert not wrong


def tab_to(page: Page, label: str) -> None:
    """Press the tab key until this has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if label in page.evaluate(FOCUSED):
            return
    pytest.fail(f"no key leads to {label}")


def fill(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        tab_to(page, label.replace("_", " "))
        page.keyboard.type(text)


def test_from_the_link_of_the_first_start_to_signing_in_again_with_keys_alone(
    person: Page, place: Living
) -> None:
    token = place.run(place.world.link())
    person.goto(f"/welcome?token={token}")
    fill(person, Name="Ada Lovelace", Mail_address=ADA, Password=PASSWORD)
    person.keyboard.press("Enter")
    expect(person.get_by_role("heading", level=1)).to_have_text("Welcome, Ada Lovelace")
    tab_to(person, "Sign out")
    person.keyboard.press("Enter")
    expect(person).to_have_url(f"{place.address}/sign-in")
    person.goto("/account?done=")
    expect(person).to_have_url(f"{place.address}/sign-in?next=%2Faccount%3Fdone%3D")
    fill(person, Mail_address=ADA, Password=PASSWORD)
    person.keyboard.press("Enter")
    expect(person).to_have_url(f"{place.address}/account?done=")
    person.keyboard.press("g")
    person.keyboard.press("a")
    expect(person.get_by_role("heading", level=1)).to_have_text("Accounts")


def test_a_wrong_password_is_said_in_place_and_the_address_is_kept(
    browser: Browser, place: Living
) -> None:
    context = browser.new_context(base_url=place.address)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill("nobody@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator("error-summary")).to_be_focused()
    expect(page.get_by_label("Mail address")).to_have_value("nobody@example.org")
    expect(page.get_by_label("Password")).to_have_value("")
    context.close()


def test_a_token_is_made_in_place_and_revoked(person: Page, place: Living) -> None:
    sign_in(person, place, "programmer@example.org")
    person.goto("/account")
    tokens = person.locator("#tokens")
    tokens.get_by_label("What it is for").fill("CI")
    tokens.get_by_label("Read projects").check()
    tokens.get_by_role("button", name="Make a token").click()
    expect(tokens.get_by_role("status")).to_contain_text("sw_")
    expect(tokens.get_by_role("cell", name="CI")).to_be_visible()
    tokens.get_by_role("link", name="Revoke …").click()
    person.get_by_role("button", name="Revoke it").click()
    expect(person.get_by_text("The token was revoked.")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_pages_of_people_are_accessible_and_fit(
    browser: Browser, place: Living, theme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=place.address,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put in by the test
    )
    page = context.new_page()
    for path in ("/sign-in", "/sign-up", "/welcome?token=used"):
        look(page, path, width)
    sign_in(page, place, f"root{width}{theme}@example.org", Role.ADMIN)
    page.goto("/accounts")
    one = page.get_by_role("link", name="root").first.get_attribute("href")
    for path in ("/", "/account?done=name", "/accounts", str(one), "/audit?check=all"):
        look(page, path, width)
    context.close()


def look(page: Page, path: str, width: int) -> None:
    page.goto(path)
    assert not complaints(page), path
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids)), path


def sign_in(page: Page, place: Living, email: str, role: Role = Role.USER) -> None:
    place.run(place.world.account(email, role))
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
