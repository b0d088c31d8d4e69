"""Requests that come twice: what they did is done once, and answered again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.tables import IdempotencyRow
from stackwright.errors import ProjectError


async def claim(
    session: AsyncSession, account_id: UUID, key: str, request: bytes, now: datetime
) -> Mapping[str, Any] | None:
    """Claim a key for this session's work; None: it is new, do the work and `keep` its answer.

    A second request with the same key waits until the first has ended.

    Args:
        session: Its work and the key are kept together.
        account_id: Keys of others are others.
        key: What the client chose.
        request: A digest of what it asks for.
        now: The moment.

    Returns:
        What was answered to the first request.

    Raises:
        ProjectError: The key was used for another request (HTTP 422).
    """
    row = {"account_id": account_id, "key": key, "request": request, "made_at": now}
    claimed = insert(IdempotencyRow).values(row).on_conflict_do_nothing()
    if await session.scalar(claimed.returning(IdempotencyRow.key)) is not None:
        return None
    query = select(IdempotencyRow).where(*_is(account_id, key))
    kept = (await session.scalars(query)).one()
    if kept.request != request:
        raise ProjectError.bad_input(
            "This Idempotency-Key was used for another request.",
            hint="Choose a new key for each thing that is to happen.",
        )
    return kept.answer or {}


async def keep(
    session: AsyncSession, account_id: UUID, key: str, answer: Mapping[str, Any]
) -> None:
    """Keep what is answered; no secret may be in it."""
    kept = update(IdempotencyRow).where(*_is(account_id, key)).values(answer=dict(answer))
    await session.execute(kept)


def _is(account_id: UUID, key: str) -> tuple[Any, Any]:
    return IdempotencyRow.account_id == account_id, IdempotencyRow.key == key
