"""`python -m benchmarks.watching`: how soon those who watch a run see what it says.

One process serves the application and speaks for the run; a hundred sockets watch it, and a real browser. What they
see is compared with one socket alone in the same run, so that a busy machine is seen as such.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from statistics import median, quantiles

import websockets
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.typing import Origin

from benchmarks.budgets import Figure
from benchmarks.show import show
from stackwright.generation.progress import Message, MessageKind
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tests.api.world import PASSWORD
from tests.web.conftest import FLAGS, chromium
from tests.web.living import Living, living
from tests.web.told import Told

WATCHERS, EVENTS, GAP_S = 100, 80, 0.15
MOST_P95_MS = 100.0
RESTARTS, AWAY_S, MOST_BACK_S = 5, 2.0, 1.0
TIMES_ALONE = 60.0  # a hundred watchers against one, at the median: what is shown is drawn once
ADA = "ada@example.org"
SEES = """it => {
    window.seen = {};
    const look = () => { window.seen[it.querySelector('#run-state p').textContent] ??= Date.now(); };
    new MutationObserver(look).observe(it, {subtree: true, childList: true, characterData: true});
}"""


def main() -> int:
    """Measure; 0 when every budget is kept."""
    figures = measure()
    show(figures)
    return int(not all(figure.ok for figure in figures))


def measure() -> list[Figure]:
    """What a hundred watchers and a browser see, and when."""
    with living() as served, sync_playwright() as playwright:
        told = Told(served.world.app)
        told.log({})
        run = served.run(_a_run(told, served))
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = _watching(browser, served, run)
        cookies = {one["name"]: one["value"] for one in page.context.cookies()}
        alone = served.run(_sockets(told, served, run, cookies, 1, "alone"), 120)
        many = served.run(_sockets(told, served, run, cookies, WATCHERS, "many"), 120)
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        back = [_restarted(page, served) for _ in range(RESTARTS)]
        browser.close()
    in_page = [seen[text] - began * 1000 for text, began in many.began.items() if text in seen]
    return [
        Figure("1 watcher: event to socket, median", _ms(median(alone.waited)), "ms"),
        Figure(
            f"{WATCHERS} watchers: event to each socket, p95",
            _ms(_p95(many.waited)),
            "ms",
            MOST_P95_MS,
        ),
        Figure(
            f"{WATCHERS} watchers: event to page, p95", round(_p95(in_page), 1), "ms", MOST_P95_MS
        ),
        Figure(
            f"{WATCHERS} watchers: events that the page showed", len(in_page), "", EVENTS, "higher"
        ),
        Figure(
            f"{WATCHERS} watchers against one, median",
            round(median(many.waited) / median(alone.waited), 1),
            "×",
            TIMES_ALONE,
        ),
        Figure(
            f"{WATCHERS} watchers: CPU of the server and its clients an event",
            _ms(many.cpu_s / EVENTS),
            "ms",
        ),
        Figure("restart of the server: page live again", round(max(back), 2), "s", MOST_BACK_S),
    ]


def _restarted(page: Page, served: Living) -> float:
    """Seconds from the moment the server answers again until the page is told how things are."""
    notice = page.locator("progress-tracker [data-network]")
    served.run(served.stop())
    notice.wait_for(state="visible")
    page.wait_for_timeout(AWAY_S * 1000)
    served.run(served.start())
    Told(served.world.app).log({})
    began = time.monotonic()
    notice.wait_for(state="hidden")
    return time.monotonic() - began


class Heard:
    """When things were said, and how long each watcher waited for each of them."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}  # text → seconds since 1970
        self.waited: list[float] = []
        self.cpu_s = 0.0

    def hear(self, text: str, message: str) -> None:
        """A watcher got this message after that was said."""
        if text and text in message:
            self.waited.append(time.time() - self.began[text])


async def _sockets(
    told: Told, served: Living, run: Run, cookies: dict[str, str], watchers: int, name: str
) -> Heard:
    """Let the run speak to so many sockets."""
    heard, now = Heard(), [""]
    address = f"{served.address.replace('http', 'ws')}/runs/{run.id}/live"
    header = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        channel = await stack.enter_async_context(told.channel(run))

        async def listen() -> None:
            origin = Origin(served.address)
            connected = websockets.connect(address, additional_headers=header, origin=origin)
            async with connected as socket:
                async for message in socket:
                    heard.hear(now[0], str(message))

        tasks = [group.create_task(listen()) for _ in range(watchers)]
        everybody = watchers + 2  # the page and ourselves, too
        while told.hub.watchers(run.id) < everybody:  # noqa: ASYNC110 - connections have no event
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        cpu = time.process_time()
        for number in range(EVENTS):
            now[0] = f"Said {number} to {name}."
            heard.began[now[0]] = time.time()
            at = channel.progress.sequence % 1_000_000 + 1
            channel.hear([_message(at, now[0], number)])
            await asyncio.sleep(GAP_S)
        heard.cpu_s = time.process_time() - cpu
        for task in tasks:
            task.cancel()
    return heard


def _message(number: int, text: str, done: int) -> Message:
    return Message(
        kind=MessageKind.FILES,
        step="render",
        text=text,
        number=number,
        seconds=number * GAP_S,
        done=done,
        total=EVENTS,
        files=tuple(f"backend/app/part_{done}_{at}.py" for at in range(8)),
    )


async def _a_run(told: Told, served: Living) -> Run:
    project = await told.project(await served.world.account(ADA))
    await told.history(project)
    return await told.run(project, state=RunState.RUNNING)


def _watching(browser: Browser, served: Living, run: Run) -> Page:
    page = browser.new_page(base_url=served.address)
    page.goto("/sign-in")
    page.get_by_label("Mail address").fill(ADA)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    page.goto(f"/runs/{run.id}")
    page.locator("progress-tracker").evaluate(SEES)
    return page


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    sys.exit(main())
