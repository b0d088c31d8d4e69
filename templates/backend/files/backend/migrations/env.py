"""How revisions are applied: with the database of the settings and the tables of the models."""

import logging

from alembic import context
from sqlalchemy import create_engine, pool

from app.core.settings import get_settings
from app.tables import Base

logging.basicConfig(level=logging.INFO, format="%(message)s")
logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)


def run_offline(url: str) -> None:
    """Print the SQL of revisions."""
    context.configure(
        url=url,
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online(url: str) -> None:
    """Apply revisions to the database."""
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


URL = get_settings().sqlalchemy_url
if context.is_offline_mode():
    run_offline(URL)
else:
    run_online(URL)
