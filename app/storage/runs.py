"""Runs in the database, from the moment they are asked for to what came of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.project_tables import JournalRow, ProjectRow, RunRow
from stackwright.access.accounts import Caller
from stackwright.generation.config import Config
from stackwright.generation.progress import Message
from stackwright.generation.quality import QualityReport
from stackwright.runs.record import Outcome, Run
from stackwright.runs.state import ACTIVE, RunState

_ACTIVE = [state.value for state in ACTIVE]


async def add(session: AsyncSession, run: Run) -> Run:
    """Keep a new run; with its number, the next one of its project."""
    counted = update(ProjectRow).where(ProjectRow.id == run.project_id)
    counted = counted.values(runs=ProjectRow.runs + 1, changed_at=run.made_at)
    number = (await session.execute(counted.returning(ProjectRow.runs))).scalar_one()
    run = run.model_copy(update={"number": number})
    session.add(RunRow(**_values(run)))
    await session.flush()
    return run


async def find(session: AsyncSession, run_id: UUID, caller: Caller) -> Run | None:
    """The run, if this caller may see it."""
    query = select(RunRow).where(RunRow.id == run_id)
    if not caller.sees_everything:
        query = query.where(RunRow.account_id == caller.account.id)
    row = await session.scalar(query.execution_options(populate_existing=True))
    return _run(row) if row else None


async def get(session: AsyncSession, run_id: UUID) -> Run | None:
    """The run, whoever it belongs to: only for what nobody sees."""
    row = await session.get(RunRow, run_id, populate_existing=True)
    return _run(row) if row else None


async def page(
    session: AsyncSession,
    owner_id: UUID,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    project_id: UUID | None = None,
    states: Iterable[RunState] = (),
) -> Sequence[Run]:
    """Runs of this account, newest first, beginning after this one."""
    query = select(RunRow).where(RunRow.account_id == owner_id)
    if project_id is not None:
        query = query.where(RunRow.project_id == project_id)
    if wanted := [state.value for state in states]:
        query = query.where(RunRow.state.in_(wanted))
    if after is not None:
        query = query.where(tuple_(RunRow.made_at, RunRow.id) < after)
    query = query.order_by(RunRow.made_at.desc(), RunRow.id.desc()).limit(limit)
    return [_run(row) for row in await session.scalars(query)]


async def latest_output(
    session: AsyncSession, project_id: UUID, before: int | None = None
) -> Run | None:
    """The newest run of a project whose output can be looked at, from below this number on."""
    query = select(RunRow).where(RunRow.project_id == project_id, RunRow.published)
    if before is not None:
        query = query.where(RunRow.number < before)
    row = await session.scalar(query.order_by(RunRow.number.desc()).limit(1))
    return _run(row) if row else None


async def active(session: AsyncSession) -> Sequence[Run]:
    """All runs that have not ended, in the order in which they were asked for."""
    query = select(RunRow).where(RunRow.state.in_(_ACTIVE))
    query = query.order_by(RunRow.made_at, RunRow.id)
    return [_run(row) for row in await session.scalars(query)]


async def is_active(session: AsyncSession, project_id: UUID) -> bool:
    """Whether a run of this project has not ended."""
    query = select(func.count()).select_from(RunRow)
    query = query.where(RunRow.project_id == project_id, RunRow.state.in_(_ACTIVE))
    return bool(await session.scalar(query))


async def count_active(session: AsyncSession, owner_id: UUID) -> int:
    """How many runs of this account have not ended."""
    query = select(func.count()).select_from(RunRow)
    query = query.where(RunRow.account_id == owner_id, RunRow.state.in_(_ACTIVE))
    return int(await session.scalar(query) or 0)


async def count_before(session: AsyncSession, run: Run) -> int:
    """How many runs of the whole installation have not ended and were asked for earlier."""
    query = select(func.count()).select_from(RunRow).where(RunRow.state.in_(_ACTIVE))
    earlier = tuple_(RunRow.made_at, RunRow.id) < (run.made_at, run.id)
    return int(await session.scalar(query.where(earlier)) or 0)


async def done(
    session: AsyncSession, limit: int, *, project_id: UUID | None = None
) -> Sequence[Outcome]:
    """What the last runs that ended well did, of one project or of the whole installation."""
    query = select(RunRow.outcome).where(
        RunRow.state == RunState.DONE.value, RunRow.outcome.is_not(None)
    )
    if project_id is not None:
        query = query.where(RunRow.project_id == project_id)
    query = query.order_by(RunRow.made_at.desc()).limit(limit)
    return [Outcome.model_validate(outcome) for outcome in await session.scalars(query)]


async def change(
    session: AsyncSession, run_id: UUID, *, was: RunState, **values: Any
) -> Run | None:
    """Change what is given, as `Run` calls it; the run afterwards.

    Args:
        session: The session.
        run_id: Which run.
        was: In which state it was seen; in another one by now, nothing changes: somebody was quicker.
        values: What changes.

    Returns:
        None: it did not change, or is gone.
    """
    if isinstance(outcome := values.get("outcome"), Outcome):
        values["outcome"] = outcome.model_dump(mode="json")
    seen = (RunRow.id == run_id, RunRow.state == was.value)
    changed = update(RunRow).where(*seen).values(values).returning(RunRow)
    row = await session.scalar(changed, execution_options={"populate_existing": True})
    return _run(row) if row else None


async def keep_journal(
    session: AsyncSession,
    run_id: UUID,
    messages: Sequence[Message],
    quality: QualityReport | None = None,
) -> None:
    """Keep what a run said and what its checks found, in place of what was kept of an earlier attempt."""
    content = {
        "messages": [one.model_dump(mode="json", exclude_defaults=True) for one in messages],
        "quality": quality.model_dump(mode="json") if quality else None,
    }
    row = insert(JournalRow).values(run_id=run_id, **content)
    await session.execute(row.on_conflict_do_update(index_elements=["run_id"], set_=content))


async def quality(session: AsyncSession, run_id: UUID) -> QualityReport | None:
    """What the checks of a run that has ended found; None: nothing was checked."""
    row = await session.get(JournalRow, run_id, populate_existing=True)
    return QualityReport.model_validate(row.quality) if row and row.quality else None


async def journal(session: AsyncSession, run_id: UUID) -> Sequence[Message]:
    """What a run that has ended said."""
    row = await session.get(JournalRow, run_id, populate_existing=True)
    return [Message.model_validate(one) for one in row.messages] if row else []


def _values(run: Run) -> dict[str, Any]:
    values = run.model_dump(mode="python", exclude={"owner_id", "possible", "outcome"})
    return values | {
        "account_id": run.owner_id,
        "config": run.config.model_dump(mode="json"),
        "state": run.state.value,
        "outcome": run.outcome.model_dump(mode="json") if run.outcome else None,
    }


def _run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        project_id=row.project_id,
        owner_id=row.account_id,
        number=row.number,
        kind=row.kind,
        title=row.title,
        model=row.model,
        config=Config.model_validate(row.config),
        verify=row.verify,
        base=row.base,
        flow_run_id=row.flow_run_id,
        state=RunState(row.state),
        message=row.message,
        attempt=row.attempt,
        published=row.published,
        outcome=Outcome.model_validate(row.outcome) if row.outcome else None,
        made_at=row.made_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
