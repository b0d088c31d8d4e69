"""The model editor in a browser: mistakes and their lines, keys, drafts that survive, and how it looks to axe."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.api.world import PASSWORD
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import Living, living

pytestmark = [pytest.mark.browser, pytest.mark.services]

ADA = "ada@example.org"
RIGHT = """\
stackwright: 1
name: library
entities:
  Book:
    fields:
      title: {type: string, required: true}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Living]:
    with living() as served:
        served.run(served.world.account(ADA))
        yield served


def visit(site: Living, browser: Browser, **how: Any) -> BrowserContext:
    """A window of somebody who has signed in."""
    context = browser.new_context(base_url=site.address, **how)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.address}/")
    page.close()
    return context


@pytest.fixture
def tab(site: Living, browser: Browser) -> Iterator[Page]:
    """A fresh page, which fails the test when anything is wrong in its console or on its way."""
    context = visit(site, browser, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong = watched(page)
    yield page
    context.close()
    assert not wrong


READY = "model-editor:defined, draft-keeper:defined"


def begin(page: Page, name: str = "Library", start: str = "empty") -> None:
    """A new project with its model on the page."""
    page.goto("/projects/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator(f"input[name=start][value={start}]").check(force=True)
    page.get_by_role("button", name="Make the project").click()
    page.wait_for_url("**/model")
    expect(page.locator(READY)).to_have_count(2)


def test_a_mistake_is_found_at_its_line_and_goes_when_it_is_mended(tab: Page) -> None:
    begin(tab)
    text = tab.get_by_role("textbox", name="The model")
    text.fill(RIGHT)
    expect(tab.get_by_role("status")).to_contain_text("No errors")
    text.fill(RIGHT.replace("type: string", "type: strin"))
    found = tab.locator("#model-findings [data-finding]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("6:21")
    expect(tab.locator(".flag")).to_have_attribute("data-line", "6")
    expect(tab.locator("a.entity")).to_have_attribute("data-state", "wrong")
    expect(tab.get_by_role("status")).to_contain_text("1 error")
    found.get_by_role("link").click()
    expect(text).to_be_focused()
    chosen = "it => it.value.slice(it.selectionStart, it.selectionEnd)"
    assert text.evaluate(chosen) == "strin"
    tab.keyboard.type("string")
    expect(found).to_have_count(0)
    expect(tab.locator(".flag")).to_have_count(0)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#model-state")).to_contain_text("saved as version 1")
    expect(tab.get_by_role("link", name="Choose what to generate")).to_be_visible()
    assert text.input_value() == RIGHT


@pytest.mark.parametrize("way", ["Go back to version 1", "Take back the other text"])
def test_who_brings_a_version_back_is_not_disturbed_by_a_check_that_arrives_later(
    tab: Page, way: str
) -> None:
    begin(tab)
    text = tab.get_by_role("textbox", name="The model")
    text.fill(RIGHT)
    expect(tab.get_by_role("status")).to_contain_text("No errors")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator("#model-state")).to_contain_text("saved as version 1")
    tab.reload()  # now there is a version to go back to
    expect(tab.locator(READY)).to_have_count(2)
    wanted, typed = RIGHT, RIGHT + "# typed just now\n"
    if way.startswith("Take"):
        wanted = RIGHT + "# before\n"
        text.fill(wanted)
        expect(tab.locator("#model-state")).to_contain_text("kept as a draft")
        tab.get_by_role("button", name="Go back to version 1").click()
        expect(text).to_have_value(RIGHT)
        expect(tab.locator(READY)).to_have_count(2)
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    tab.route("**/model/check", hold)
    with tab.expect_request("**/model/check"):
        text.fill(typed)
    with tab.expect_navigation():
        tab.get_by_role("button", name=way).click()
    expect(text).to_have_value(wanted)
    (check,) = late
    asked = check.request
    headers = {**asked.headers, "sec-fetch-site": "same-origin", "accept": "text/html"}
    answer = tab.request.post(asked.url, headers=headers, data=asked.post_data)
    assert answer.status == 200
    tab.unroute("**/model/check")
    tab.reload()
    expect(text).to_have_value(wanted)
    tab.get_by_role("button", name="Take back the other text").click()
    expect(text).to_have_value(typed)


def test_f8_goes_from_finding_to_finding(tab: Page) -> None:
    begin(tab)
    text = tab.get_by_role("textbox", name="The model")
    text.fill(RIGHT.replace("string", "strin").replace("name: library", "name: Library"))
    expect(tab.locator("[data-finding]")).to_have_count(2)
    text.focus()
    tab.keyboard.press("Control+Home")
    line = "it => it.value.slice(0, it.selectionStart).split('\\n').length"
    for key, wanted in (("F8", 2), ("F8", 6), ("F8", 2), ("Shift+F8", 6)):
        tab.keyboard.press(key)
        assert text.evaluate(line) == wanted
    expect(tab.locator("[data-found]")).to_contain_text("2 of 2, line 6, error: There is no type")


def test_tab_indents_undo_works_and_nobody_is_trapped(tab: Page) -> None:
    begin(tab)
    text = tab.get_by_role("textbox", name="The model")
    text.fill("a:")
    text.focus()
    tab.keyboard.press("Control+End")
    tab.keyboard.press("Enter")
    tab.keyboard.type("b:")
    tab.keyboard.press("Tab")
    expect(text).to_have_value("a:\n  b:  ")
    tab.keyboard.press("Control+Z")
    expect(text).to_have_value("a:\n  b:")
    tab.keyboard.press("Control+A")
    tab.keyboard.press("Tab")
    expect(text).to_have_value("  a:\n    b:")
    tab.keyboard.press("Shift+Tab")
    expect(text).to_have_value("a:\n  b:")
    expect(text).to_be_focused()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Tab")
    expect(text).not_to_be_focused()
    expect(text).to_have_value("a:\n  b:")
    text.focus()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Shift+Tab")
    expect(text).not_to_be_focused()


def test_a_refresh_keeps_what_was_written_even_at_once_and_without_the_server(tab: Page) -> None:
    begin(tab)
    text = tab.get_by_role("textbox", name="The model")
    text.fill(RIGHT)
    expect(tab.locator("#model-state")).to_contain_text("kept as a draft")
    tab.reload()
    expect(text).to_have_value(RIGHT)
    text.fill(f"{RIGHT}# at once\n")
    tab.reload()
    expect(text).to_have_value(f"{RIGHT}# at once\n")
    expect(tab.locator("#model-state")).to_contain_text("kept as a draft")


def test_a_file_takes_the_place_of_the_text_and_is_taken_back(tab: Page) -> None:
    begin(tab, start="notes")
    text = tab.get_by_role("textbox", name="The model")
    before = text.input_value()
    tab.locator("#field-file").set_input_files(
        {"name": "a.stackwright.yaml", "mimeType": "text/yaml", "buffer": RIGHT.encode()}
    )
    tab.get_by_role("button", name="Replace the text by this file").click()
    expect(text).to_have_value(RIGHT)
    tab.get_by_role("button", name="Take back the other text").click()
    expect(text).to_have_value(before)
    text.fill(RIGHT)
    expect(tab.locator("#model-state")).to_contain_text("kept as a draft")
    tab.get_by_role("button", name="Go back to version 1").click()
    expect(text).to_have_value(before)


def test_two_tabs_choose_which_text_goes_on(site: Living, browser: Browser) -> None:
    context = visit(site, browser)
    one, two = context.new_page(), context.new_page()
    begin(one)
    two.goto(one.url)
    expect(two.locator(READY)).to_have_count(2)
    texts = [page.get_by_role("textbox", name="The model") for page in (one, two)]
    texts[1].fill(f"{RIGHT}# two")
    expect(two.locator("#model-state")).to_contain_text("kept as a draft")
    texts[0].fill(f"{RIGHT}# one")
    card = one.locator("#model-problem")
    expect(card).to_contain_text("Another tab")
    expect(texts[0]).to_have_value(f"{RIGHT}# one")
    card.get_by_role("button", name="Take the other text").click()
    expect(texts[0]).to_have_value(f"{RIGHT}# two")
    expect(card).to_be_empty()
    context.close()


def test_a_lost_connection_is_said_and_made_good(site: Living, browser: Browser) -> None:
    context = visit(site, browser)
    page = context.new_page()
    begin(page)
    page.route("**/model/check", lambda route: route.abort())
    text = page.get_by_role("textbox", name="The model")
    text.fill(RIGHT)
    lost = page.locator("[data-lost]")
    expect(lost.first).to_be_visible()
    page.unroute_all()
    expect(page.locator("#model-state")).to_contain_text("kept as a draft", timeout=8000)
    expect(page.locator("#model-state [data-lost]")).to_be_hidden()
    page.reload()
    expect(text).to_have_value(RIGHT)
    context.close()


def test_a_model_is_built_with_keys_alone(tab: Page) -> None:
    tab.goto("/projects")

    def to(name: str, role: Any = "button") -> None:
        wanted = tab.get_by_role(role, name=name, exact=True)
        expect(wanted).to_be_visible()
        for _ in range(120):
            if wanted.evaluate("it => it === document.activeElement"):
                return
            tab.keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached by Tab")

    first = tab.get_by_role("link", name="Make the first project")
    name = "Make the first project" if first.count() else "New project"
    to(name, "link")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/new")
    to("Name", "textbox")
    tab.keyboard.type("By keys")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/model")
    expect(tab.locator(READY)).to_have_count(2)
    text = tab.get_by_role("textbox", name="The model")
    text.focus()
    tab.keyboard.press("Escape")
    tab.keyboard.press("Tab")
    to("Its name, such as OrderLine", "textbox")
    tab.keyboard.type("Book")
    tab.keyboard.press("Enter")
    expect(text).to_have_value(
        "stackwright: 1\nname: by-keys\nentities:\n  Book:\n    fields:\n      name: {type: string, required: true}\n"
    )
    expect(tab.get_by_role("textbox", name="Its name, such as OrderLine")).to_be_focused()
    to("Of the entity", "combobox")
    tab.keyboard.type("Book")
    to("Name, such as published_on", "textbox")
    tab.keyboard.type("price")
    tab.keyboard.press("Enter")
    expect(text).to_have_value(
        "stackwright: 1\nname: by-keys\nentities:\n  Book:\n    fields:\n"
        "      name: {type: string, required: true}\n      price: string\n"
    )
    expect(tab.locator("#model-state")).to_contain_text("no errors")
    tab.get_by_role("button", name="Save", exact=True).focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#model-state")).to_contain_text("saved as version 1")


def test_forms_keep_undo_and_ask_before_something_breaks(tab: Page) -> None:
    begin(tab, start="bookshop")
    text = tab.get_by_role("textbox", name="The model")
    before = text.input_value()
    tab.get_by_label("The entity", exact=True).fill("Genre")
    tab.get_by_role("button", name="Remove it").last.click()
    asked = tab.get_by_role("alert").filter(has_text="needs what you want to remove")
    expect(asked).to_contain_text("There is no entity")
    expect(text).to_have_value(before)
    asked.get_by_role("button", name="with the relations").click()
    expect(asked).to_be_hidden()
    expect(tab.locator("#entity-Genre")).to_have_count(0)
    assert "\n  Genre:" not in text.input_value()
    expect(tab.locator("#model-state")).to_contain_text("no errors")
    text.focus()
    tab.keyboard.press("Control+Z")
    expect(text).to_have_value(before)
    expect(tab.locator("#entity-Genre")).to_have_count(1)


def test_five_thousand_lines_stay_quick(tab: Page) -> None:
    begin(tab)
    lines = [f"  # line {number}" for number in range(5000)]
    text = tab.get_by_role("textbox", name="The model")
    text.evaluate(
        "(it, text) => { it.value = text; it.dispatchEvent(new Event('input', {bubbles: true})); }",
        RIGHT + "\n".join(lines),
    )
    expect(tab.locator("#model-state")).to_contain_text("kept as a draft", timeout=15000)
    text.focus()
    tab.keyboard.press("Control+Home")
    took = text.evaluate(
        "it => { const start = performance.now();"
        " for (let n = 0; n < 20; n += 1) document.execCommand('insertText', false, 'x');"
        " return (performance.now() - start) / 20 }"
    )
    assert took < 50  # milliseconds a key; a fifth of that on a quiet machine


def test_the_drawing_is_zoomed_with_keys_and_leads_to_lines(tab: Page) -> None:
    begin(tab, start="property-agency")
    expect(tab.locator("diagram-view:defined")).to_have_count(1)
    drawing = tab.locator("#model-diagram-drawing")
    width = "it => it.querySelector('svg.plan').getBoundingClientRect().width"
    before = drawing.evaluate(width)
    drawing.focus()
    tab.keyboard.press("+")
    assert drawing.evaluate(width) > before
    tab.keyboard.press("0")
    assert drawing.evaluate(width) < before
    assert drawing.evaluate("it => it.scrollWidth <= it.clientWidth")
    tab.locator("a.entity[href='#entity-Tenancy']").click()
    text = tab.get_by_role("textbox", name="The model")
    expect(text).to_be_focused()
    assert text.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)") == "Tenancy"


def test_the_filter_narrows_the_entities(tab: Page) -> None:
    begin(tab, start="bookshop")
    tab.get_by_role("heading", name="Library").click()
    tab.keyboard.press("/")
    tab.keyboard.type("order")
    expect(tab.locator(".entities li")).to_have_count(2)
    assert tab.url.endswith("find=order")


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_the_pages_are_accessible_and_fit(
    site: Living, browser: Browser, theme: Any, width: int
) -> None:
    context = visit(
        site,
        browser,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put in by the test; the policy itself is tried by all others
    )
    page = context.new_page()
    begin(page, start="notes")
    page.get_by_role("textbox", name="The model").fill(
        page.get_by_role("textbox", name="The model")
        .input_value()
        .replace("type: text", "type: tex")
    )
    expect(page.locator("[data-finding]").first).to_be_visible()
    model = page.url
    for path in ("/projects", "/projects/new", model):
        page.goto(path)
        assert not complaints(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
