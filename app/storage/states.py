"""Terraform's states in the database: versions whose content is sealed, and the lock of each state."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.storage.deployment_tables import DeploymentRow
from app.storage.sealing import seal, unseal
from app.storage.state_tables import StateLockRow, StateVersionRow
from stackwright.deployment.state import Facts, StateLock, staying

_PURPOSE = "states of Terraform"


class StateVersion(Facts):
    """One version of a state, without what it says."""

    size_bytes: int
    made_at: datetime
    made_by: str = Field(description="The account whose token wrote it.")
    lock: str = Field(description="The lock that it was written under; empty: it was restored.")


def sealed(key: bytes, deployment_id: UUID, serial: int, content: bytes) -> bytes:
    """A version as it lies in the database."""
    return seal(key, _PURPOSE, f"{deployment_id} {serial}", content)


def opened(key: bytes, deployment_id: UUID, serial: int, kept: bytes) -> bytes:
    """What a version says.

    Raises:
        ProjectError: It was changed, or sealed with another key (HTTP 500).
    """
    return unseal(key, _PURPOSE, f"{deployment_id} {serial}", kept)


async def versions(session: AsyncSession, deployment_id: UUID) -> Sequence[StateVersion]:
    """The versions of the state of a deployment, the newest first."""
    columns = [StateVersionRow.__table__.c[name] for name in StateVersion.model_fields]
    query = select(*columns).where(StateVersionRow.deployment_id == deployment_id)
    rows = await session.execute(query.order_by(StateVersionRow.serial.desc()))
    return [StateVersion.model_validate(dict(row)) for row in rows.mappings()]


async def kept(
    session: AsyncSession, deployment_id: UUID, serial: int | None = None
) -> tuple[int, bytes] | None:
    """The serial and the sealed content of a version; without a serial, of the newest; None: there is none."""
    query = select(StateVersionRow.serial, StateVersionRow.sealed)
    query = query.where(StateVersionRow.deployment_id == deployment_id)
    if serial is not None:
        query = query.where(StateVersionRow.serial == serial)
    row = (await session.execute(query.order_by(StateVersionRow.serial.desc()).limit(1))).first()
    return (row.serial, row.sealed) if row else None


async def add(
    session: AsyncSession, deployment_id: UUID, version: StateVersion, content: bytes
) -> None:
    """Keep a new version, sealed, and forget old ones. The deployment is held by the caller."""
    values = version.model_dump()
    session.add(StateVersionRow(deployment_id=deployment_id, sealed=content, **values))
    await session.flush()
    known = [(one.serial, one.lock) for one in await versions(session, deployment_id)]
    old = {serial for serial, _ in known} - staying(known)
    if old:
        mine = StateVersionRow.deployment_id == deployment_id
        await session.execute(delete(StateVersionRow).where(mine, StateVersionRow.serial.in_(old)))


async def remove(session: AsyncSession, deployment_id: UUID) -> None:
    """Forget all versions of a state."""
    mine = StateVersionRow.deployment_id == deployment_id
    await session.execute(delete(StateVersionRow).where(mine))


async def lock_of(session: AsyncSession, deployment_id: UUID) -> StateLock | None:
    """The lock of a state, given back or not; None: nobody ever held it."""
    row = await session.get(StateLockRow, deployment_id, populate_existing=True)
    return StateLock.model_validate(row.content) if row else None


async def keep_lock(session: AsyncSession, deployment_id: UUID, lock: StateLock) -> None:
    """Keep the lock as it is now. The deployment is held by the caller."""
    content = lock.model_dump(mode="json")
    await session.merge(StateLockRow(deployment_id=deployment_id, content=content))
    await session.flush()


async def find_things(
    session: AsyncSession, project_id: UUID, deployment_id: UUID | None = None
) -> bool:
    """Whether a state knows resources, which nobody finds again without it.

    Args:
        session: The session.
        project_id: Of any deployment of this project.
        deployment_id: Or of this one alone.
    """
    other = aliased(StateVersionRow)
    newest = select(func.max(other.serial))
    newest = newest.where(other.deployment_id == StateVersionRow.deployment_id)
    query = select(StateVersionRow.resources).where(
        StateVersionRow.serial == newest.scalar_subquery()
    )
    query = query.join(DeploymentRow, DeploymentRow.id == StateVersionRow.deployment_id)
    query = query.where(DeploymentRow.project_id == project_id)
    if deployment_id is not None:
        query = query.where(DeploymentRow.id == deployment_id)
    return any(await session.scalars(query))
