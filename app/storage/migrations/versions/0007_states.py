"""Terraform's states: sealed versions, and who holds them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "state_versions",
        sa.Column("deployment_id", sa.Uuid(), _deployment("state_versions"), nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lineage", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(254), nullable=False),
        sa.Column("lock", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", "serial", name="pk_state_versions"),
    )
    op.create_table(
        "state_locks",
        sa.Column("deployment_id", sa.Uuid(), _deployment("state_locks"), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", name="pk_state_locks"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("state_locks")
    op.drop_table("state_versions")


def _deployment(table: str) -> sa.ForeignKey:
    name = f"fk_{table}_deployment_id_deployments"
    return sa.ForeignKey("deployments.id", name=name, ondelete="CASCADE")
