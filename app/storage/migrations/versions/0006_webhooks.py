"""Webhooks: who lets pushes deploy, and which deliveries came already."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    of_webhook = sa.ForeignKey(
        "deployments.id", name="fk_webhooks_deployment_id_deployments", ondelete="CASCADE"
    )
    account = sa.ForeignKey(
        "accounts.id", name="fk_webhooks_account_id_accounts", ondelete="CASCADE"
    )
    op.create_table(
        "webhooks",
        sa.Column("deployment_id", sa.Uuid(), of_webhook, nullable=False),
        sa.Column("account_id", sa.Uuid(), account, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", name="pk_webhooks"),
    )
    of_delivery = sa.ForeignKey(
        "deployments.id", name="fk_webhook_deliveries_deployment_id_deployments", ondelete="CASCADE"
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("deployment_id", sa.Uuid(), of_delivery, nullable=False),
        sa.Column("mark", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("deployment_id", "mark", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_at", "webhook_deliveries", ["at"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
