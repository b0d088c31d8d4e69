"""Rollouts: every release that was asked for, and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    deployment = sa.ForeignKey(
        "deployments.id", name="fk_rollouts_deployment_id_deployments", ondelete="CASCADE"
    )
    account = sa.ForeignKey(
        "accounts.id", name="fk_rollouts_account_id_accounts", ondelete="CASCADE"
    )
    op.create_table(
        "rollouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), deployment, nullable=False),
        sa.Column("account_id", sa.Uuid(), account, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollouts"),
    )
    op.create_index(
        "ix_rollouts_deployment_id_number", "rollouts", ["deployment_id", "number"], unique=True
    )
    op.create_index("ix_rollouts_state", "rollouts", ["state"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rollouts")
