"""Somebody with a browser without script, in front of the whole application."""

import re
from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from tests.api.world import BASE, PASSWORD, World
from tests.web.conftest import HTML


class Person:
    """Follows no link by itself, keeps cookies, and sends what a browser without `Sec-Fetch-Site` sends."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=BASE, headers=HTML)
        self.csrf = ""

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        answer = await self.http.get(path, headers=headers)
        if found := re.search(r'name="csrf" value="(\w+)"', answer.text):
            self.csrf = found[1]
        return answer

    async def post(
        self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str
    ) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf, **fields}, headers=headers)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.post("/sign-in", email=email, password=password)
        if answer.status_code == 303:
            await self.get("/")
        return answer


async def signed_in(world: World, email: str) -> Person:
    """Somebody whose account exists and who has signed in."""
    person = Person(world.app)
    assert (await person.sign_in(email)).status_code == 303
    return person
