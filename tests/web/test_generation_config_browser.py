"""Choosing in a real browser: keys alone, gaps, a refresh, two clicks, no script, and pages everybody can read."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.world import PASSWORD, Visitor
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import Living, living
from tests.web.test_generation_config import SHOP

pytestmark = [pytest.mark.browser, pytest.mark.services]

BELOW = """() => {
  const order = document.querySelector(".order"), on = document.activeElement;
  const [place, bar] = [(on.closest("label") ?? on).getBoundingClientRect(), order.getBoundingClientRect()];
  const isBelow = on !== document.body && !order.contains(on) && place.bottom > bar.top && place.top < bar.bottom;
  return isBelow ? on.outerHTML.slice(0, 120) : "";
}"""  # the element with the focus, where the order lies over it


class Site:
    """The application with somebody who has projects."""

    def __init__(self, place: Living) -> None:
        self.place, self.email = place, "ann@example.org"
        self.ann: Visitor = place.run(place.world.person(self.email))

    def project(self, model: str = SHOP) -> str:
        """The address of a new project."""
        wanted = {"name": "Shop <i>&amp;</i>", "model": {"text": model}}
        made = self.place.run(self.ann("POST", "/projects", wanted))
        assert made.status_code == 201, made.text
        return f"/projects/{made.json()['id']}"

    def runs(self, project: str) -> list[dict[str, Any]]:
        found = self.place.run(self.ann("GET", f"/runs?project={project.rpartition('/')[2]}"))
        listed: list[dict[str, Any]] = found.json()["runs"]
        return listed


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with living() as served:
        yield Site(served)


def opened(browser: Browser, site: Site, **given: Any) -> Page:
    """A page of somebody who has signed in."""
    context = browser.new_context(base_url=site.place.address, **given)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill(site.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    """A page where nothing may go wrong in the console."""
    page = opened(browser, site, viewport={"width": 1280, "height": 900})
    wrong = watched(page)
    yield page
    page.context.close()
    assert not wrong


def tab_to(page: Page, label: str, key: str = "Tab") -> None:
    """Press the tab key until this has the focus."""
    focused = "(it => it.labels?.[0]?.textContent ?? it.textContent)(document.activeElement)"
    for _ in range(60):
        page.keyboard.press(key)
        if label in page.evaluate(focused):
            return
    pytest.fail(f"no key leads to {label}")


def test_with_keys_alone_from_the_model_to_a_started_run(tab: Page, site: Site) -> None:
    project = site.project()
    tab.goto(f"{project}/model")
    tab_to(tab, "Choose what to generate")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/configuration")
    expect(tab.locator("choice-desk:defined")).to_be_attached()
    tab.keyboard.press("/")
    expect(tab.get_by_label("Filter entities")).to_be_focused()
    tab.keyboard.type("cust")
    expect(tab.locator("[name=entity]:visible")).to_have_count(1)
    assert tab.url.endswith("find=cust")
    tab_to(tab, "Customer")
    tab.keyboard.press("Space")
    expect(tab.get_by_text("Customer: Order needs it.")).to_be_visible()
    expect(tab.get_by_role("button", name="Generate")).to_be_disabled()
    tab_to(tab, "Add all that is missing")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Generate")).to_be_enabled()
    expect(tab.get_by_text("Customer: Order needs it.")).to_have_count(0)
    expect(tab.get_by_role("checkbox", name="Customer")).to_be_focused()
    tab_to(tab, "Generate")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/runs/*")
    assert [run["id"] for run in site.runs(project)] == [tab.url.rpartition("/")[2]]


def test_the_bill_follows_each_choice_and_a_refresh_keeps_them(tab: Page, site: Site) -> None:
    project = site.project()
    tab.goto(f"{project}/configuration")
    files = tab.locator("#bill-body .figures .value").first
    before = files.inner_text()
    tab.get_by_role("radio", name="Enterprise").check()
    expect(files).not_to_have_text(before)
    enterprise = files.inner_text()
    tab.get_by_role("checkbox", name="Front end").uncheck()
    expect(files).not_to_have_text(enterprise)
    expect(tab.get_by_text("not saved, kept as a draft")).to_be_visible()
    last = files.inner_text()
    tab.reload()
    expect(tab.get_by_role("radio", name="Enterprise")).to_be_checked()
    expect(tab.get_by_role("checkbox", name="Front end")).not_to_be_checked()
    expect(files).to_have_text(last)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("The configuration was saved.")).to_be_visible()
    tab.get_by_role("link", name="Show every file").click()
    tab.wait_for_url("**/plan")
    tab.get_by_text("backend", exact=True).click()
    expect(tab.locator("details[open] details").first).to_be_visible()
    tab.go_back()
    expect(tab.get_by_role("radio", name="Enterprise")).to_be_checked()


def test_the_last_of_many_quick_changes_is_what_is_kept_and_billed(tab: Page, site: Site) -> None:
    project = site.project()
    tab.goto(f"{project}/configuration")
    for _ in range(3):
        for name in ("Minimal", "Enterprise", "Standard", "Minimal"):
            tab.get_by_role("radio", name=name).check()
            tab.wait_for_timeout(90)
    expect(tab.get_by_text("not saved, kept as a draft")).to_be_visible()
    tab.wait_for_load_state("networkidle")
    shown = tab.locator("#bill-body .figures").inner_text()
    tab.reload()
    expect(tab.get_by_role("radio", name="Minimal")).to_be_checked()
    assert tab.locator("#bill-body .figures").inner_text() == shown


def test_two_clicks_start_one_run(tab: Page, site: Site) -> None:
    project = site.project()
    tab.goto(f"{project}/configuration")
    tab.get_by_role("button", name="Generate").dblclick()
    tab.wait_for_url("**/runs/*")
    assert len(site.runs(project)) == 1


def test_it_works_without_script(browser: Browser, site: Site) -> None:
    project = site.project()
    page = opened(browser, site, java_script_enabled=False)
    page.goto(f"{project}/configuration")
    page.get_by_role("checkbox", name="Order").uncheck()
    page.get_by_role("button", name="Update the bill").last.click()
    expect(page.get_by_text("Order: Refund needs it.")).to_be_visible()
    expect(page.get_by_role("button", name="Generate")).to_be_disabled()
    page.get_by_role("button", name="Add all that is missing").click()
    page.get_by_role("button", name="Generate").click()
    page.wait_for_url("**/runs/*")
    assert len(site.runs(project)) == 1
    page.context.close()


@pytest.mark.parametrize("way", ["Go on with these", "Take the other ones"])
def test_the_second_of_two_tabs_is_told_and_decides(tab: Page, site: Site, way: str) -> None:
    address = f"{site.project()}/configuration"
    tab.goto(address)
    other = tab.context.new_page()
    other.goto(address)
    for page, style in ((other, "Enterprise"), (tab, "Minimal")):
        expect(page.locator("choice-desk:defined")).to_be_attached()
        page.get_by_role("radio", name=style).check()
        if page is other:
            expect(page.get_by_text("not saved, kept as a draft")).to_be_visible()
    told = tab.get_by_role("alert", name="Another tab has changed the choices since")
    expect(told.get_by_role("row", name="Code style Minimal Enterprise")).to_be_visible()
    expect(tab.get_by_role("button", name="Generate")).to_be_disabled()
    other.reload()
    expect(other.get_by_role("radio", name="Enterprise")).to_be_checked()
    told.get_by_role("button", name=way).click()
    expect(told).to_have_count(0)
    wanted = "Minimal" if way.startswith("Go") else "Enterprise"
    expect(tab.get_by_role("radio", name=wanted)).to_be_checked()
    other.reload()
    expect(other.get_by_role("radio", name=wanted)).to_be_checked()
    tab.get_by_role("radio", name="Standard").check()  # nobody wrote since: nobody is asked
    expect(tab.get_by_text("not saved", exact=False)).to_have_count(0)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_order_never_lies_over_what_has_the_focus(
    browser: Browser, site: Site, width: int
) -> None:
    page = opened(browser, site, viewport={"width": width, "height": 640}, reduced_motion="reduce")
    page.goto(f"{site.project()}/configuration")
    page.get_by_role("checkbox", name="Customer").uncheck()
    expect(page.get_by_role("button", name="Add all that is missing")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(60):
            page.keyboard.press(key)
            assert page.evaluate(BELOW) == ""
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_the_pages_are_accessible_and_fit(
    browser: Browser, site: Site, theme: Any, width: int
) -> None:
    project = site.project()
    page = opened(
        browser,
        site,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page.goto(f"{project}/configuration")
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("checkbox", name="Customer").uncheck()
    expect(page.get_by_role("button", name="Add all that is missing")).to_be_visible()
    page.wait_for_load_state("networkidle")
    for path in ("", "/plan", "/plan/file?path=README.md"):
        page.goto(f"{project}/configuration{path}")
        assert complaints(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()
