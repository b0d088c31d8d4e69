"""The whole application on a real port, in a thread of its own, so that a browser can look at it and it can be restarted."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
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
from tests.web.told import Told

T = TypeVar("T")


class Installation:
    """A server that tests speak with from outside, over its port, and from inside, by `call`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._url = ""
        self.world: World
        self.told: Told

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What this comes to inside the server."""
        return self.begin(work).result(timeout=60)

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Let it happen inside the server."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    @contextmanager
    def open(self) -> Iterator[None]:
        self._thread.start()
        with TemporaryDirectory(prefix="stackwright-") as made:
            serving = postgresql(Path(made) / "data", Path(made) / "log")
            _, url = self.call(serving.__aenter__())
            self._url = self.call(database(url, "pages"))
            self.call(migrate(self._url))
            self.start()
            try:
                yield
            finally:
                self.stop()
                self.call(serving.__aexit__(None, None, None))
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join(timeout=20)
                self._loop.close()
                self._listening.close()

    def start(self) -> None:
        """Serve; after a stop it is another application at the same address."""
        settings = Settings(
            database_url=SecretStr(self._url),
            secret_key=SecretStr("k" * 32),
            public_url=self.address,
            limits=GENEROUS,
        )
        clock = Clock()
        app = make_app(settings, now=clock)
        self.world, self.told = World(app, settings, clock), Told(app)
        config = uvicorn.Config(
            app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._ending = self.begin(self._server.serve(sockets=[self._listening.dup()]))
        self.call(self._begun())

    def stop(self) -> None:
        """Hang up on everybody."""
        self._server.should_exit = True
        self._ending.result(timeout=30)

    async def _begun(self) -> None:
        while not self._server.started:
            await asyncio.sleep(0.01)
