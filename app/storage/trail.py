"""The audit trail in the database: noted during the work, written as the last thing before it is kept."""

from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import AuditRow
from stackwright.access.audit import BEGINNING, Entry, Link, chain, first_broken

_LOCK = 7_205_001  # of the end of the chain; held for the few milliseconds until the commit
_AT_A_TIME = 1000
_NOTES = "audit"


def note(session: AsyncSession, entry: Entry) -> None:
    """Add an entry that is kept exactly if the rest of the session's work is."""
    session.info.setdefault(_NOTES, []).append(entry)


async def write_notes(session: AsyncSession) -> None:
    """Append what was noted to the chain. Last, so that its lock never waits for another one."""
    notes: list[Entry] = session.info.pop(_NOTES, [])
    if not notes:
        return
    await session.flush()
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = await session.scalar(select(AuditRow).order_by(AuditRow.number.desc()).limit(1))
    number, previous = (last.number, last.digest) if last else (0, BEGINNING)
    for entry in notes:
        link = chain(number + 1, previous, entry)
        number, previous = link.number, link.digest
        session.add(
            AuditRow(
                number=link.number,
                at=entry.at,
                action=entry.action,
                actor=entry.actor,
                subject=entry.subject,
                address=entry.address,
                details=dict(entry.details),
                previous=link.previous,
                digest=link.digest,
            )
        )
    await session.flush()


async def newest(session: AsyncSession, before: int | None, limit: int) -> Sequence[Link]:
    """Entries from the newest to older ones, from below this number on."""
    query = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.number < before)
    return [_link(row) for row in await session.scalars(query)]


async def verify(session: AsyncSession) -> tuple[int, bytes, int | None]:
    """Read the whole chain: how many entries it has, the digest of the last, the first broken one."""
    number, digest = 0, BEGINNING
    while True:
        query = select(AuditRow).where(AuditRow.number > number).order_by(AuditRow.number)
        links = [_link(row) for row in await session.scalars(query.limit(_AT_A_TIME))]
        if not links:
            return number, digest, None
        if broken := first_broken(links, number + 1, digest):
            proved = broken - number - 1  # of these links
            return broken - 1, links[proved - 1].digest if proved else digest, broken
        number, digest = links[-1].number, links[-1].digest
        session.expunge_all()


def _link(row: AuditRow) -> Link:
    entry = Entry(
        action=row.action,
        at=row.at.astimezone(UTC),
        actor=row.actor,
        subject=row.subject,
        address=row.address,
        details=row.details,
    )
    return Link(number=row.number, entry=entry, previous=row.previous, digest=row.digest)
