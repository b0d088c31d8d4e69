"""Somebody deploys a project in the browser: first release, a change, one that does not get well, and back by hand."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tasks import hosting
from tests.deployment.hosting.test_project import ADDED, FIELD, ROOT
from tests.flows.following import PASSWORD, Person, a_person
from tests.flows.serving import Served, serving
from tests.web.conftest import browser, built, complaints, watched

__all__ = ["browser", "built"]  # fixtures of pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.services,
    pytest.mark.toolchain,
    pytest.mark.slow,
]

ADA = "ada@example.org"
PATIENCE_MS = 120_000
TEXT = (ROOT / "examples" / "notes.stackwright.yaml").read_text("utf-8")


class Place(NamedTuple):
    """An installation with a project that was generated, and its deployment."""

    served: Served
    project: str
    deployment: str
    cloud: str  # another one of it, at a provider


async def _generate(person: Person, project: str) -> None:
    run = await person.start(project)
    assert (await person.until(run["id"], "done", "failed"))["state"] == "done"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    async def begin(served: Served) -> Place:
        async with a_person(served, ADA) as person:
            project = await person.project(TEXT)
            await _generate(person, project)
            made = await person("POST", f"/projects/{project}/deployments", {"name": "notes"})
            cloud = {"name": "far", "cloud": {"target": "digitalocean", "region": "fra1"}}
            far = await person("POST", f"/projects/{project}/deployments", cloud)
            return Place(served, project, made["id"], far["id"])

    with serving(tmp_path_factory.mktemp("deployed") / "data") as served:
        try:
            yield asyncio.run(begin(served))
        finally:
            hosting.end_host(served.data / "host")


@pytest.fixture
def page(place: Place, browser: Browser) -> Iterator[Page]:
    """The page of somebody who has signed in; nothing may go wrong in its console."""
    context = browser.new_context(
        base_url=place.served.web, viewport={"width": 1280, "height": 900}, bypass_csp=True
    )
    made = context.new_page()
    wrong = watched(made)
    made.goto("/sign-in")
    made.get_by_label("Mail address").fill(ADA)
    made.get_by_label("Password").fill(PASSWORD)
    made.locator("main").get_by_role("button", name="Sign in").click()
    expect(made.get_by_role("button", name="Sign out")).to_be_visible()
    yield made
    context.close()
    assert not wrong


def _change(place: Place, model: str = "", **config: object) -> None:
    """Generate anew from another model, or choose something else for the deployment."""

    async def change() -> None:
        async with a_person(place.served, ADA) as person:
            if model:
                sent = {"text": model, "file": "notes.stackwright.yaml"}
                await person("POST", f"/projects/{place.project}/models", sent)
                await _generate(person, place.project)
            if config:
                kept = await person("GET", f"/deployments/{place.deployment}")
                chosen = {**kept["config"], **config}
                await person("PUT", f"/deployments/{place.deployment}", chosen)

    with ThreadPoolExecutor(1) as aside:  # Playwright has a loop of its own here
        aside.submit(asyncio.run, change()).result()


def test_releases_are_brought_to_people_and_back_in_the_browser(place: Place, page: Page) -> None:
    page.goto(f"/deployments/{place.deployment}")
    expect(page.get_by_role("heading", name="Nothing was deployed yet")).to_be_visible()
    _roll_out(page, "Plan a release of run 1")
    state = page.locator("#rollout-state")
    expect(state).to_contain_text("done", timeout=PATIENCE_MS)
    now = page.locator("#now")
    expect(now).to_contain_text("release 1 serves at http://127.0.0.1:")
    address = now.get_by_role("link", name="http").inner_text()
    assert httpx.get(address, trust_env=False).headers["X-Release"] == "1"

    _change(place, TEXT.replace(FIELD, ADDED))
    _roll_out(page, "Plan a release of run 2")
    expect(now).to_contain_text("release 2 serves", timeout=PATIENCE_MS)
    second = page.get_by_role("row", name=re.compile(r"^2 serves"))
    expect(second).to_contain_text(re.compile(r"\d+ requests, 0 dropped, p99 \d+ ms"))

    _change(
        place,
        setting={"variables": {"GREETING": "hello"}},
        scaling={"health_path": "/nobody/answers/here", "health_budget_s": 5},
    )
    _roll_out(page, "Plan a release of run 2")
    expect(state).to_contain_text("failed", timeout=PATIENCE_MS)
    expect(page.locator("#rollout")).to_contain_text("Release 3 was taken back by itself")
    expect(page.locator("#rollout")).to_contain_text("Release 2 serves on.")
    assert httpx.get(address, trust_env=False).headers["X-Release"] == "2"

    _roll_out(page, "Plan the way back")
    expect(now).to_contain_text("release 4 serves", timeout=PATIENCE_MS)
    expect(page.get_by_role("row", name=re.compile("^4 serves is release 1 again"))).to_be_visible()
    assert httpx.get(address, trust_env=False).headers["X-Release"] == "4"

    page.get_by_role("link", name="Look now").click()
    expect(page.locator("#drift")).to_contain_text("it is as release 4 left it")
    page.get_by_text(re.compile("The back end of release 4")).last.click()
    lines = page.get_by_role("region", name=re.compile("The last lines of"))
    expect(lines).to_contain_text("Uvicorn running")
    assert complaints(page) == []
    page.get_by_role("link", name=re.compile("^3: ")).click()
    expect(page.get_by_role("heading", name="notes, rollout 3")).to_be_visible()
    assert complaints(page) == []


def test_a_cloud_is_rehearsed_in_the_browser(place: Place, page: Page) -> None:
    page.goto(f"/deployments/{place.cloud}")
    page.get_by_role("button", name="Rehearse it").click()
    rollout = page.locator("#rollout")
    expect(rollout).to_contain_text("schema-checked with digitalocean", timeout=PATIENCE_MS)
    expect(page.locator("#rollout-state")).to_contain_text("done")
    stages = page.get_by_role("list", name="Stages").get_by_role("listitem")
    expect(stages).to_have_count(5)
    expect(stages.nth(3)).to_contain_text("failed, as it was asked to; the release is taken back.")
    expect(stages.nth(4)).to_contain_text("everything is as it was before")
    expect(rollout).to_contain_text("Made with Terraform")
    assert complaints(page) == []


def _roll_out(page: Page, name: str) -> None:
    """Ask for a plan, read it, and say yes."""
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Carry this plan out").click(timeout=PATIENCE_MS)
