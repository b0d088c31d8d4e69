"""The whole application on a real port, in a thread of its own: Playwright's loop is not the application's."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import uvicorn
from pydantic import SecretStr

from app.application import make_app
from app.edge.settings import Settings
from app.edge.sso.settings import Oidc
from app.installation.database import database, postgresql
from app.storage.migrate import migrate
from tests.api.world import GENEROUS, Clock, World

R = TypeVar("R")
PATIENCE_S = 60


class Living:
    """An application that answers at an address while the test asks it from outside; it can be restarted."""

    def __init__(self, url: str, oidc: Oidc | None = None) -> None:
        self._url, self._oidc, self._loop = url, oidc, asyncio.get_running_loop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._place = free.getsockname()
        self.address = f"http://127.0.0.1:{self._place[1]}"
        self.world: World

    def run(self, work: Coroutine[Any, Any, R], patience_s: float = PATIENCE_S) -> R:
        """What this work of the world gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience_s)

    async def start(self) -> None:
        """Serve; after a stop it is another application at the same address, on the same database."""
        settings = Settings(
            database_url=SecretStr(self._url),
            secret_key=SecretStr("k" * 32),
            public_url=self.address,
            oidc=self._oidc,
            limits=GENEROUS,
        )
        clock = Clock()
        app = make_app(settings, now=clock)
        config = uvicorn.Config(
            app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=2
        )
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(self._place)
        self._served = uvicorn.Server(config)
        self._task = asyncio.create_task(self._served.serve(sockets=[listening]))
        while not self._served.started:  # noqa: ASYNC110 - it has no event for that
            await asyncio.sleep(0.02)
        self.world = World(app, settings, clock)

    async def stop(self) -> None:
        """Hang up on everybody; who comes meanwhile is not answered."""
        self._served.should_exit = True
        await self._task


@contextmanager
def living(oidc: Oidc | None = None) -> Iterator[Living]:
    """Serve on a database of its own until the end."""
    ready: list[Living] = []
    began, ends = threading.Event(), threading.Event()

    async def serve() -> None:
        with TemporaryDirectory(prefix="stackwright-") as made:
            folder = Path(made)
            async with postgresql(folder / "data", folder / "log") as (_, server):
                url = await database(server, "web")
                await migrate(url)
                ready.append(Living(url, oidc))
                await ready[0].start()
                began.set()
                await asyncio.to_thread(ends.wait)
                await ready[0].stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert began.wait(PATIENCE_S)
    try:
        yield ready[0]
    finally:
        ends.set()
        thread.join(PATIENCE_S)
