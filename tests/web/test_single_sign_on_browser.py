"""Single sign-on in a real browser, which follows our policy and sends cookies as browsers do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.api.world import PASSWORD
from tests.web.conftest import complaints, watched
from tests.web.living import Living, living
from tests.web.provider import TestProvider, serving

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture(scope="module")
def provider() -> Iterator[TestProvider]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def place(provider: TestProvider) -> Iterator[Living]:
    with living(provider.oidc) as served:
        provider.now = served.world.clock
        yield served


def test_there_and_back_and_to_the_page_that_was_wanted(browser: Browser, place: Living) -> None:
    context = browser.new_context(base_url=place.address)
    page = context.new_page()
    wrong = watched(page)
    page.goto("/account")
    page.get_by_role("link", name="Sign in with Example Ltd").click()
    expect(page).to_have_url(f"{place.address}/account")
    expect(page.get_by_text("Your account has no password")).to_be_visible()
    context.close()
    assert not wrong


@pytest.mark.parametrize("script", [True, False])
def test_an_account_is_connected_with_and_without_script(
    browser: Browser, place: Living, provider: TestProvider, script: bool
) -> None:
    email = f"bob{script}@example.org".lower()
    place.run(place.world.account(email))
    provider.person["sub"] = email
    context = browser.new_context(base_url=place.address, java_script_enabled=script)
    page = context.new_page()
    wrong = watched(page)
    page.goto("/sign-in?next=/account")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Connect Example Ltd").click()
    if not script:
        page.get_by_role("link", name="Go on to Example Ltd").click()
    expect(page).to_have_url(f"{place.address}/account?done=connected")
    page.get_by_role("button", name="Disconnect Example Ltd").click()
    expect(page).to_have_url(f"{place.address}/account?done=disconnected")
    context.close()
    assert not wrong


def test_the_ways_in_are_accessible(
    browser: Browser, place: Living, provider: TestProvider
) -> None:
    provider.again()
    context = browser.new_context(base_url=place.address, bypass_csp=True)
    page = context.new_page()
    page.goto("/sign-in")
    expect(page.get_by_role("link", name="Sign in with Example Ltd")).to_be_visible()
    assert not complaints(page)
    page.goto("/sign-in/oidc/callback?state=1&code=2")
    assert not complaints(page)
    page.goto("/sign-in/oidc?next=/account")
    expect(page.get_by_text("Your account has no password")).to_be_visible()
    assert not complaints(page)
    context.close()
