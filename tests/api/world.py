"""The application as its visitors see it: accounts that exist, and clients that speak to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from app.edge.settings import Limits, Settings
from app.storage import accounts, credentials
from stackwright.access.accounts import Account
from stackwright.access.limits import Limit
from stackwright.access.rights import Role, Scope
from stackwright.access.tokens import Kind, digest, secret_text

if TYPE_CHECKING:
    from app.edge.parts import Parts

BASE = "http://127.0.0.1:4280"
PASSWORD = "seven quiet copper kettles"
HASHED = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
PLENTY = Limit(burst=10_000, per_minute=10_000)
GENEROUS = Limits(login=PLENTY, sign_up=PLENTY, welcome=PLENTY, calls=PLENTY)
_numbers = count(1)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **time: float) -> None:
        self.time += timedelta(**time)


class Visitor:
    """A client with its own cookies, which sends what our pages would send."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1", base: str = BASE) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=base)
        self.headers: dict[str, str] = {}

    async def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self("POST", "/sessions", {"email": email, "password": password})
        if answer.status_code == 201:
            self.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return answer

    async def __call__(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return await self.http.request(
            method, f"/api/v1{path}", json=body, headers={**self.headers, **(headers or {})}
        )


class World:
    """One application on a database of its own."""

    def __init__(self, app: FastAPI, settings: Settings, clock: Clock) -> None:
        self.app, self.settings, self.clock = app, settings, clock
        self.parts = cast("Parts", app.state.parts)

    async def account(
        self, email: str, role: Role = Role.USER, *, disabled: bool = False
    ) -> Account:
        """An account whose password is PASSWORD."""
        account = Account(
            id=uuid4(),
            email=email,
            name=email.partition("@")[0],
            role=role,
            disabled=disabled,
            made_at=self.clock() + timedelta(seconds=next(_numbers)),
        )
        async with self.parts.storage.session() as session:
            assert await accounts.add(session, account, HASHED)
        return account

    def visitor(self, address: str = "127.0.0.1", base: str = BASE) -> Visitor:
        """Somebody who is not known."""
        return Visitor(self.app, address, base)

    async def person(self, email: str, role: Role = Role.USER) -> Visitor:
        """Somebody who has an account and has logged in."""
        await self.account(email, role)
        visitor = self.visitor()
        assert (await visitor.log_in(email)).status_code == 201
        return visitor

    async def program(self, account: Account, scopes: Sequence[Scope]) -> Visitor:
        """Somebody who shows a token of this account."""
        text = secret_text(Kind.TOKEN, uuid4().bytes * 2)
        token = credentials.Token(
            id=uuid4(),
            name="program",
            scopes=tuple(scopes),
            made_at=self.clock(),
            expires_at=self.clock() + timedelta(days=1),
        )
        async with self.parts.storage.session() as session:
            await credentials.add_token(session, account.id, token, digest(text))
        visitor = self.visitor()
        visitor.headers["Authorization"] = f"Bearer {text}"
        return visitor

    async def link(self, valid: timedelta = timedelta(hours=1)) -> str:
        """A one-time token for the first admin."""
        text = secret_text(Kind.LINK, uuid4().bytes * 2)
        async with self.parts.storage.session() as session:
            purpose = credentials.FIRST_ADMIN
            await credentials.add_link(session, purpose, digest(text), self.clock(), valid)
        return text


def is_problem(answer: httpx.Response, status: int) -> bool:
    """Whether this is a problem document of this status that tells what to find in the log."""
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["detail"].endswith(".")
    return bool(body["request_id"] == answer.headers["x-request-id"])
