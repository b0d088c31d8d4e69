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
from app.installation.database import database, postgresql
from app.storage.migrate import migrate
from tests.api.world import GENEROUS, Clock, World

R = TypeVar("R")
PATIENCE_S = 60


class Living:
    """An application that answers at an address while the test asks it from outside."""

    def __init__(self, world: World, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self.world, self.address, self._loop = world, address, loop

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        """What this work of the world gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)


@contextmanager
def living() -> Iterator[Living]:
    """Serve on a database of its own until the end."""
    ready: list[Living] = []
    began, ends = threading.Event(), threading.Event()

    async def serve() -> None:
        with TemporaryDirectory(prefix="stackwright-") as made:
            folder = Path(made)
            async with postgresql(folder / "data", folder / "log") as (_, server):
                url = await database(server, "web")
                await migrate(url)
                listening = socket.socket()
                listening.bind(("127.0.0.1", 0))
                address = f"http://127.0.0.1:{listening.getsockname()[1]}"
                settings = Settings(
                    database_url=SecretStr(url),
                    secret_key=SecretStr("k" * 32),
                    public_url=address,
                    limits=GENEROUS,
                )
                clock = Clock()
                app = make_app(settings, now=clock)
                config = uvicorn.Config(
                    app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=2
                )
                served = uvicorn.Server(config)
                task = asyncio.create_task(served.serve(sockets=[listening]))
                while not served.started:  # noqa: ASYNC110 - it has no event for that
                    await asyncio.sleep(0.02)
                ready.append(
                    Living(World(app, settings, clock), address, asyncio.get_running_loop())
                )
                began.set()
                await asyncio.to_thread(ends.wait)
                served.should_exit = True
                await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert began.wait(PATIENCE_S)
    try:
        yield ready[0]
    finally:
        ends.set()
        thread.join(PATIENCE_S)
