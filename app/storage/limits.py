"""What is left of limits, and logins that were tried, in the database: all instances count together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import AttemptRow, BucketRow
from stackwright.access.limits import LOCK_WINDOW, Bucket, Decision, Limit, decide, locked_for_s


async def take(session: AsyncSession, key: str, limit: Limit, now: datetime) -> Decision:
    """Take one from this bucket if there is one; nobody else can take the same one."""
    full = insert(BucketRow).values(key=key, left=limit.burst, at=now).on_conflict_do_nothing()
    await session.execute(full)
    query = select(BucketRow).where(BucketRow.key == key).with_for_update()
    row = (await session.scalars(query.execution_options(populate_existing=True))).one()
    decision = decide(limit, Bucket(left=row.left, at=row.at), now)
    left = decision.bucket.model_dump()
    await session.execute(update(BucketRow).where(BucketRow.key == key).values(**left))
    return decision


async def try_login(
    session: AsyncSession, keys: Sequence[str], now: datetime
) -> tuple[int, Sequence[int]]:
    """Count a login as failed before it is tried, so that many at once are counted, too.

    Args:
        session: Its work is kept before the password is looked at.
        keys: For whom and from where.
        now: The moment.

    Returns:
        For how many seconds none may be tried (0: it may), and the numbers of what was counted.
    """
    for key in sorted(keys):  # in one order, so that two logins never wait for each other
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    since = now - LOCK_WINDOW
    wait_s = 0
    for key in keys:
        query = select(AttemptRow.at).where(AttemptRow.key == key, AttemptRow.at > since)
        wait_s = max(wait_s, locked_for_s((await session.scalars(query)).all(), now))
    if wait_s:
        return wait_s, ()
    counted = insert(AttemptRow).values([{"key": key, "at": now} for key in keys])
    return 0, (await session.scalars(counted.returning(AttemptRow.id))).all()


async def login_succeeded(session: AsyncSession, key: str, counted: Sequence[int]) -> None:
    """Forget the failures of this account, and that this login was counted as one."""
    gone = delete(AttemptRow).where((AttemptRow.key == key) | AttemptRow.id.in_(counted))
    await session.execute(gone)
