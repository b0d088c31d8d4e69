"""The connection to PostgreSQL, and sessions that keep all of their work or none of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.storage.trail import write_notes
from stackwright.errors import ProjectError

Session = AsyncSession
POOL_SIZE, MORE_WHEN_BUSY = 10, 10
WAIT_S = 10  # for a free connection
CONNECT_S = 5
HEALTH_S = 3
DRIVER = "postgresql+asyncpg"


class Storage:
    """An open database. Connections that were lost, as by its restart, are replaced unnoticed.

    Args:
        url: Of any PostgreSQL, with or without driver.
    """

    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(
            with_driver(url),
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            max_overflow=MORE_WHEN_BUSY,
            pool_timeout=WAIT_S,
            hide_parameters=True,  # errors are written to logs
            connect_args={"timeout": CONNECT_S},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A session that commits at the end of the block, or keeps nothing when the block fails.

        Raises:
            ProjectError: The database is away (HTTP 503).
        """
        async with self._sessions() as session, session.begin():
            with away_is_said(connecting=True):
                _ = await session.connection()
            with away_is_said():
                yield session
                await write_notes(session)

    async def must_answer(self) -> None:
        """Ask the database something.

        Raises:
            ProjectError: It is away, with the cause (HTTP 503).
        """
        with away_is_said(connecting=True):
            async with asyncio.timeout(HEALTH_S), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def with_driver(url: str) -> str:
    """The address with the driver that we use."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme in {"postgresql", "postgres", DRIVER}:
        return f"{DRIVER}://{rest}"
    raise ProjectError.bad_input(
        "The address of the database does not begin with postgresql://.",
        hint="Only PostgreSQL is served: postgresql://user@host:5432/stackwright",
    )


@contextmanager
def away_is_said(*, connecting: bool = False) -> Iterator[None]:
    """Errors of the block that mean "the database is away", said as one to whoever asked.

    Args:
        connecting: The block does nothing else, so that errors of the network are the database's, too.

    Raises:
        ProjectError: It is away (HTTP 503).
    """
    try:
        yield
    except (DBAPIError, NoConnectionError) as error:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        if not (lost or isinstance(error, (InterfaceError, OperationalError, NoConnectionError))):
            raise
        raise _away(error) from error
    except (OSError, TimeoutError) as error:
        if not connecting:
            raise
        raise _away(error) from error


def _away(error: BaseException) -> ProjectError:
    cause = getattr(error, "orig", None) or error
    return ProjectError(
        f"The database does not answer ({type(cause).__name__}).",
        hint="Try again in a moment; if it stays away, the operator finds more in its log.",
        http_status=503,
    )
