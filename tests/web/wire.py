"""A socket into an application in this process, as a browser opens it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from tests.api.world import BASE

PATIENCE_S = 10.0


class Wire:
    """What was said on a socket; `code` is how it was closed."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.code = 0

    async def hear(self) -> str:
        """The next message."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.heard.get()

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.send":
            self.heard.put_nowait(message["text"])
        if message["type"] == "websocket.close":
            self.code = message.get("code", 1000)
            self.closed.set()

    async def end(self) -> int:
        """How it was closed."""
        async with asyncio.timeout(PATIENCE_S):
            await self.closed.wait()
        return self.code


@asynccontextmanager
async def wire(
    app: FastAPI, path: str, cookies: Mapping[str, str], origin: str = BASE
) -> AsyncIterator[Wire]:
    """Inside, the socket is open."""
    made = Wire()
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"host": BASE.removeprefix("http://"), "origin": origin, "cookie": cookie}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 4280),
        "subprotocols": [],
        "state": {},
        "extensions": {},
    }
    made.to_app.put_nowait({"type": "websocket.connect"})
    task = asyncio.create_task(app(scope, made.to_app.get, made.send))
    try:
        yield made
    finally:
        made.to_app.put_nowait({"type": "websocket.disconnect", "code": 1001})
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(task)
