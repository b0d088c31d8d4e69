"""Browser sessions, API tokens and one-time links in the database: found by the digest of their text."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.accounts import as_account
from app.storage.tables import AccountRow, LinkRow, SessionRow, TokenRow
from stackwright.access.accounts import Account
from stackwright.access.rights import Scope
from stackwright.access.sessions import Lifetime
from stackwright.value import Value

SEEN_EVERY = timedelta(minutes=1)  # “last used” is no finer: reading stays cheap
FIRST_ADMIN = "first_admin"


class Token(Value):
    """A token as it is shown."""

    id: UUID
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None  # to the minute


async def begin(session: AsyncSession, digest: bytes, account_id: UUID, now: datetime) -> None:
    """Keep a new browser session."""
    session.add(SessionRow(digest=digest, account_id=account_id, made_at=now, seen_at=now))
    await session.flush()


async def end(session: AsyncSession, digest: bytes) -> None:
    """End a browser session; nothing happens when it has ended."""
    await session.execute(delete(SessionRow).where(SessionRow.digest == digest))


async def end_all(session: AsyncSession, account_id: UUID, besides: bytes | None = None) -> int:
    """End the browser sessions of an account, besides this one; how many there were."""
    ended = delete(SessionRow).where(SessionRow.account_id == account_id)
    if besides is not None:
        ended = ended.where(SessionRow.digest != besides)
    return len((await session.scalars(ended.returning(SessionRow.digest))).all())


async def of_session(
    session: AsyncSession, digest: bytes, lifetime: Lifetime, now: datetime
) -> Account | None:
    """Whose browser session this is; None: nobody's, or it is over."""
    query = select(SessionRow, AccountRow).join(AccountRow, AccountRow.id == SessionRow.account_id)
    found = (await session.execute(query.where(SessionRow.digest == digest))).one_or_none()
    if not found or found[1].disabled or lifetime.is_over(found[0].made_at, found[0].seen_at, now):
        return None
    if now - found[0].seen_at >= SEEN_EVERY:
        seen = update(SessionRow).where(SessionRow.digest == digest).values(seen_at=now)
        await session.execute(seen)
    return as_account(found[1])


async def of_token(
    session: AsyncSession, digest: bytes, now: datetime
) -> tuple[Account, frozenset[Scope]] | None:
    """Whose token this is and what for; None: nobody's, or it has expired."""
    query = select(TokenRow, AccountRow).join(AccountRow, AccountRow.id == TokenRow.account_id)
    found = (await session.execute(query.where(TokenRow.digest == digest))).one_or_none()
    if not found or found[1].disabled or found[0].expires_at <= now:
        return None
    token = found[0]
    if token.used_at is None or now - token.used_at >= SEEN_EVERY:
        used = update(TokenRow).where(TokenRow.id == token.id).values(used_at=now)
        await session.execute(used)
    return as_account(found[1]), _scopes(token)


async def add_token(session: AsyncSession, account_id: UUID, token: Token, digest: bytes) -> None:
    """Keep a new token."""
    scopes = [scope.value for scope in token.scopes]
    row = token.model_dump() | {"scopes": scopes}
    session.add(TokenRow(account_id=account_id, digest=digest, **row))
    await session.flush()


async def tokens(session: AsyncSession, account_id: UUID) -> Sequence[Token]:
    """The tokens of an account, oldest first."""
    query = select(TokenRow).where(TokenRow.account_id == account_id)
    rows = await session.scalars(query.order_by(TokenRow.made_at, TokenRow.id))
    return [
        Token(
            id=row.id,
            name=row.name,
            scopes=tuple(sorted(_scopes(row))),
            made_at=row.made_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]


async def delete_token(session: AsyncSession, account_id: UUID, token_id: UUID) -> bool:
    """Revoke a token of this account; False: it has none with this id."""
    gone = delete(TokenRow).where(TokenRow.id == token_id, TokenRow.account_id == account_id)
    return await session.scalar(gone.returning(TokenRow.id)) is not None


async def add_link(
    session: AsyncSession, purpose: str, digest: bytes, now: datetime, valid: timedelta
) -> None:
    """Keep a new one-time link; earlier ones for the same purpose are worth nothing from now on."""
    await session.execute(delete(LinkRow).where(LinkRow.purpose == purpose))
    row = LinkRow(digest=digest, purpose=purpose, made_at=now, expires_at=now + valid, used_at=None)
    session.add(row)
    await session.flush()


async def spend(
    session: AsyncSession, purpose: str, digest: bytes, now: datetime, until: datetime
) -> bool:
    """Use something up that was never kept and is worth nothing after a while; False: it was used before."""
    row = {
        "digest": digest,
        "purpose": purpose,
        "made_at": now,
        "expires_at": until,
        "used_at": now,
    }
    used = insert(LinkRow).values(row).on_conflict_do_nothing()
    return await session.scalar(used.returning(LinkRow.digest)) is not None


async def is_open(session: AsyncSession, purpose: str, digest: bytes, now: datetime) -> bool:
    """Whether a one-time link can still be used."""
    query = select(LinkRow.digest).where(LinkRow.digest == digest, LinkRow.purpose == purpose)
    query = query.where(LinkRow.used_at.is_(None), LinkRow.expires_at > now)
    return await session.scalar(query) is not None


async def use_link(session: AsyncSession, purpose: str, digest: bytes, now: datetime) -> bool:
    """Use a one-time link up; False: there is none, it was used or it has expired."""
    used = (
        update(LinkRow)
        .where(LinkRow.digest == digest, LinkRow.purpose == purpose)
        .where(LinkRow.used_at.is_(None), LinkRow.expires_at > now)
        .values(used_at=now)
    )
    return await session.scalar(used.returning(LinkRow.digest)) is not None


def _scopes(row: TokenRow) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in row.scopes if scope in set(Scope))
