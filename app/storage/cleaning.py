"""Rows that nobody needs any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import (
    AttemptRow,
    BucketRow,
    IdempotencyRow,
    LinkRow,
    SessionRow,
    TokenRow,
)
from stackwright.access.limits import LOCK_WINDOW
from stackwright.access.sessions import Lifetime

KEEP_KEYS = timedelta(days=1)
KEEP_BUCKETS = timedelta(days=1)  # by then every one is full again
KEEP_EXPIRED = timedelta(days=30)  # people want to see which token stopped working


async def clean(session: AsyncSession, lifetime: Lifetime, now: datetime) -> None:
    """Delete what has expired."""
    for table, old in (
        (SessionRow, SessionRow.seen_at <= now - lifetime.idle),
        (SessionRow, SessionRow.made_at <= now - lifetime.absolute),
        (TokenRow, TokenRow.expires_at <= now - KEEP_EXPIRED),
        (LinkRow, LinkRow.expires_at <= now),
        (IdempotencyRow, IdempotencyRow.made_at <= now - KEEP_KEYS),
        (BucketRow, BucketRow.at <= now - KEEP_BUCKETS),
        (AttemptRow, AttemptRow.at <= now - LOCK_WINDOW),
    ):
        await session.execute(delete(table).where(old))
