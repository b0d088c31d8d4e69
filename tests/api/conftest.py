"""One PostgreSQL for all tests of this folder, a fresh database and application for each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from app.application import make_app
from app.edge.settings import Settings
from app.installation.database import database, postgresql
from app.storage.migrate import migrate
from tests.api.world import BASE, GENEROUS, Clock, World

PATTERN = "pattern"
_numbers = count(1)

NewWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[str]:
    """The server's own URL; it has a migrated database to copy."""
    # Not in pytest's folders: each new pytest closes them to the user that PostgreSQL runs as.
    with TemporaryDirectory(prefix="stackwright-") as made:
        folder = Path(made)
        async with postgresql(folder / "data", folder / "log") as (_, url):
            await migrate(await database(url, PATTERN))
            yield url


@pytest.fixture
async def database_url(server: str) -> AsyncIterator[str]:
    """A database of this test alone, with all tables."""
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{PATTERN}"')
    yield await database(server, name)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
async def new_world(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[NewWorld]:
    """Makes applications on the database and the store of published projects of this test."""
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", str(tmp_path / "artifacts"))
    monkeypatch.setenv("STACKWRIGHT_HOST", str(tmp_path / "host"))
    async with AsyncExitStack() as stack:

        async def made(**given: Any) -> World:
            settings = Settings.model_validate(
                {
                    "database_url": SecretStr(database_url),
                    "secret_key": SecretStr("k" * 32),
                    "public_url": BASE,
                    "limits": GENEROUS,
                    **given,
                }
            )
            clock = Clock()
            app = make_app(settings, now=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            return World(app, settings, clock)

        yield made


@pytest.fixture
async def world(new_world: NewWorld) -> World:
    """An application with generous limits."""
    return await new_world()
