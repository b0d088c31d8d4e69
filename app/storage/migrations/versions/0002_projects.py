"""Projects, versions of their models, drafts, runs and what they said."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB()
TABLES = ("run_journals", "runs", "project_drafts", "project_models", "projects")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        _of("account", "projects"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("config_revision", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    _index("projects", "account_id", "changed_at", "id")
    op.create_table(
        "project_models",
        _of("project", "project_models"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("entities", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "number", name="pk_project_models"),
    )
    op.create_table(
        "project_drafts",
        _of("project", "project_drafts"),
        _of("account", "project_drafts"),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("replaced", JSON, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "account_id", "page", name="pk_project_drafts"),
    )
    _index("project_drafts", "account_id")
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        _of("project", "runs"),
        _of("account", "runs"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.Column("base", sa.Uuid(), nullable=True),
        sa.Column("flow_run_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("outcome", JSON, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    _index("runs", "account_id", "made_at", "id")
    op.create_index("ix_runs_project_id_number", "runs", ["project_id", "number"], unique=True)
    _index("runs", "state")
    op.create_table(
        "run_journals",
        _of("run", "run_journals"),
        sa.Column("messages", JSON, nullable=False),
        sa.Column("quality", JSON, nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_journals"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _of(what: str, table: str) -> sa.Column[UUID]:
    name = f"fk_{table}_{what}_id_{what}s"
    target = sa.ForeignKey(f"{what}s.id", name=name, ondelete="CASCADE")
    return sa.Column(f"{what}_id", sa.Uuid(), target, nullable=False)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
