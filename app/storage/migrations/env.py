"""How Alembic runs our migrations: on the connection of `migrate`, in its transaction."""

from alembic import context

from app.storage import (
    deployment_tables,
    project_tables,
    rollout_tables,
    state_tables,
    webhook_tables,
)
from app.storage.tables import Table

_ = (
    deployment_tables,
    project_tables,
    rollout_tables,
    state_tables,
    webhook_tables,
)  # their tables are known by being imported
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata
)
context.run_migrations()
