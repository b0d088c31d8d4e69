"""The page of a deployment in a real browser: every width, keys alone, and a page that refreshes under one's hands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from stackwright.access.rights import Role
from stackwright.deployment.risk import Risk
from stackwright.runs.rollout import Rollout
from stackwright.runs.state import RunState
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.deployed import Deployed, plan
from tests.web.living import Living, living
from tests.web.test_generation_config_browser import Site, opened
from tests.web.told import Told

pytestmark = [pytest.mark.browser, pytest.mark.services]

WIDE = """[...document.querySelectorAll(".table")]
  .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.ariaLabel)"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Ours(Site):
    """The application with an operator, and a folder for what hosts write."""

    def __init__(self, place: Living, root: Path) -> None:
        self.place, self.email, self.root = place, "ann@example.org", root
        self.ada = place.run(place.world.account(self.email, Role.OPERATOR))
        self.told = Told(place.world.app)

    def deployed(self, state: str = "", **given: Any) -> Deployed:
        """A deployment whose last rollout is in this state."""

        async def made() -> Deployed:
            shop = await Deployed.make(self.told, self.ada, self.root)
            if state:
                self.last: Rollout = await shop.rolls(state, **given)
            return shop

        return self.place.run(made())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    root = tmp_path_factory.mktemp("deployed") / "host"
    with pytest.MonkeyPatch.context() as patched, living() as served:
        patched.setenv("STACKWRIGHT_HOST", str(root))
        yield Ours(served, root)


@pytest.fixture
def tab(browser: Browser, site: Ours) -> Iterator[Page]:
    """A page where nothing may go wrong in the console."""
    page = opened(browser, site, viewport={"width": 1280, "height": 900})
    wrong = watched(page)
    yield page
    page.context.close()
    assert not wrong


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
def test_everybody_can_read_it(browser: Browser, site: Ours, width: int, scheme: str) -> None:
    size = {"width": width, "height": 800}
    page = opened(browser, site, viewport=size, color_scheme=scheme, bypass_csp=True)
    for state in ("data loss", "failed"):
        shop = site.deployed(state)
        shop.well()
        shop.runs("backend.2", lives=False, crashes=4)
        page.goto(shop.path)
        assert complaints(page) == [], state
        assert page.evaluate(OVER) <= 0, state
        assert page.evaluate(WIDE) == [], state  # nothing hides at the end of a row
    for path in ("/deployments", f"{shop.path}/rollouts/{site.last.id}"):
        page.goto(path)
        assert complaints(page) == [], path
        assert page.evaluate(OVER) <= 0, path
        assert page.evaluate(WIDE) == [], path
    page.context.close()


def test_what_is_open_and_typed_stays_while_it_refreshes(tab: Page, site: Ours) -> None:
    shop = site.deployed("data loss")
    shop.well()
    tab.goto(shop.path)
    confirmation = tab.get_by_label(re.compile("this plan loses data"))
    tab.get_by_text("What changes").click()
    tab.get_by_text(re.compile("^The backend.2")).last.click()
    expect(tab.get_by_text("It says")).to_be_visible()
    confirmation.focus()
    tab.keyboard.type("sh")
    for _ in range(2):
        with tab.expect_response("**/live"):
            pass
    tab.keyboard.type("op")
    expect(confirmation).to_be_focused()
    expect(confirmation).to_have_value("shop")
    expect(tab.get_by_text("title, body →")).to_be_visible()
    expect(tab.get_by_text("It says")).to_be_visible()
    shop.runs("backend.2", lives=False, crashes=4)  # and yet it is alive
    expect(tab.get_by_role("heading", name="Release 2 does not answer")).to_be_visible()
    expect(confirmation).to_have_value("shop")
    expect(confirmation).to_be_focused()


def test_two_keys_lead_to_all_deployments_and_from_there_to_one(tab: Page, site: Ours) -> None:
    shop = site.deployed("safe")
    tab.goto("/")
    tab.keyboard.press("g")
    section = tab.get_by_role("link", name="Deployments")
    expect(section.locator(".key").last).to_be_visible()  # which letters there are is shown now
    tab.keyboard.press("d")
    tab.wait_for_url("**/deployments")
    expect(section).to_have_attribute("aria-current", "page")
    tab.locator(f"a[href='{shop.path}']").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{shop.path}")
    expect(section).to_have_attribute("aria-current", "true")


def test_a_plan_is_approved_with_keys_alone(tab: Page, site: Ours) -> None:
    shop = site.deployed("data loss", flow_run_id=None)
    tab.goto(shop.path)
    said: list[str] = []

    async def approve(rollout: Rollout, yes: Any, confirmation: str) -> None:
        said.append(confirmation)
        await shop.change(rollout.id, state=RunState.RUNNING, yes=yes)

    site.told.hub.rollouts.approve = approve  # type: ignore[method-assign] # the orchestrator is not there
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.name") == "confirmation":
            break
    tab.keyboard.type("shop")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Carry this plan out")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#rollout-state")).to_contain_text("running")
    assert said == ["shop"]
    expect(tab.get_by_role("button", name="Cancel")).to_be_visible()
    site.place.run(shop.change(site.last.id, state=RunState.CANCELLED))
    expect(tab.get_by_text("It was cancelled.")).to_be_visible()


def test_another_plan_takes_the_place_of_the_one_that_was_read(tab: Page, site: Ours) -> None:
    shop = site.deployed("data loss")
    tab.goto(shop.path)
    tab.get_by_label(re.compile("this plan loses data")).fill("shop")
    other = plan(Risk.DATA_LOSS).model_copy(update={"release": 4})
    site.place.run(shop.change(site.last.id, plan=other))
    expect(tab.locator("input[name=digest]")).to_have_value(other.digest)
    expect(tab.get_by_label(re.compile("this plan loses data"))).to_have_value("")
    site.place.run(shop.change(site.last.id, plan=plan()))
    expect(tab.get_by_label(re.compile("this plan loses data"))).to_have_count(0)
    expect(tab.locator("input[name=digest]")).to_have_value(plan().digest)
