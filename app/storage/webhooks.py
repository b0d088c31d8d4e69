"""Webhooks in the database: who lets pushes deploy, and which deliveries came already."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.webhook_tables import DeliveryRow, WebhookRow
from stackwright.value import Value

KEPT = timedelta(days=30)  # deliveries


class Webhook(Value):
    """The webhook of a deployment."""

    deployment_id: UUID
    account_id: UUID
    generation: int
    made_at: datetime


async def find(session: AsyncSession, deployment_id: UUID) -> Webhook | None:
    """The webhook of a deployment; None: pushes do not deploy it."""
    row = await session.get(WebhookRow, deployment_id, populate_existing=True)
    if row is None:
        return None
    return Webhook(
        deployment_id=row.deployment_id,
        account_id=row.account_id,
        generation=row.generation,
        made_at=row.made_at,
    )


async def renew(
    session: AsyncSession, deployment_id: UUID, account_id: UUID, now: datetime
) -> Webhook:
    """A webhook with a new secret, in whose name its pushes deploy from now on."""
    values = {"account_id": account_id, "generation": 1, "made_at": now}
    row = insert(WebhookRow).values(deployment_id=deployment_id, **values)
    renewed = {**values, "generation": WebhookRow.generation + 1}
    await session.execute(row.on_conflict_do_update(index_elements=["deployment_id"], set_=renewed))
    found = await find(session, deployment_id)
    if found is None:
        raise RuntimeError("a webhook that was kept is there")
    return found


async def remove(session: AsyncSession, deployment_id: UUID) -> None:
    """Let pushes deploy no more."""
    await session.execute(delete(WebhookRow).where(WebhookRow.deployment_id == deployment_id))


async def seen(session: AsyncSession, deployment_id: UUID, marks: Collection[str]) -> set[str]:
    """Those of these marks that came already."""
    query = select(DeliveryRow.mark).where(
        DeliveryRow.deployment_id == deployment_id, DeliveryRow.mark.in_(marks)
    )
    return set(await session.scalars(query))


async def remember(
    session: AsyncSession, deployment_id: UUID, marks: Collection[str], now: datetime
) -> bool:
    """Remember these marks; False: another request has brought one of them just now."""
    await session.execute(delete(DeliveryRow).where(DeliveryRow.at < now - KEPT))
    rows = [{"deployment_id": deployment_id, "mark": mark, "at": now} for mark in sorted(marks)]
    added = insert(DeliveryRow).values(rows).on_conflict_do_nothing().returning(DeliveryRow.mark)
    return len(list(await session.scalars(added))) == len(rows)
