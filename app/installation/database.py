"""The embedded PostgreSQL: a server of our own, reached through a socket in a folder only."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from app.installation.children import Child
from stackwright.errors import ProjectError
from tasks.postgresql import (
    STOP_S,
    USER,
    prepare,
    server_environment,
    server_words,
    socket_folder,
    system_user,
)

START_S = 30.0


@asynccontextmanager
async def postgresql(folder: Path, log: Path) -> AsyncIterator[tuple[Child, str]]:
    """Start the server on this folder, as an unprivileged user when we are root; stop it at the end.

    Yields:
        The program, and its URL without driver: `postgresql://postgres:@/postgres?host=…`.

    Raises:
        ProjectError: It does not start.
    """
    user = system_user()
    await asyncio.to_thread(prepare, folder, user)
    sockets = socket_folder(folder, user)
    url = f"postgresql://{USER}:@/postgres?host={sockets}"
    server = await Child.start(
        "PostgreSQL",
        server_words(folder, sockets),
        server_environment(),
        log,
        user=user,
    )
    try:
        await _ready(server, url)
        yield server, url
    finally:
        await server.stop(STOP_S, signal.SIGINT)  # fast: open sessions are ended
        if sockets != folder:
            shutil.rmtree(sockets, ignore_errors=True)


async def database(url: str, name: str) -> str:
    """The address of this database with the driver for asyncio, made if needed."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return url.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{name}?")


async def _ready(server: Child, url: str) -> None:
    ended = asyncio.create_task(server.ended())
    try:
        async with asyncio.timeout(START_S):
            while not await _answers(url):
                if ended.done():
                    raise ended.result()
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise ProjectError(
            f"PostgreSQL did not answer within {START_S:.0f} seconds.",
            hint=f"Its log: {server.log}",
        ) from None
    finally:
        ended.cancel()


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True
