"""Projects in the database, with the versions of their models."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.project_tables import ModelRow, ProjectRow
from stackwright.access.accounts import Caller
from stackwright.generation.config import Config
from stackwright.value import Value


class Project(Value):
    """A project: a model that changes, and the choices of what to make of it."""

    id: UUID
    owner_id: UUID
    name: str
    model: int = Field(description="The number of the newest version of its model; 0: none yet.")
    config: Config
    config_revision: int = Field(description="Counts the changes of the choices.")
    runs: int = Field(description="How many runs were started.")
    made_at: datetime
    changed_at: datetime


class ModelVersion(Value):
    """One version of a project's model."""

    number: int = Field(description="Counts from 1.")
    file: str = Field(description="What findings call it.")
    title: str
    entities: int
    digest: str = Field(description="The same for models that mean the same.")
    made_at: datetime


async def add(session: AsyncSession, project: Project) -> None:
    """Keep a new project."""
    session.add(
        ProjectRow(
            id=project.id,
            account_id=project.owner_id,
            name=project.name,
            model=project.model,
            config=project.config.model_dump(mode="json"),
            config_revision=project.config_revision,
            runs=project.runs,
            made_at=project.made_at,
            changed_at=project.changed_at,
        )
    )
    await session.flush()


async def find(
    session: AsyncSession, project_id: UUID, caller: Caller, *, hold: bool = False
) -> Project | None:
    """The project, if this caller may see it.

    Args:
        session: The session.
        project_id: Which one.
        caller: Who asks.
        hold: Keep it from other changes until the end of the session's work.
    """
    query = select(ProjectRow).where(ProjectRow.id == project_id)
    if not caller.sees_everything:
        query = query.where(ProjectRow.account_id == caller.account.id)
    row = await session.scalar(query.with_for_update() if hold else query)
    return _project(row) if row else None


async def page(
    session: AsyncSession, owner_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Project]:
    """Projects of this account, the last changed first, beginning after this one."""
    place = tuple_(ProjectRow.changed_at, ProjectRow.id)
    query = select(ProjectRow).where(ProjectRow.account_id == owner_id)
    if after is not None:
        query = query.where(place < after)
    query = query.order_by(ProjectRow.changed_at.desc(), ProjectRow.id.desc()).limit(limit)
    return [_project(row) for row in await session.scalars(query)]


async def rename(session: AsyncSession, project_id: UUID, name: str, now: datetime) -> None:
    """Call a project something else."""
    await _change(session, project_id, name=name, changed_at=now)


async def choose(session: AsyncSession, project: Project, config: Config, now: datetime) -> Project:
    """Keep what is to be made of a project that is held; the project afterwards."""
    changed = {"config": config, "config_revision": project.config_revision + 1, "changed_at": now}
    await _change(session, project.id, **(changed | {"config": config.model_dump(mode="json")}))
    return project.model_copy(update=changed)


async def remove(session: AsyncSession, project_id: UUID) -> None:
    """Forget a project with all of its models, drafts and runs."""
    await session.execute(delete(ProjectRow).where(ProjectRow.id == project_id))


async def add_model(
    session: AsyncSession, project: Project, version: ModelVersion, text: str
) -> Project:
    """Keep the next version of the model of a project that is held; the project afterwards."""
    session.add(
        ModelRow(
            project_id=project.id,
            number=version.number,
            text=text,
            file=version.file,
            title=version.title,
            entities=version.entities,
            digest=version.digest,
            made_at=version.made_at,
        )
    )
    changed = {"model": version.number, "changed_at": version.made_at}
    await _change(session, project.id, **changed)
    return project.model_copy(update=changed)


async def model(
    session: AsyncSession, project_id: UUID, number: int
) -> tuple[ModelVersion, str] | None:
    """A version of a project's model and its text."""
    row = await session.get(ModelRow, (project_id, number))
    return (_version(row), row.text) if row else None


async def versions(
    session: AsyncSession, project_id: UUID, before: int | None, limit: int
) -> Sequence[ModelVersion]:
    """The versions of a project's model from the newest to older ones, from below this number on."""
    query = select(ModelRow).where(ModelRow.project_id == project_id)
    if before is not None:
        query = query.where(ModelRow.number < before)
    query = query.order_by(ModelRow.number.desc()).limit(limit)
    return [_version(row) for row in await session.scalars(query)]


async def _change(session: AsyncSession, project_id: UUID, **values: object) -> None:
    await session.execute(update(ProjectRow).where(ProjectRow.id == project_id).values(values))


def _project(row: ProjectRow) -> Project:
    return Project(
        id=row.id,
        owner_id=row.account_id,
        name=row.name,
        model=row.model,
        config=Config.model_validate(row.config),
        config_revision=row.config_revision,
        runs=row.runs,
        made_at=row.made_at,
        changed_at=row.changed_at,
    )


def _version(row: ModelRow) -> ModelVersion:
    return ModelVersion(
        number=row.number,
        file=row.file,
        title=row.title,
        entities=row.entities,
        digest=row.digest,
        made_at=row.made_at,
    )
