"""Rollouts in the database, from the moment they are asked for to what came of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.deployment_tables import DeploymentRow
from app.storage.project_tables import ProjectRow
from app.storage.rollout_tables import RolloutRow
from stackwright.access.accounts import Caller
from stackwright.runs.rollout import Rollout, RolloutKind
from stackwright.runs.state import ACTIVE, RunState

_ACTIVE = [state.value for state in ACTIVE]


async def add(session: AsyncSession, rollout: Rollout) -> Rollout:
    """Keep a new rollout; with its number, the next one of its deployment. The deployment is held by the caller."""
    counted = select(func.coalesce(func.max(RolloutRow.number), 0))
    counted = counted.where(RolloutRow.deployment_id == rollout.deployment_id)
    number = int(await session.scalar(counted) or 0) + 1
    rollout = rollout.model_copy(update={"number": number})
    session.add(
        RolloutRow(
            id=rollout.id,
            deployment_id=rollout.deployment_id,
            account_id=rollout.owner_id,
            number=number,
            state=rollout.state.value,
            made_at=rollout.made_at,
            content=_content(rollout),
        )
    )
    await session.flush()
    return rollout


async def find(session: AsyncSession, rollout_id: UUID, caller: Caller) -> Rollout | None:
    """The rollout, if this caller may see the project of its deployment."""
    query = select(RolloutRow).where(RolloutRow.id == rollout_id)
    if not caller.sees_everything:
        query = query.join(DeploymentRow, DeploymentRow.id == RolloutRow.deployment_id)
        query = query.join(ProjectRow, ProjectRow.id == DeploymentRow.project_id)
        query = query.where(ProjectRow.account_id == caller.account.id)
    row = await session.scalar(query.execution_options(populate_existing=True))
    return _rollout(row) if row else None


async def get(session: AsyncSession, rollout_id: UUID) -> Rollout | None:
    """The rollout, whoever it belongs to: only for what nobody sees."""
    row = await session.get(RolloutRow, rollout_id, populate_existing=True)
    return _rollout(row) if row else None


async def page(
    session: AsyncSession, deployment_id: UUID, before: int | None, limit: int
) -> Sequence[Rollout]:
    """Rollouts of a deployment, the newest first, beginning below this number."""
    query = select(RolloutRow).where(RolloutRow.deployment_id == deployment_id)
    if before is not None:
        query = query.where(RolloutRow.number < before)
    rows = await session.scalars(query.order_by(RolloutRow.number.desc()).limit(limit))
    return [_rollout(row) for row in rows]


async def newest(session: AsyncSession, deployment_ids: Sequence[UUID]) -> Mapping[UUID, Rollout]:
    """The last rollout of each of these deployments that has had any."""
    newest = select(RolloutRow.deployment_id, func.max(RolloutRow.number))
    newest = newest.where(RolloutRow.deployment_id.in_(deployment_ids))
    one = tuple_(RolloutRow.deployment_id, RolloutRow.number)
    query = select(RolloutRow).where(one.in_(newest.group_by(RolloutRow.deployment_id)))
    return {row.deployment_id: _rollout(row) for row in await session.scalars(query)}


async def active(session: AsyncSession) -> Sequence[Rollout]:
    """All rollouts that have not ended, in the order in which they were asked for."""
    query = select(RolloutRow).where(RolloutRow.state.in_(_ACTIVE))
    rows = await session.scalars(query.order_by(RolloutRow.made_at, RolloutRow.id))
    return [_rollout(row) for row in rows]


async def active_of(session: AsyncSession, deployment_id: UUID) -> Rollout | None:
    """The rollout of a deployment that has not ended, the newest of them."""
    query = select(RolloutRow).where(
        RolloutRow.deployment_id == deployment_id, RolloutRow.state.in_(_ACTIVE)
    )
    row = await session.scalar(query.order_by(RolloutRow.number.desc()).limit(1))
    return _rollout(row) if row else None


async def sites(session: AsyncSession, but: UUID) -> set[str]:
    """The sites of this installation that belong to deployments other than this one: those that were rolled out."""
    query = select(RolloutRow.content["config"]).distinct()
    query = query.where(
        RolloutRow.deployment_id != but,
        RolloutRow.content["kind"].as_string() != RolloutKind.REHEARSAL.value,
    )
    return {
        f"{config['name']}-{config['setting']['environment']}"
        for config in await session.scalars(query)
    }


async def change(session: AsyncSession, rollout: Rollout, *, was: RunState) -> Rollout | None:
    """Keep a rollout as it is now, unless its state is not what it was any more: somebody was quicker.

    Returns:
        None: it did not change, or is gone.
    """
    values: dict[str, Any] = {"state": rollout.state.value, "content": _content(rollout)}
    seen = (RolloutRow.id == rollout.id, RolloutRow.state == was.value)
    changed = update(RolloutRow).where(*seen).values(values).returning(RolloutRow)
    row = await session.scalar(changed, execution_options={"populate_existing": True})
    return _rollout(row) if row else None


def _content(rollout: Rollout) -> dict[str, Any]:
    content = rollout.model_dump_json(exclude={"digest", "waits"})
    loaded: dict[str, Any] = json.loads(content.replace("\\u0000", ""))  # PostgreSQL keeps none
    return loaded


def _rollout(row: RolloutRow) -> Rollout:
    return Rollout.model_validate(row.content)
