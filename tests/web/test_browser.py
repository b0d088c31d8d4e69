"""What only a browser knows: policy, accessibility, reflow, focus and keys."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import SIGHTS, complaints

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_pages_are_accessible_and_fit(
    browser: Browser, address: str, theme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put in by the test; the policy itself is tried by all others
    )
    page = context.new_page()
    for path in ("/parts", "/nowhere"):
        page.goto(path)
        assert not complaints(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_nothing_breaks_under_the_strict_policy(tab: Page) -> None:
    tab.goto("/parts")
    tab.wait_for_load_state("networkidle")
    names = tab.evaluate(
        "[...document.querySelectorAll(':not(:defined)')].map(one => one.localName)"
    )
    assert names == []
    assert tab.evaluate("document.fonts.check('650 16px \"Archivo Variable\"')")


def test_a_dialog_keeps_the_focus_and_gives_it_back(tab: Page) -> None:
    tab.goto("/parts")
    opener = tab.get_by_role("button", name="Delete this release …")
    opener.focus()
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog", name="Delete release 41?")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("it => it.contains(document.activeElement)")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_tabs_change_the_address_and_keep_the_focus(tab: Page) -> None:
    tab.goto("/parts")
    kept = tab.locator("#tabs-plan").get_by_role("link", name="Kept")
    kept.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#tabs-plan .view")).to_have_text("2 files are kept.")
    assert tab.url.endswith("/parts?view=kept")
    expect(kept).to_be_focused()
    expect(kept).to_have_attribute("aria-current", "page")
    tab.go_back()
    expect(tab.locator("#tabs-plan .view")).to_have_text("37 files are new.")


def test_a_tree_is_walked_with_arrows_and_loads_folders(tab: Page) -> None:
    tab.goto("/parts")
    tree = tab.locator("tree-view")
    expect(tree).to_have_js_property("isConnected", value=True)
    expect(tab.locator("tree-view:defined")).to_be_attached()
    tree.locator("summary").first.focus()
    tab.keyboard.press("ArrowDown")
    expect(tree.get_by_role("link", name="models.py")).to_be_focused()
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("link", name="models.py")).to_be_hidden()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowRight")
    expect(tree.get_by_role("link", name="customers.tsx")).to_be_visible()
    tab.keyboard.press("ArrowRight")
    expect(tree.get_by_role("link", name="orders.tsx")).to_be_focused()


def test_single_keys_work_outside_of_fields_until_they_are_switched_off(tab: Page) -> None:
    tab.goto("/parts")
    expect(tab.locator("keyboard-layer:defined")).to_be_attached()
    tab.keyboard.press("/")
    field = tab.get_by_role("searchbox", name="Filter parts")
    expect(field).to_be_focused()
    tab.keyboard.type("?")
    keys = tab.get_by_role("dialog", name="Keys")
    expect(keys).to_be_hidden()
    expect(field).to_have_value("?")
    field.evaluate("it => it.blur()")
    tab.keyboard.press("?")
    expect(keys).to_be_visible()
    keys.get_by_role("checkbox").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_the_theme_is_chosen_at_once_and_remembered(tab: Page) -> None:
    tab.goto("/parts")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    before = tab.evaluate(paper)
    tab.get_by_role("radio", name="Dark").check()
    night = tab.evaluate(paper)
    assert night != before
    tab.reload()
    assert tab.evaluate(paper) == night
    expect(tab.get_by_role("radio", name="Dark")).to_be_checked()


def test_the_filter_answers_while_one_writes_and_keeps_the_focus(tab: Page) -> None:
    tab.goto("/parts")
    field = tab.get_by_role("searchbox", name="Filter parts")
    field.press_sequentially("ruler")
    expect(tab.locator("[data-specimen]")).to_have_count(1)
    expect(field).to_be_focused()
    expect(tab).to_have_url(re.compile("find=ruler$"))


def test_a_form_that_is_refused_comes_back_in_its_place_with_the_focus(browser_page: Page) -> None:
    browser_page.goto("/parts")
    form = browser_page.get_by_role("form", name="New environment", exact=True)
    form.get_by_role("button").click()
    expect(form.locator("error-summary")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


def test_a_lost_network_is_said_and_can_be_tried_again(browser_page: Page) -> None:
    browser_page.goto("/parts")
    browser_page.route("**/parts?view=*", lambda route: route.abort())
    browser_page.locator("#tabs-plan").get_by_role("link", name="Kept").click()
    notice = browser_page.locator("network-notice")
    expect(notice).to_be_visible()
    browser_page.unroute_all()
    notice.get_by_role("button", name="Try again").click()
    expect(browser_page.locator("#tabs-plan .view")).to_have_text("2 files are kept.")
    expect(notice).to_be_hidden()


def test_a_socket_changes_what_it_names(tab: Page) -> None:
    tab.goto("/watched")
    expect(tab.get_by_role("status")).to_have_text("first whole state")


@pytest.fixture
def browser_page(browser: Browser, address: str) -> Iterator[Page]:
    """A page in which a refused or lost request is what is tested."""
    context = browser.new_context(base_url=address)
    yield context.new_page()
    context.close()
