"""Connections: one engine a process, one session a request."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from app.core.json import dump_json


def make_engine(url: str) -> Engine:
    """An engine that behaves the same on PostgreSQL, MySQL and SQLite; values never reach its logs."""
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": dump_json}
    if url.startswith("sqlite"):
        options["connect_args"] = {"check_same_thread": False, "timeout": 30}
        if url in {"sqlite://", "sqlite:///:memory:"}:
            options["poolclass"] = StaticPool
    else:
        options["pool_pre_ping"] = True
        if url.startswith("postgresql"):
            options["connect_args"] = {"options": "-c timezone=UTC"}
        else:
            options["connect_args"] = {
                "charset": "utf8mb4",
                "init_command": "SET time_zone = '+00:00'",
            }
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A maker of sessions on this engine; nothing is written before `flush` or `commit`."""
    return sessionmaker(engine, autoflush=False)


def get_session(request: Request) -> Iterator[Session]:
    """The session of a request; what was not committed is rolled back at its end."""
    sessions: sessionmaker[Session] = request.app.state.sessions
    with sessions() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Foreign keys are enforced, and case is ignored beyond ASCII, as on the other databases."""
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
