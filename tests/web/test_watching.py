"""Watching and steering a run in a real browser: live, by keyboard, through refreshes, restarts and hidden tabs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from stackwright.generation.progress import MessageKind
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tests.web.conftest import SIGHTS, complaints, watched
from tests.web.living import living
from tests.web.place import Place
from tests.web.told import FINDING, LogLine, message, outcome, to_the_end, under_way

pytestmark = [pytest.mark.browser, pytest.mark.services]

S = RunState
LIVE = (
    "customElements.get('progress-tracker') &&"
    " document.querySelector('progress-tracker')._htmx?.ws?.connection?.socket?.readyState === 1"
)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with living() as served:
        yield Place(served)


@pytest.fixture
def context(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=place.served.address,
        viewport={"width": 1280, "height": 900},
        storage_state=place.sign_in(browser),
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page where nothing may go wrong in the console."""
    made = context.new_page()
    wrong = watched(made)
    yield made
    assert not wrong


def is_live(page: Page) -> None:
    """Wait until the socket is open and the elements of the page are there."""
    for _ in range(200):
        if page.evaluate(LIVE):  # the policy forbids to wait for a function
            return
        page.wait_for_timeout(25)
    pytest.fail("the page is not live")


def test_a_run_is_watched_from_its_queue_to_its_end(page: Page, place: Place) -> None:
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)
    state = page.locator("#run-state .badge")
    expect(state).to_have_text("queued")
    place.hear(run, *under_way())
    expect(state).to_have_text("running")
    expect(page.locator("#run-steps li[aria-current=step]")).to_contain_text("Render")
    expect(page.get_by_role("progressbar", name="Files")).to_have_attribute("aria-valuenow", "138")
    expect(page.get_by_role("status")).to_have_text("Step 3 of 6: Render.")
    expect(page.locator("#run-clock")).to_contain_text("left, by 8 runs")
    passed = page.locator("#run-clock [data-since]")
    before = passed.text_content()
    expect(passed).not_to_have_text(before or "")  # it goes on by itself
    place.change(run, state=S.RUNNING)
    place.hear(run, *to_the_end())
    place.change(run, state=S.DONE, outcome=outcome().model_dump(mode="json"))
    expect(state).to_have_text("done")
    expect(page.locator("#result")).to_contain_text("12\u202f880")
    expect(page.get_by_role("status")).to_have_text("The run is done: 214 files.")
    expect(page.get_by_role("button", name="Generate again")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_a_run_is_steered_by_keys_and_the_focus_stays(page: Page, place: Place) -> None:
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)
    opener = page.get_by_role("button", name="Cancel …")
    opener.focus()
    for number in (6, 7, 8):
        place.hear(run, *under_way(), message(number, MessageKind.FILES, "render", 2, 140, 214))
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(opener).to_be_focused()
    place.change(run, state=S.RUNNING)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel this run?")
    expect(dialog).to_contain_text("The last output stays as it is.")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.get_by_role("button", name="Pause").focus()
    place.change(run, state=S.PAUSED)
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    expect(page.locator("#run-clock [data-since]")).to_have_count(0)


def test_a_run_that_waits_is_cancelled_in_the_dialog(page: Page, place: Place) -> None:
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)
    page.get_by_role("button", name="Cancel …").press("Enter")
    page.get_by_role("button", name="Cancel the run").press("Enter")
    expect(page.locator("#run-state .badge")).to_have_text("cancelled")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Generate again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("run 10")


def test_what_is_refused_is_said_in_place(browser: Browser, place: Place) -> None:
    context = browser.new_context(
        base_url=place.served.address, storage_state=place.sign_in(browser)
    )
    page = context.new_page()
    run = place.a_run(state=S.RUNNING)
    page.goto(f"/runs/{run.id}")
    is_live(page)
    page.get_by_role("button", name="Pause").click()  # no orchestrator is there
    expect(page.locator("#run-refusal .problem")).to_contain_text(
        "The orchestrator does not answer"
    )
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    context.close()


def test_a_refresh_in_the_middle_loses_nothing(page: Page, place: Place) -> None:
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)
    place.hear(run, *under_way())
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    page.reload()
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    is_live(page)
    place.hear(run, message(6, MessageKind.FILES, "render", 2.2, 160, 214))
    expect(page.locator("#run-bar")).to_contain_text("160 / 214")


def test_a_restart_of_the_server_is_survived(browser: Browser, place: Place) -> None:
    context = browser.new_context(
        base_url=place.served.address, storage_state=place.sign_in(browser)
    )
    page = context.new_page()
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)
    place.hear(run, *under_way())
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    notice = page.locator("[data-network]")
    place.served.run(place.served.stop())
    expect(notice).to_contain_text("The connection to the server was lost.")
    page.wait_for_timeout(1500)
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    place.served.run(place.served.start())
    place.open()
    place.hear(run, *under_way(), message(6, MessageKind.FILES, "render", 2.2, 170, 214))
    expect(page.locator("#run-bar")).to_contain_text("170 / 214")
    expect(notice).to_be_hidden()
    context.close()


def test_it_is_said_when_the_orchestrator_does_not_answer(page: Page, place: Place) -> None:
    run = place.a_run(state=S.RUNNING)
    place.hear(run, *under_way())
    page.goto(f"/runs/{run.id}")
    is_live(page)

    async def reach(is_reached: bool) -> None:
        async with place.told.channel(run) as channel:
            channel.reach(is_reached)

    clock = page.locator("#run-clock [data-since]")
    place.served.run(reach(False))
    expect(page.locator("#run-away")).to_contain_text("The orchestrator does not answer")
    expect(page.get_by_role("status")).to_contain_text("The orchestrator does not answer")
    stood = clock.text_content()
    page.wait_for_timeout(1500)
    expect(clock).to_have_text(stood or "")  # what is shown is the last that was heard
    place.served.run(reach(True))
    expect(page.locator("#run-away")).to_be_empty()
    expect(page.get_by_role("status")).to_have_text("Step 3 of 6: Render.")
    expect(clock).not_to_have_text(stood or "")


def test_a_hidden_tab_hangs_up_and_comes_back_whole(page: Page, place: Place) -> None:
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    is_live(page)

    def hide(is_hidden: bool) -> None:
        page.evaluate(
            "(is) => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => is});"
            " document.dispatchEvent(new Event('visibilitychange')); }",
            is_hidden,
        )

    def are(watchers: int) -> bool:
        for _ in range(100):
            if place.told.hub.watchers(run.id) == watchers:
                return True
            page.wait_for_timeout(50)
        return False

    assert are(1)  # it is asked who it is after the socket has opened
    hide(True)
    assert are(0)
    place.hear(run, *under_way())
    expect(page.locator("#run-state .badge")).to_have_text("queued")
    hide(False)
    expect(page.locator("#run-state .badge")).to_have_text("running")
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    expect(page.locator("[data-network]")).to_be_hidden()


def lines(number: int, begin: int = 0) -> list[LogLine]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        LogLine(now, 30 if at % 10 == 9 else 20, f"Line {at + 1}") for at in range(begin, number)
    ]


def test_a_log_follows_while_one_is_at_its_end(page: Page, place: Place) -> None:
    run = place.a_run(state=S.RUNNING)
    place.logs[run.id] = lines(490)
    page.goto(f"/runs/{run.id}")
    is_live(page)
    shown = page.locator("#log-lines li")
    expect(shown).to_have_count(490)
    page.locator("#log").scroll_into_view_if_needed()
    place.logs[run.id] += lines(520, 490)
    expect(page.locator("#L520")).to_be_in_viewport()
    expect(shown).to_have_count(500)
    expect(page.locator("#run-log")).to_have_text("520 lines, 52 warnings")
    page.locator("[data-lines]").evaluate("it => it.scrollTop = 0")
    expect(page.get_by_role("button", name="To the end")).to_be_visible()
    place.logs[run.id] += lines(530, 520)
    expect(page.locator("#L530")).to_be_attached()
    expect(page.locator("#L530")).not_to_be_in_viewport()
    page.get_by_role("button", name="To the end").click()
    expect(page.locator("#L530")).to_be_in_viewport()


def test_a_log_is_filtered_while_it_grows_and_a_line_has_an_address(
    page: Page, place: Place
) -> None:
    run = place.a_run(state=S.RUNNING)
    place.logs[run.id] = lines(1200)
    page.goto(f"/runs/{run.id}")
    is_live(page)
    page.get_by_role("link", name="Warnings and errors").press("Enter")
    expect(page.locator("#log-lines li")).to_have_count(120)
    expect(page.get_by_role("link", name="Warnings and errors")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("line 11")
    expect(page.locator("#log-lines li")).to_have_count(11)
    expect(page.get_by_role("searchbox", name="Filter the log")).to_be_focused()
    assert {"level=30", "text=line+11"} == set(page.url.partition("?")[2].split("&"))
    place.logs[run.id] += [LogLine(place.logs[run.id][0].at, 30, "Line 11 once more")]
    expect(page.locator("#log-lines li")).to_have_count(12)
    page.goto(f"/runs/{run.id}#L12")
    expect(page.locator("#L12")).to_be_in_viewport()
    expect(page.locator("#L1")).to_be_attached()


def test_a_page_without_script_shows_the_state_and_a_way_to_refresh(
    browser: Browser, place: Place
) -> None:
    context = browser.new_context(
        base_url=place.served.address,
        storage_state=place.sign_in(browser),
        java_script_enabled=False,
    )
    page = context.new_page()
    run = place.a_run()
    page.goto(f"/runs/{run.id}")
    expect(page.locator("#run-state .badge")).to_have_text("queued")
    place.hear(run, *under_way())
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#run-bar")).to_contain_text("138 / 214")
    page.get_by_role("link", name="Cancel …").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.locator("#run-state .badge")).to_have_text("cancelled")
    context.close()


@pytest.fixture(scope="module")
def states(place: Place) -> list[str]:
    """A page of each state, and those beside them."""

    async def made() -> list[Run]:
        project = await place.told.project(place.ada)
        await place.told.history(project, 4)
        failed = outcome(files=0, cause="The model has 1 error.", findings=(FINDING,))
        given: list[dict[str, Any]] = [
            {},
            {"state": S.RUNNING},
            {"state": S.PAUSED},
            {"state": S.CANCELLING},
            {"state": S.DONE, "outcome": outcome(), "published": True},
            {"state": S.FAILED, "outcome": failed},
            {"state": S.CRASHED, "message": "The worker was killed."},
            {"state": S.CANCELLED},
        ]
        return [await place.told.run(project, **one) for one in given]

    shown = place.served.run(made())
    place.logs[shown[1].id] = lines(30)
    project = f"/projects/{shown[0].project_id}"
    return [
        *(f"/runs/{run.id}" for run in shown),
        f"/runs/{shown[0].id}/cancel",
        "/runs",
        project,
        f"{project}/remove",
    ]


@pytest.mark.parametrize(("width", "theme"), SIGHTS)
def test_pages_are_accessible_and_fit(
    browser: Browser, place: Place, states: list[str], theme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=place.served.address,
        storage_state=place.sign_in(browser),
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe is put in by the test; the policy itself is tried by all others
    )
    page = context.new_page()
    for path in states:
        page.goto(path)
        assert not complaints(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
