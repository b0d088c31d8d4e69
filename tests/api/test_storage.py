"""The database: migrations make the tables that the code knows, once, whoever starts first; old rows go."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.installation.database import database
from app.storage import credentials, idempotency
from app.storage.cleaning import clean
from app.storage.engine import Storage, with_driver
from app.storage.limits import take
from app.storage.migrate import migrate
from app.storage.tables import BucketRow, IdempotencyRow, LinkRow, SessionRow, Table
from stackwright.access.limits import Limit
from stackwright.access.sessions import Lifetime
from stackwright.errors import ProjectError
from tests.api.world import World

pytestmark = pytest.mark.services

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Table.metadata))


async def test_migrations_make_the_tables_that_the_code_knows(world: World) -> None:
    async with world.parts.storage.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_instances_that_start_at_once_migrate_once(server: str) -> None:
    url = await database(server, "racing")
    await asyncio.gather(*(migrate(url) for _ in range(3)))
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    assert await connection.fetch("SELECT version_num FROM alembic_version") == [("0007",)]
    await connection.close()


async def test_a_database_that_is_away_or_of_another_kind_is_said() -> None:
    with pytest.raises(ProjectError, match="does not answer") as caught:
        await migrate("postgresql://postgres@127.0.0.1:1/none")
    assert caught.value.http_status == 503
    with pytest.raises(ProjectError, match="postgresql://"):
        with_driver("mysql://localhost/none")
    assert with_driver("postgres://a/b") == with_driver("postgresql://a/b")


async def test_a_session_keeps_all_or_nothing(world: World) -> None:
    storage, link = world.parts.storage, (b"d", NOW, timedelta(hours=1))
    with pytest.raises(OSError, match="a file"):
        await _fail(storage, link)
    async with storage.session() as session:
        assert not await credentials.use_link(session, "test", b"d", NOW)
        await credentials.add_link(session, "test", *link)
    async with storage.session() as session:
        assert await credentials.use_link(session, "test", b"d", NOW)
        assert not await credentials.use_link(session, "test", b"d", NOW)


async def _fail(storage: Storage, link: tuple[bytes, datetime, timedelta]) -> None:
    async with storage.session() as session:
        await credentials.add_link(session, "test", *link)
        raise OSError("a file of the door is gone, not the database")


async def test_errors_of_the_database_do_not_quote_what_was_stored(world: World) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with world.parts.storage.session() as session:
            session.add(BucketRow(key="canary\x00", left=1.0, at=NOW))
    assert "canary" not in str(caught.value)


async def test_a_connection_that_is_lost_on_the_way_is_said(world: World) -> None:
    with pytest.raises(ProjectError, match="does not answer") as caught:
        async with world.parts.storage.session() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.value.http_status == 503
    async with world.parts.storage.session() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_many_at_once_take_no_more_than_there_is(world: World) -> None:
    limit = Limit(burst=5, per_minute=1)

    async def one() -> bool:
        async with world.parts.storage.session() as session:
            return (await take(session, "test", limit, NOW)).allowed

    assert sum(await asyncio.gather(*(one() for _ in range(15)))) == 5


async def test_what_has_expired_is_deleted_and_nothing_else(world: World) -> None:
    storage, account = world.parts.storage, await world.account("ada@example.org")
    valid = timedelta(hours=1)
    async with storage.session() as session:
        for age_hours, name in ((0, b"new"), (25, b"old")):
            then = NOW - timedelta(hours=age_hours)
            await credentials.begin(session, name, account.id, then)
            await credentials.add_link(session, name.decode(), name, then, valid)
            await idempotency.claim(session, account.id, name.decode(), b"", then)
            await take(session, name.decode(), Limit(burst=1, per_minute=1), then)
    async with storage.session() as session:
        await clean(session, Lifetime(), NOW)
    async with storage.session() as session:
        for column, left in (
            (SessionRow.digest, b"new"),
            (LinkRow.digest, b"new"),
            (IdempotencyRow.key, "new"),
            (BucketRow.key, "new"),
        ):
            assert list(await session.scalars(select(column))) == [left]
