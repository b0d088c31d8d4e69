"""Accounts that another provider opens, with or without a password."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; accounts need no password any more."""
    account = sa.ForeignKey(
        "accounts.id", name="fk_account_identities_account_id_accounts", ondelete="CASCADE"
    )
    op.create_table(
        "account_identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account_id", sa.Uuid(), account, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_account_identities"),
        sa.UniqueConstraint("account_id", "issuer", name="uq_account_identities_account_id_issuer"),
    )
    op.alter_column("accounts", "password_hash", nullable=True)


def downgrade() -> None:
    """Drop the table; what is no hash matches no password."""
    op.execute("UPDATE accounts SET password_hash = '!' WHERE password_hash IS NULL")
    op.alter_column("accounts", "password_hash", nullable=False)
    op.drop_table("account_identities")
