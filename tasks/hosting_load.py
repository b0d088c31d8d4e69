"""A load generator: people who use a site while it is switched, and figures of what they noticed."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from stackwright.hosting.figures import Answer, Figures, figures
from stackwright.hosting.site import HEADER, Site
from tasks.effect import effect

PATIENCE_S = 15.0  # a request that takes longer counts as dropped


class Load:
    """Requests at a steady pace from another thread, until it is stopped.

    The pace does not wait for answers, and times count from when a request was due: a server that stalls is
    not flattered by a client that waits for it.
    """

    def __init__(self, url: str, paths: Sequence[str], per_s: float, people: int) -> None:
        self._url, self._paths = url, itertools.cycle(paths)
        self._pause, self._people = 1.0 / per_s, people
        self._stop = threading.Event()
        self._answers: list[Answer] = []
        self._began = time.monotonic()
        self._ended = self._began
        self._thread = threading.Thread(target=lambda: asyncio.run(self._drive()), daemon=True)
        self._thread.start()

    def stop(self) -> Figures:
        """Send no more, wait for what is under way, and tell the figures."""
        self._stop.set()
        self._thread.join(PATIENCE_S + 5)
        return figures(self._answers, self._ended - self._began)

    async def _drive(self) -> None:
        limits = httpx.Limits(max_connections=self._people, max_keepalive_connections=self._people)
        asking: set[asyncio.Task[None]] = set()
        async with httpx.AsyncClient(
            base_url=self._url, timeout=PATIENCE_S, trust_env=False, limits=limits
        ) as client:
            for number in itertools.count():
                due = self._began + number * self._pause
                if (early := due - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                if self._stop.is_set():
                    break
                task = asyncio.create_task(self._ask(client, next(self._paths), due))
                asking.add(task)
                task.add_done_callback(asking.discard)
            if asking:
                await asyncio.wait(asking)
            self._ended = time.monotonic()

    async def _ask(self, client: httpx.AsyncClient, path: str, due: float) -> None:
        status, release = 0, ""
        try:
            answer = await client.get(path)
            status, release = answer.status_code, answer.headers.get(HEADER, "")
        except httpx.HTTPError:
            pass  # no answer is what is counted
        took = time.monotonic() - due
        self._answers.append(Answer(status=status, release=release, took_s=took))


@contextmanager
def under_load(
    site: Site, paths: Sequence[str] = ("/",), per_s: float = 100.0, people: int = 16
) -> Iterator[Load]:
    """Load on a site until the end of the block; `stop` tells the figures."""
    load = Load(site.url, paths, per_s, people)
    try:
        yield load
    finally:
        load.stop()


@effect(timeout_s=600)
def measure(
    site: Site, seconds: float, paths: Sequence[str] = ("/",), per_s: float = 100.0
) -> Figures:
    """The figures of a site that is used for so long."""
    with under_load(site, paths, per_s) as load:
        time.sleep(seconds)
        return load.stop()
