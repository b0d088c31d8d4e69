"""People as other providers know them, in the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.accounts import as_account
from app.storage.tables import AccountRow, IdentityRow
from stackwright.access.accounts import Account
from stackwright.access.identities import Identity
from stackwright.value import Value


class Connection(Value):
    """A provider that opens an account."""

    issuer: str
    email: str
    made_at: datetime


async def owner(session: AsyncSession, identity: Identity) -> Account | None:
    """The account that is connected with somebody."""
    query = (
        select(AccountRow)
        .join(IdentityRow, IdentityRow.account_id == AccountRow.id)
        .where(IdentityRow.issuer == identity.issuer, IdentityRow.subject == identity.subject)
    )
    row = await session.scalar(query)
    return as_account(row) if row else None


async def connections(session: AsyncSession, account_id: UUID) -> Sequence[Connection]:
    """The providers that open an account."""
    query = select(IdentityRow).where(IdentityRow.account_id == account_id)
    return [
        Connection(issuer=row.issuer, email=row.email, made_at=row.made_at)
        for row in await session.scalars(query.order_by(IdentityRow.made_at, IdentityRow.issuer))
    ]


async def connect(
    session: AsyncSession, account_id: UUID, identity: Identity, now: datetime
) -> bool:
    """Connect somebody with an account; False: one of the two is connected already."""
    row = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "account_id": account_id,
        "email": identity.email,
        "made_at": now,
    }
    added = insert(IdentityRow).values(row).on_conflict_do_nothing()
    return await session.scalar(added.returning(IdentityRow.account_id)) is not None


async def disconnect(session: AsyncSession, account_id: UUID, issuer: str) -> bool:
    """Let a provider no longer open an account; False: it did not."""
    gone = delete(IdentityRow).where(
        IdentityRow.account_id == account_id, IdentityRow.issuer == issuer
    )
    return await session.scalar(gone.returning(IdentityRow.account_id)) is not None
