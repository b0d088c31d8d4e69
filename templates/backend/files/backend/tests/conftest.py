"""One application and one database for all tests; what a test writes is taken back after it.

The database is SQLite in memory, or the one in TEST_DATABASE_URL: a database of its own, because its
tables are dropped and made anew.
"""

import os
import secrets
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.security import make_token
from app.cli import ROLES, create_user
from app.core.settings import Settings
from app.main import create_app
from app.tables import Base
from tests.world import Account, World

PASSWORD = secrets.token_urlsafe(12)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings that do not come from this machine, with passwords that are cheap to check."""
    return Settings(
        _env_file=None,
        environment="development",
        database_url=SecretStr(os.environ.get("TEST_DATABASE_URL", "sqlite://")),
        secret_key=SecretStr(secrets.token_urlsafe(48)),
        password_hash_time_cost=1,
        password_hash_memory_kib=8,
        max_body_bytes=1_048_576,
        allowed_origins=("https://pages.example.com",),
        log_level="WARNING",
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    """The application under test."""
    return create_app(settings)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the running application; errors become answers, as in production."""
    with TestClient(app, raise_server_exceptions=False) as running:
        yield running


@pytest.fixture(scope="session")
def connection(app: FastAPI, client: TestClient) -> Iterator[Connection]:
    """The one connection that all tests share, in a transaction that is never committed.

    It needs the client, so that it is given back before the application ends.
    """
    engine: Engine = app.state.engine
    if engine.dialect.name == "sqlite":
        _let_transactions_nest(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with engine.connect() as shared, shared.begin() as transaction:
        app.state.sessions = sessionmaker(
            shared, autoflush=False, join_transaction_mode="create_savepoint"
        )
        yield shared
        transaction.rollback()


@pytest.fixture(scope="session")
def accounts(connection: Connection, app: FastAPI, settings: Settings) -> dict[str, Account]:
    """Somebody in each role, by role; `user` has none but that of everybody who is logged in."""
    found: dict[str, Account] = {}
    with app.state.sessions() as session:
        for role in ("user", *ROLES):
            email, name = f"{role.replace('_', '-')}@example.com", f"The {role}"
            roles = [] if role == "user" else [role]
            user = create_user(session, settings, email, name, roles, PASSWORD)
            found[role] = Account(str(user.id), name, email, make_token(user.id, settings))
        session.commit()
    return found


@pytest.fixture
def world(
    client: TestClient, connection: Connection, accounts: dict[str, Account]
) -> Iterator[World]:
    """What one test does, taken back at its end."""
    with connection.begin_nested() as savepoint:
        yield World(client, accounts)
        savepoint.rollback()


@pytest.fixture(scope="module")
def module_world(
    client: TestClient, connection: Connection, accounts: dict[str, Account]
) -> Iterator[World]:
    """What the tests of one file share, taken back at its end."""
    with connection.begin_nested() as savepoint:
        yield World(client, accounts)
        savepoint.rollback()


@pytest.fixture
def session(app: FastAPI, world: World) -> Iterator[Session]:
    """A session in the same transaction as the test's requests."""
    with app.state.sessions() as opened:
        yield opened


def _let_transactions_nest(engine: Engine) -> None:
    """Have SQLAlchemy begin transactions, not the driver, which knows no savepoints.

    Source: SQLAlchemy documentation, "Serializable isolation / Savepoints / Transactional DDL".
    """

    def connect(raw: object, _record: object) -> None:
        raw.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's connection

    def begin(opened: Connection) -> None:
        opened.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
