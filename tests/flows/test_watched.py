"""Somebody sits before the page of a run while a program of the installation is killed, and reloads nothing."""

import asyncio
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.breaking import VICTIMS
from tests.flows.following import PASSWORD, a_person, big_model
from tests.flows.serving import Served, program, serving
from tests.web.conftest import browser, built

__all__ = ["browser", "built"]  # fixtures of pages

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.slow]

ADA = "ada@example.org"
PATIENCE_MS = 60_000
REFUSED = (  # the browser's own words, and the library's that repeats them
    "net::ERR_",
    "WebSocket connection to",
    "htmx: htmx:ws:error: [object Event]",
)
SAYS = {
    "web app": "The connection to the server was lost.",
    "Prefect": "The orchestrator does not answer",
}
REMEMBER = """it => {
    window.shown = [];
    const look = () => {
        const done = it.querySelector('#run-bar [role=progressbar]')?.getAttribute('aria-valuenow') ?? 0;
        window.shown.push([it.querySelector('#run-state .badge').textContent.trim(), Number(done)]);
    };
    new MutationObserver(look).observe(it, {subtree: true, childList: true, attributes: true});
}"""


class Place(NamedTuple):
    """An installation, and a project for each victim of somebody in it."""

    served: Served
    projects: dict[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    async def projects(served: Served) -> dict[str, str]:
        async with a_person(served, ADA) as person:
            return {victim: await person.project(big_model(25)) for victim in VICTIMS}

    with serving(tmp_path_factory.mktemp("watched") / "data") as served:
        yield Place(served, asyncio.run(projects(served)))


@pytest.fixture(scope="module")
def page(place: Place, browser: Browser) -> Iterator[Page]:
    """The page of somebody who has signed in; nothing but lost connections may stand in its console."""
    context = browser.new_context(
        base_url=place.served.web, viewport={"width": 1280, "height": 900}
    )
    made = context.new_page()
    wrong: list[str] = []
    made.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.goto("/sign-in")
    made.get_by_label("Mail address").fill(ADA)
    made.get_by_label("Password").fill(PASSWORD)
    made.locator("main").get_by_role("button", name="Sign in").click()
    expect(made.get_by_role("button", name="Sign out")).to_be_visible()
    yield made
    context.close()
    assert [text for text in wrong if not any(own in text for own in REFUSED)] == []


@pytest.mark.parametrize("victim", VICTIMS)
def test_whoever_is_killed_the_page_says_what_it_knows_and_comes_to_the_end_by_itself(
    place: Place, page: Page, victim: str
) -> None:
    page.goto(f"/projects/{place.projects[victim]}")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    page.wait_for_url("**/runs/*")
    page.locator("progress-tracker").evaluate(REMEMBER)
    state = page.locator("#run-state .badge")
    expect(page.locator("#run-steps li[aria-current=step]")).to_contain_text(
        re.compile("Plan|Render"), timeout=PATIENCE_MS
    )
    program(place.served, VICTIMS[victim]).kill()
    notice = page.locator(".network:visible")
    if victim in SAYS:
        expect(notice).to_contain_text(SAYS[victim], timeout=PATIENCE_MS)
        expect(page.get_by_role("status")).to_contain_text(SAYS[victim])
    expect(notice).to_have_count(0, timeout=PATIENCE_MS)
    expect(state).to_have_text(re.compile("done|failed|crashed"), timeout=PATIENCE_MS)
    if state.inner_text().strip() != "done":
        expect(page.locator("#run-problem .problem")).to_be_visible()
        page.get_by_role("button", name="Try again").click()
        expect(state).to_have_text("done", timeout=PATIENCE_MS)
    else:
        shown = [done for _, done in page.evaluate("window.shown")]
        assert [(was, now) for was, now in pairwise(shown) if now < was] == []
    expect(page.get_by_role("status")).to_contain_text("The run is done")
    expect(page.get_by_role("link", name="Look at the code")).to_be_visible()
    expect(page.locator("#run-steps")).to_contain_text(re.compile(r"Publish \(done\)\s+[\d.]+ s"))
    expect(notice).to_have_count(0)
