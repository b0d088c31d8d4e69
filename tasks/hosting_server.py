"""The database server of a host: one for all its sites, reached through a socket only."""

import asyncio
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stackwright.deployment.hosting.program import Program
from stackwright.deployment.hosting.site import DATABASE_SERVER
from stackwright.errors import ProjectError
from tasks import commands, hosting, postgresql
from tasks.host import folder, logs

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import asyncpg

R = TypeVar("R")
START_S, CLIENT_S = 60.0, 900.0
_MAX_SOCKET_PATH = 90


def serve(root: Path) -> None:
    """The server of this host, running and answering; started if it is not.

    Raises:
        ProjectError: It does not start.
    """
    data, sockets = root / DATABASE_SERVER, socket_folder(root)
    if not (data / "PG_VERSION").exists() or not folder.wanted(root, DATABASE_SERVER).exists():
        folder.make(root)
        postgresql.prepare(data, postgresql.system_user())
        _make_sockets(sockets, data)
    program = Program(
        name=DATABASE_SERVER,
        title="PostgreSQL",
        words=(*postgresql.server_words(data, sockets), "-c", "unix_socket_permissions=0700"),
        folder=str(data),
        settings={"LC_ALL": "C"},
        user=postgresql.system_user(),
        stop_signal=2,  # fast: open sessions are ended
        grace_s=postgresql.STOP_S,
        rank=2,
    )
    hosting.want(root, program)
    hosting.wait_running(root, program, START_S)
    until = time.monotonic() + START_S
    while not asyncio.run(_answers(root)):
        if time.monotonic() > until:
            raise ProjectError(
                f"PostgreSQL did not answer within {START_S:.0f} s.",
                hint=f"Its log: {folder.log(root, DATABASE_SERVER)}",
            )
        time.sleep(0.1)


def remove_server(root: Path) -> None:
    """End the server and remove its data, its socket and its log; nothing happens when it is gone."""
    hosting.end_programs(root, [DATABASE_SERVER])
    for place in (root / DATABASE_SERVER, socket_folder(root)):
        shutil.rmtree(place, ignore_errors=True)
    logs.remove(folder.log(root, DATABASE_SERVER))


def socket_folder(root: Path) -> Path:
    """Where the server's socket lies: its data folder, or a short one that only it uses."""
    data = root.absolute() / DATABASE_SERVER
    if len(os.fsencode(data)) <= _MAX_SOCKET_PATH:
        return data
    name = hashlib.blake2b(os.fsencode(data), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"stackwright-{os.getuid()}-{name}"


def _make_sockets(sockets: Path, data: Path) -> None:
    if sockets == data:
        return
    sockets.mkdir(mode=0o700, exist_ok=True)
    found, owner = sockets.lstat(), data.stat().st_uid
    if found.st_uid not in {os.getuid(), owner} or sockets.is_symlink():
        raise ProjectError(
            f"{sockets} belongs to somebody else.", hint="Remove it, or choose another data folder."
        )
    if os.getuid() == 0:
        os.chown(sockets, owner, -1)


def do_as_owner(
    root: Path,
    work: "Callable[[asyncpg.Connection], Coroutine[None, None, R]]",
    database: str = "postgres",
) -> R:
    """Do something as the owner of the server.

    Raises:
        ProjectError: The server refuses.
    """
    import asyncpg

    async def connected() -> R:
        connection = await asyncpg.connect(
            user=postgresql.USER, database=database, host=str(socket_folder(root))
        )
        try:
            return await work(connection)
        finally:
            await connection.close()

    try:
        return asyncio.run(connected())
    except (OSError, asyncpg.PostgresError) as error:
        raise ProjectError(
            f"The database server of {root} refused: {error}.",
            hint=f"Its log: {folder.log(root, DATABASE_SERVER)}",
        ) from error


async def _answers(root: Path) -> bool:
    import asyncpg

    try:
        connection = await asyncpg.connect(
            user=postgresql.USER, database="postgres", host=str(socket_folder(root)), timeout=2
        )
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


def run_client(root: Path, program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs as the owner of the server.

    Raises:
        ProjectError: It failed.
    """
    env = commands.environment(
        {"PGHOST": str(socket_folder(root)), "PGUSER": postgresql.USER, "LC_ALL": "C"}
    )
    ran = commands.run(
        [str(postgresql.BIN / program), *words], folder=root, env=env, timeout_s=CLIENT_S
    )
    if ran.ended != "exited" or ran.code != 0:
        raise ProjectError(
            f"{program} failed: {ran.output.strip()[-800:] or ran.ended}",
            hint="Is there room on the disk? Nothing was changed by a copy that failed.",
        )
