"""Migrations go up, go down, and leave what the models describe."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from app.core import settings as settings_module
from app.core.settings import Settings
from app.tables import Base

BACKEND = Path(__file__).resolve().parents[2]


@pytest.fixture
def url(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database that migrations write to."""
    address = f"sqlite:///{tmp_path / 'migrated.db'}"
    fresh = settings.model_copy(update={"database_url": SecretStr(address)})
    settings_module.get_settings.cache_clear()
    monkeypatch.setattr(settings_module, "get_settings", lambda: fresh)
    return address


@pytest.fixture
def alembic() -> Config:
    """Alembic's configuration of this project."""
    return Config(str(BACKEND / "alembic.ini"))


def tables(url: str) -> set[str]:
    engine = create_engine(url, poolclass=NullPool)
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_tables_are_those_of_the_models(url: str, alembic: Config) -> None:
    command.upgrade(alembic, "head")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert tables(url) == set(Base.metadata.tables)


def test_migrations_can_be_taken_back_and_repeated(url: str, alembic: Config) -> None:
    command.upgrade(alembic, "head")
    command.downgrade(alembic, "base")
    assert tables(url) == set()
    command.upgrade(alembic, "head")
    assert tables(url) == set(Base.metadata.tables)
