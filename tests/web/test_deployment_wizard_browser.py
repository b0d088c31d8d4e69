"""The choices of a deployment in a real browser: keys, findings in place, leaving at once, no script, every width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import living
from tests.web.test_deployment_wizard import FULL
from tests.web.test_generation_config_browser import BELOW, Site, opened, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with living() as served:
        yield Site(served)


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    """A page where nothing may go wrong in the console."""
    page = opened(browser, site, viewport={"width": 1280, "height": 900})
    wrong = watched(page)
    yield page
    page.context.close()
    assert not wrong


def deployment(site: Site, **choices: object) -> str:
    """The address of a new deployment's choices."""
    place = f"{site.project()}/deployments"
    made = site.place.run(site.ann("POST", place, {"name": "shop", **choices}))
    assert made.status_code == 201, made.text
    return f"/deployments/{made.json()['id']}/configuration"


def test_with_keys_alone_what_is_wrong_is_said_in_place_and_mended(tab: Page, site: Site) -> None:
    root = deployment(site)
    tab.goto(f"{root}/cloud")
    expect(tab.locator("deployment-wizard:defined")).to_be_attached()
    tab.get_by_role("radio", name="This machine").focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_role("radio", name="Amazon Web Services")).to_be_checked()
    region = tab.get_by_label("Region")
    expect(region).to_have_attribute("aria-invalid", "true")
    expect(tab.get_by_role("link", name="Region")).to_have_attribute("href", "#field-cloud.region")
    month = tab.locator("#bill-body .figures .value").first
    expect(month).not_to_have_text("0 USD")
    if region.is_hidden():  # it lay aside when the page was loaded
        tab_to(tab, "more are not used")
        tab.keyboard.press("Enter")
    tab_to(tab, "Region")
    tab.keyboard.type("eu-central-1")
    expect(region).not_to_have_attribute("aria-invalid", "true")
    expect(region).to_be_focused()
    expect(region).to_have_value("eu-central-1")
    expect(tab.get_by_text("not saved, kept as a draft")).to_be_visible()
    tab_to(tab, "Next: Environment")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/environment")
    tab_to(tab, "Add a variable")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**at=setting.variables.0")
    expect(tab.locator("[name='setting.variables.0.name']")).to_be_focused()
    tab.go_back()
    tab.wait_for_url("**/environment")


def test_what_is_typed_in_the_last_moment_is_kept(tab: Page, site: Site) -> None:
    root = deployment(site)
    tab.goto(f"{root}/scaling-and-performance")
    expect(tab.locator("deployment-wizard:defined")).to_be_attached()
    tab.get_by_label("Drain").fill("77")
    tab.get_by_role("radio", name="Rolling").check()
    tab.reload()
    expect(tab.get_by_label("Drain")).to_have_value("77")
    expect(tab.get_by_role("radio", name="Rolling")).to_be_checked()
    expect(tab.get_by_role("link", name="Take-over")).to_be_visible()  # the server knows it, too
    tab.reload()
    expect(tab.get_by_label("Drain")).to_have_value("77")


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_everybody_can_read_the_pages(
    browser: Browser, site: Site, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    page = opened(browser, site, viewport=size, color_scheme=scheme, bypass_csp=True)
    risky = {**FULL, "database": {"public": True}, "scaling": {"drain_s": 5}}
    root = deployment(site, **risky)
    for slug in ("database", "review"):
        page.goto(f"{root}/{slug}")
        assert complaints(page) == [], slug
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0, slug
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(BELOW) == ""
    page.context.close()


def test_without_script_the_whole_way_works(browser: Browser, site: Site) -> None:
    root = deployment(site)
    page = opened(browser, site, java_script_enabled=False)
    page.goto(f"{root}/environment")
    page.get_by_role("button", name="Add a variable").click()
    page.get_by_label("Name").fill("LEVEL")
    page.get_by_label("Value").fill("high")
    page.get_by_role("button", name="Next: Database").click()
    page.wait_for_url("**/database")
    page.get_by_role("radio", name="MongoDB").check()
    page.get_by_role("button", name="Review", exact=False).first.click()
    page.wait_for_url("**/review")
    page.get_by_role("link", name="Database", exact=True).first.click()
    page.wait_for_url("**/database#field-database.engine")
    page.get_by_role("radio", name="PostgreSQL").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The choices were saved.")).to_be_visible()
    page.get_by_role("button", name="Environment", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("LEVEL")
    page.context.close()
