"""A load generator: people who use a site while it is switched, and figures of what they noticed."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from stackwright.deployment.hosting.figures import Answer, Figures, figures
from stackwright.deployment.hosting.site import HEADER, Site
from tasks.effect import effect

PATIENCE_S = 15.0  # a request that takes longer counts as dropped


class Load:
    """Requests at a steady pace from another thread, until it is stopped.

    The pace does not wait for answers, and times count from when a request was due: a server that stalls is
    not flattered by a client that waits for it. Nothing is asked twice: what a browser would try again
    counts as dropped.
    """

    def __init__(self, site: Site, paths: Sequence[str], per_s: float, people: int) -> None:
        self._address, self._port = site.url.removeprefix("http://").rpartition(":")[::2]
        self._numbers, self._paths = itertools.count(), tuple(paths)
        self._pause, self._people = 1.0 / per_s, people
        self._stop = threading.Event()
        self._answers: list[Answer] = []
        self._began = time.monotonic()
        self._ended = 0.0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._drive()), daemon=True)
        self._thread.start()

    def stop(self) -> Figures:
        """Send no more, wait for what is under way, and tell the figures."""
        self._stop.set()
        self._thread.join(PATIENCE_S + 5)
        return figures(self._answers, (self._ended or time.monotonic()) - self._began)

    async def _drive(self) -> None:
        await asyncio.gather(*(self._person() for _ in range(self._people)))
        self._ended = time.monotonic()

    async def _person(self) -> None:
        """One keep-alive connection that asks whatever is due next."""
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while not self._stop.is_set():
            number = next(self._numbers)
            due = self._began + number * self._pause
            while (early := due - time.monotonic()) > 0 and not self._stop.is_set():  # noqa: ASYNC110 - from a thread
                await asyncio.sleep(min(early, 0.1))
            if self._stop.is_set():
                break
            status, release = 0, ""
            try:
                async with asyncio.timeout(PATIENCE_S):
                    if streams is None or streams[1].is_closing():
                        streams = await asyncio.open_connection(
                            self._address.strip("[]"), int(self._port)
                        )
                    path = self._paths[number % len(self._paths)]
                    status, release = await self._ask(*streams, path)
            except (OSError, EOFError, ValueError, TimeoutError):
                _close(streams)
                streams = None
            took = time.monotonic() - due
            self._answers.append(Answer(status=status, release=release, took_s=took))
        _close(streams)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> tuple[int, str]:
        """The status and who answered, once the whole answer is there."""
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._address}:{self._port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {
            line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head[1:]
        }
        if "chunked" in fields.get("transfer-encoding", ""):
            while size := int((await reader.readline()).split(b";")[0], 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            writer.close()
        return int(head[0].split()[1]), fields.get(HEADER.lower(), "")


def _close(streams: "tuple[asyncio.StreamReader, asyncio.StreamWriter] | None") -> None:
    if streams is not None:
        streams[1].close()


@contextmanager
def under_load(
    site: Site, paths: Sequence[str] = ("/",), per_s: float = 50.0, people: int = 8
) -> Iterator[Load]:
    """Load on a site until the end of the block; `stop` tells the figures."""
    load = Load(site, paths, per_s, people)
    try:
        yield load
    finally:
        load.stop()


@effect(timeout_s=600)
def measure(
    site: Site, seconds: float, paths: Sequence[str] = ("/",), per_s: float = 50.0
) -> Figures:
    """The figures of a site that is used for so long."""
    with under_load(site, paths, per_s) as load:
        time.sleep(seconds)
        return load.stop()
