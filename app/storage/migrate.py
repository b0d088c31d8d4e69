"""Bringing a database to the tables of this version, by one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.storage.engine import away_is_said, with_driver

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_205_000


async def migrate(url: str) -> None:
    """Make or change the tables; does nothing when they are up to date. All of it or nothing.

    Instances that start at the same time wait for each other (an advisory lock of PostgreSQL).

    Args:
        url: Of any PostgreSQL, with or without driver.

    Raises:
        ProjectError: The database is away.
    """
    engine = create_async_engine(with_driver(url), hide_parameters=True)
    try:
        with away_is_said(connecting=True):
            async with engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
