"""How Alembic runs our migrations: on the connection of `migrate`, in its transaction."""

from alembic import context

from app.storage.tables import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata
)
context.run_migrations()
