"""The effects on a site's database: make it, keep a copy, bring its tables up to a release or back, drop it."""

import re
import shutil
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.deployment.hosting.site import DATABASE_SERVER, Release, Site
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import commands, hosting_server
from tasks.effect import effect

if TYPE_CHECKING:
    import asyncpg

BACKUP_S, MIGRATE_S = 900.0, 600.0


class Backup(Value):
    """A copy of a site's data."""

    path: Path
    kind: str  # postgresql or sqlite
    size_bytes: int
    seconds: float


class Migrated(Value):
    """What a migration did."""

    before: str  # the revision of the tables; empty: there were none
    after: str
    seconds: float
    lines: tuple[str, ...] = ()  # what alembic said


@effect(retries=2, timeout_s=300)
def prepare_database(site: Site, release: Release) -> str:
    """The address of the site's database for its back end, made if needed; it belongs to a role of its own.

    Raises:
        ProjectError: The server does not start, or the back end is written for one that does not come along.
    """
    match release.database:
        case "":
            return ""
        case "sqlite":
            (site.folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
            return f"sqlite:///{_sqlite(site)}"
        case "postgresql":
            hosting_server.serve(site.root)
            hosting_server.do_as_owner(
                site.root, lambda connection: _make(connection, site.database)
            )
            return f"postgresql://{site.database}@/{site.database}?host={hosting_server.socket_folder(site.root)}"
        case other:
            raise ProjectError.bad_input(
                f"The back end is written for {other}, and no such server comes with Stackwright.",
                hint="Generate it for postgresql or sqlite to run it on this machine.",
            )


@effect(retries=1, timeout_s=BACKUP_S)
def back_up(site: Site, release: Release, label: str) -> Backup:
    """A copy of the data, whole or not at all; with the same label again it is made anew.

    Args:
        site: Whose data.
        release: Tells which database it is.
        label: Names the copy, such as `before-7`.

    Raises:
        ProjectError: There is no database, or it cannot be copied.
    """
    began = time.monotonic()
    path = _backup_path(site, label, release.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    if release.database == "sqlite":
        _copy_sqlite(_sqlite(site), aside)
    else:
        hosting_server.run_client(
            site.root, "pg_dump", "-Fc", "-Z1", "-f", str(aside), site.database
        )
    aside.chmod(0o600)
    aside.replace(path)
    return Backup(
        path=path,
        kind=release.database,
        size_bytes=path.stat().st_size,
        seconds=round(time.monotonic() - began, 3),
    )


@effect(timeout_s=BACKUP_S)
def restore(site: Site, release: Release, label: str) -> None:
    """Bring the data back to a copy; what was written since is lost. Nothing may use the database meanwhile.

    Raises:
        ProjectError: There is no such copy, or it cannot be read.
    """
    path = _backup_path(site, label, release.database)
    if not path.is_file():
        raise ProjectError(
            f"There is no copy {label} of the data of {site.name}.",
            hint=f"Copies lie in {path.parent}.",
            http_status=404,
        )
    if release.database == "sqlite":
        shutil.copyfile(path, _sqlite(site).with_suffix(".part"))
        _sqlite(site).with_suffix(".part").replace(_sqlite(site))
        for left in ("-wal", "-shm", "-journal"):
            _sqlite(site).with_name(_sqlite(site).name + left).unlink(missing_ok=True)
        return
    name = site.database

    async def renew(connection: "asyncpg.Connection") -> None:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await _make(connection, name)

    hosting_server.serve(site.root)
    hosting_server.do_as_owner(site.root, renew)
    hosting_server.run_client(
        site.root,
        "pg_restore",
        "--exit-on-error",
        "--no-owner",
        "--role",
        name,
        "-d",
        name,
        str(path),
    )


@effect(timeout_s=MIGRATE_S)
def migrate(site: Site, release: Release, secrets: dict[str, str], to: str = "head") -> Migrated:
    """Bring the tables up to this release; nothing happens when they are there already.

    Raises:
        ProjectError: A migration failed; the message holds what it said.
    """
    return _alembic(site, release, secrets, "upgrade", to)


@effect(timeout_s=MIGRATE_S)
def downgrade(site: Site, release: Release, secrets: dict[str, str], to: str) -> Migrated:
    """Bring the tables back to an earlier revision, by the release that knows the way back.

    Raises:
        ProjectError: There is no way back, or it failed.
    """
    return _alembic(site, release, secrets, "downgrade", to)


def revision(site: Site, release: Release) -> str:
    """The revision of the tables; empty: there are none, or nobody migrates them."""
    if release.database == "sqlite":
        return _sqlite_revision(_sqlite(site))

    async def read(connection: "asyncpg.Connection") -> str:
        if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
            return ""
        return str(await connection.fetchval("SELECT version_num FROM alembic_version") or "")

    return hosting_server.do_as_owner(site.root, read, site.database)


@effect(retries=2, timeout_s=120)
def drop_database(site: Site) -> None:
    """Drop the database and its role; nothing happens when they are gone."""
    name = site.database

    async def drop(connection: "asyncpg.Connection") -> None:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'DROP ROLE IF EXISTS "{name}"')

    if (site.root / DATABASE_SERVER / "PG_VERSION").exists():
        hosting_server.serve(site.root)
        hosting_server.do_as_owner(site.root, drop)


def _alembic(site: Site, release: Release, secrets: dict[str, str], *words: str) -> Migrated:
    began = time.monotonic()
    before = revision(site, release)
    said = run_alembic(site, release, secrets, *words)
    return Migrated(
        before=before,
        after=revision(site, release),
        seconds=round(time.monotonic() - began, 3),
        lines=tuple(said.strip().splitlines())[-50:],
    )


def run_alembic(site: Site, release: Release, secrets: dict[str, str], *words: str) -> str:
    """What the release's own alembic said.

    Raises:
        ProjectError: It failed.
    """
    backend = site.release(release.number) / "backend"
    env = commands.environment(
        {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(site.folder), **secrets},
        folders=[Path(release.python)],
    )
    ran = commands.run(
        [f"{release.python}/python", "-m", "alembic", *words],
        folder=backend,
        env=env,
        timeout_s=MIGRATE_S,
    )
    if ran.ended != "exited" or ran.code != 0:
        said = "\n  ".join(ran.output.strip().splitlines()[-12:])
        raise ProjectError(
            f"`alembic {' '.join(words)}` of release {release.number} of {site.name} failed:\n"
            f"  {said or ran.ended}",
            hint="The release before still serves; mend the migration and deploy again.",
        )
    return ran.output


async def _make(connection: "asyncpg.Connection", name: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f'CREATE ROLE "{name}" LOGIN')
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
    await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')


def _sqlite(site: Site) -> Path:
    return site.folder / "data" / "app.db"


def _sqlite_revision(file: Path) -> str:
    if not file.exists():
        return ""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return ""
    finally:
        connection.close()
    return str(row[0]) if row else ""


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        target.touch(mode=0o600)
        return
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


def _backup_path(site: Site, label: str, kind: str) -> Path:
    if kind not in {"postgresql", "sqlite"} or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", label):
        raise ProjectError.bad_input(
            f"There is no copy {label!r} of {site.name}.",
            hint="A label is made of a-z, 0-9 and “-”; there must be a database.",
        )
    return site.folder / "backups" / f"{label}.{'dump' if kind == 'postgresql' else 'db'}"
