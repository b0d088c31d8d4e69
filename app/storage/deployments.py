"""Deployments in the database: the choices of where and how a project's product runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.deployment_tables import DeploymentRow
from app.storage.project_tables import ProjectRow
from stackwright.access.accounts import Caller
from stackwright.deployment.config import Deployment
from stackwright.value import Value


class Stored(Value):
    """A deployment of a project: its choices, and since when they are so."""

    id: UUID
    project_id: UUID
    name: str = Field(description="That of its choices; no other one of the project has it.")
    config: Deployment
    revision: int = Field(description="Counts the changes of the choices, from 1.")
    made_at: datetime
    changed_at: datetime


class Listed(Stored):
    """A deployment among those of all projects of an account."""

    project: str = Field(description="The name of its project.")


async def add(session: AsyncSession, stored: Stored) -> None:
    """Keep a new deployment."""
    values = stored.model_dump() | {"config": stored.config.model_dump(mode="json")}
    session.add(DeploymentRow(**values))
    await session.flush()


async def find(
    session: AsyncSession, deployment_id: UUID, caller: Caller, *, hold: bool = False
) -> Stored | None:
    """The deployment, if this caller may see its project.

    Args:
        session: The session.
        deployment_id: Which one.
        caller: Who asks.
        hold: Keep its project from other changes until the end of the session's work.
    """
    query = select(DeploymentRow).join(ProjectRow, ProjectRow.id == DeploymentRow.project_id)
    query = query.where(DeploymentRow.id == deployment_id)
    if not caller.sees_everything:
        query = query.where(ProjectRow.account_id == caller.account.id)
    if hold:
        query = query.with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    return _stored(row) if row else None


async def get(session: AsyncSession, deployment_id: UUID) -> Stored | None:
    """The deployment, whoever it belongs to: only for what nobody sees."""
    row = await session.get(DeploymentRow, deployment_id, populate_existing=True)
    return _stored(row) if row else None


async def of_project(session: AsyncSession, project_id: UUID) -> Sequence[Stored]:
    """All deployments of a project, by name."""
    query = select(DeploymentRow).where(DeploymentRow.project_id == project_id)
    return [_stored(row) for row in await session.scalars(query.order_by(DeploymentRow.name))]


async def page(
    session: AsyncSession, owner_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Listed]:
    """Deployments of this account's projects, the last changed first, beginning after this one."""
    query = select(DeploymentRow, ProjectRow.name).join(
        ProjectRow, ProjectRow.id == DeploymentRow.project_id
    )
    query = query.where(ProjectRow.account_id == owner_id)
    if after is not None:
        query = query.where(tuple_(DeploymentRow.changed_at, DeploymentRow.id) < after)
    query = query.order_by(DeploymentRow.changed_at.desc(), DeploymentRow.id.desc()).limit(limit)
    return [
        Listed(**dict(_stored(row)), project=name) for row, name in await session.execute(query)
    ]


async def count(session: AsyncSession, project_id: UUID) -> int:
    """How many deployments a project has."""
    query = select(func.count()).select_from(DeploymentRow)
    return int(await session.scalar(query.where(DeploymentRow.project_id == project_id)) or 0)


async def is_taken(
    session: AsyncSession, project_id: UUID, name: str, but: UUID | None = None
) -> bool:
    """Whether another deployment of the project is called so.

    Args:
        session: The session.
        project_id: Of which project, which is held.
        name: The name.
        but: The deployment that may have it.
    """
    query = select(DeploymentRow.id).where(
        DeploymentRow.project_id == project_id, DeploymentRow.name == name
    )
    found = await session.scalar(query)
    return found is not None and found != but


async def replace(
    session: AsyncSession, stored: Stored, config: Deployment, now: datetime
) -> Stored:
    """Keep other choices for a deployment that is held; the deployment afterwards."""
    changed = stored.model_copy(
        update={
            "name": config.name,
            "config": config,
            "revision": stored.revision + 1,
            "changed_at": now,
        }
    )
    values = {
        "name": changed.name,
        "config": config.model_dump(mode="json"),
        "revision": changed.revision,
        "changed_at": now,
    }
    await session.execute(update(DeploymentRow).where(DeploymentRow.id == stored.id).values(values))
    return changed


async def remove(session: AsyncSession, deployment_id: UUID) -> None:
    """Forget a deployment."""
    await session.execute(delete(DeploymentRow).where(DeploymentRow.id == deployment_id))


def _stored(row: DeploymentRow) -> Stored:
    return Stored(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        config=Deployment.model_validate(row.config),
        revision=row.revision,
        made_at=row.made_at,
        changed_at=row.changed_at,
    )
