"""Accounts in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import AccountRow
from stackwright.access.accounts import Account
from stackwright.access.rights import Role


async def add(session: AsyncSession, account: Account, password_hash: str | None) -> bool:
    """Keep a new account; False: its mail address is taken, and nothing has changed.

    Without the hash of a password none opens it.
    """
    row = account.model_dump() | {"role": account.role.value, "password_hash": password_hash}
    added = insert(AccountRow).values(row).on_conflict_do_nothing(index_elements=["email"])
    return await session.scalar(added.returning(AccountRow.id)) is not None


async def by_email(session: AsyncSession, email: str) -> tuple[Account, str | None] | None:
    """The account with this mail address and the hash of its password, if it has one."""
    row = await session.scalar(select(AccountRow).where(AccountRow.email == email))
    return (as_account(row), row.password_hash) if row else None


async def by_id(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, held against other changes until the end of the session's work."""
    query = select(AccountRow).where(AccountRow.id == account_id).with_for_update()
    row = await session.scalar(query)
    return as_account(row) if row else None


async def has_password(session: AsyncSession, account_id: UUID) -> bool:
    """Whether a password opens this account."""
    query = select(AccountRow.password_hash.is_not(None)).where(AccountRow.id == account_id)
    return bool(await session.scalar(query))


async def change(
    session: AsyncSession,
    account_id: UUID,
    *,
    name: str | None = None,
    password_hash: str | None = None,
    role: Role | None = None,
    disabled: bool | None = None,
) -> Account | None:
    """Change what is given; the account afterwards."""
    given = {"name": name, "password_hash": password_hash, "role": role, "disabled": disabled}
    values = {key: value for key, value in given.items() if value is not None}
    if values:
        changed = update(AccountRow).where(AccountRow.id == account_id).values(values)
        await session.execute(changed)
    return await by_id(session, account_id)


async def page(
    session: AsyncSession, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Account]:
    """Accounts from the oldest to newer ones, beginning after this one."""
    place = tuple_(AccountRow.made_at, AccountRow.id)
    query = select(AccountRow).order_by(AccountRow.made_at, AccountRow.id).limit(limit)
    if after is not None:
        query = query.where(place > after)
    return [as_account(row) for row in await session.scalars(query)]


async def emails(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The mail addresses of those of these ids that are accounts."""
    query = select(AccountRow.id, AccountRow.email).where(AccountRow.id.in_(ids))
    return {row.id: row.email for row in await session.execute(query)}


async def held_admins(session: AsyncSession) -> frozenset[UUID]:
    """The admins that can log in, held so that two of them cannot take each other's role at once."""
    query = select(AccountRow.id).where(AccountRow.role == Role.ADMIN, ~AccountRow.disabled)
    return frozenset(await session.scalars(query.order_by(AccountRow.id).with_for_update()))


async def has_admin(session: AsyncSession) -> bool:
    """Whether an account is an admin that can log in."""
    query = select(func.count()).where(AccountRow.role == Role.ADMIN, ~AccountRow.disabled)
    return bool(await session.scalar(query))


def as_account(row: AccountRow) -> Account:
    """The account without its secrets."""
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled,
        made_at=row.made_at,
    )
