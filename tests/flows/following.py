"""Somebody with an account and a token in an installation, who asks for runs and watches them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import websockets

from tests.flows.serving import Served

PASSWORD = "seven quiet copper kettles"
SCOPES = [
    f"{what}:{how}" for what in ("projects", "runs", "deployments") for how in ("read", "write")
]
ENDS = ("done", "failed", "crashed", "cancelled")
WAIT_S = 300  # a busy machine takes a minute to start a program again


def big_model(entities: int, name: str = "big") -> str:
    """A model whose generation takes a while."""
    lines = ["stackwright: 1", f"name: {name}", "entities:"]
    for number in range(entities):
        lines += [f"  Thing{number}:", "    fields:", "      name: {type: string, required: true}"]
        lines += [f"      note{n}: {{type: text}}" for n in range(6)]
    return "\n".join(lines) + "\n"


class Person:
    """A client with a token."""

    def __init__(self, http: httpx.AsyncClient, web: str, token: str) -> None:
        self.http, self.web, self.token = http, web, token

    async def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers, patient with an application that is being started again."""
        answer = await self._answer(method, path, body)
        return answer.json() if answer.content else None

    async def content(self, path: str) -> bytes:
        """The bytes that the API answers with."""
        return (await self._answer("GET", path)).content

    async def _answer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    answer = await self.http.request(method, f"/api/v1{path}", json=body)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code == 503:
                    await asyncio.sleep(0.1)
                    continue
                assert answer.is_success, answer.text
                return answer

    async def project(self, model: str, config: dict[str, Any] | None = None) -> str:
        sent = {"name": "Big", "model": {"text": model}, "config": config or {}}
        return str((await self("POST", "/projects", sent))["id"])

    async def start(self, project_id: str, *, verify: bool = False) -> dict[str, Any]:
        run: dict[str, Any] = await self(
            "POST", "/runs", {"project_id": project_id, "verify": verify}
        )
        return run

    async def run(self, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = await self("GET", f"/runs/{run_id}")
        return run

    async def until(self, run_id: str, *states: str) -> dict[str, Any]:
        """The run once it is in one of these states."""
        async with asyncio.timeout(WAIT_S):
            while (run := await self.run(run_id))["state"] not in states:  # noqa: ASYNC110 - asked over HTTP
                await asyncio.sleep(0.05)
            return run

    async def watch(self, run_id: str, after: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """What is sent about a run; goes on after a lost connection with the last number seen."""
        headers = {"Authorization": f"Bearer {self.token}"}
        seen = after
        while True:
            query = "" if seen is None else f"?after={seen}"
            address = f"{self.web.replace('http', 'ws', 1)}/ws/generation/{run_id}{query}"
            try:
                async with websockets.connect(address, additional_headers=headers) as socket:
                    async for text in socket:
                        told = json.loads(text)
                        seen = told["sequence"]
                        yield told
                    if socket.close_code == 1000:
                        return
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.1)

    async def heard(
        self, run_id: str, until: Callable[[dict[str, Any]], bool]
    ) -> Sequence[dict[str, Any]]:
        """What is sent about a run, up to the first message of this kind."""
        told = []
        async with asyncio.timeout(WAIT_S):
            async for one in self.watch(run_id):
                told.append(one)
                if until(one):
                    break
        return told


@asynccontextmanager
async def a_person(served: Served, email: str = "ada@example.org") -> AsyncIterator[Person]:
    """The first admin of an installation, or another account, with a token."""
    async with httpx.AsyncClient(base_url=served.web, timeout=60) as http:
        sent = {"email": email, "password": PASSWORD}
        link = next((word for word in served.said.split() if "/welcome?token=" in word), "")
        token = link.partition("token=")[2]
        await http.post("/api/v1/welcome", json={**sent, "name": "Ada", "token": token or "none"})
        session = await http.post("/api/v1/sessions", json=sent)
        assert session.status_code == 201, session.text
        http.headers["X-CSRF-Token"] = session.json()["csrf_token"]
        made = await http.post("/api/v1/tokens", json={"name": "test", "scopes": SCOPES})
        http.cookies.clear()
        http.headers["Authorization"] = f"Bearer {made.json()['text']}"
        yield Person(http, served.web, made.json()["text"])
