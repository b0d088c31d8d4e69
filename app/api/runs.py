"""Runs: asked for, watched, steered, counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from app.api.etags import etag, is_known, unchanged
from app.api.paging import DEFAULT, Cursor, Size, from_cursor, to_cursor
from app.api.projects import the_project
from app.api.tokens import Key
from app.edge.identity import demand
from app.edge.parts import Its, Parts, Work
from app.edge.problems import conflict, not_found
from app.live.door import Live
from app.storage import idempotency, projects, runs
from app.storage.engine import Session
from app.storage.trail import note
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.access.tokens import digest
from stackwright.generation.quality import QualityReport
from stackwright.runs.envelope import Snapshot, schema
from stackwright.runs.record import Run
from stackwright.runs.state import RunState, Steer
from stackwright.runs.statistics import Statistics, statistics
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])

Reader = Annotated[Caller, Depends(demand(Action.READ_RUNS))]
Writer = Annotated[Caller, Depends(demand(Action.WRITE_RUNS))]
MOST_ACTIVE = 100  # of one account
COUNTED = 2000  # runs in statistics


class NewRun(Value):
    """What is asked for: the newest model and the choices of a project, as they are now."""

    project_id: UUID
    verify: bool = Field(
        default=False, description="Run the tools of the generated project on it afterwards."
    )


class RunPage(Value):
    """Some of one's own runs, newest first."""

    runs: Sequence[Run]
    next: str | None = Field(description="The cursor of the next page; null: this is the last one.")


class Quality(Value):
    """What was checked."""

    asked: bool = Field(description="Whether the run was to verify the project.")
    report: QualityReport | None = Field(description="Null: nothing was checked (yet).")


class LogLine(Value):
    """One line of a run's log."""

    number: int = Field(description="Counts from 1.")
    at: datetime
    level: int = Field(description="20 is information, 30 a warning, 40 an error.")
    text: str


class Log(Value):
    """Lines of a log, oldest first."""

    lines: Sequence[LogLine]
    total: int = Field(description="Lines there are, whether wanted or not.")
    warnings: int
    errors: int


@router.get("")
async def all_runs(
    caller: Reader,
    session: Work,
    size: Size = DEFAULT,
    cursor: Cursor = None,
    project: Annotated[UUID | None, Query(description="Only those of this project.")] = None,
    state: Annotated[list[RunState] | None, Query(description="Only those in these.")] = None,
) -> RunPage:
    """One's own runs, newest first."""
    found = await runs.page(
        session,
        caller.account.id,
        from_cursor(cursor),
        size + 1,
        project_id=project,
        states=state or (),
    )
    shown = found[:size]
    more = to_cursor(shown[-1].made_at, shown[-1].id) if len(found) > size else None
    return RunPage(runs=shown, next=more)


@router.post("", status_code=202)
async def start_run(
    wanted: NewRun,
    caller: Writer,
    parts: Its,
    hub: Live,
    response: Response,
    idempotency_key: Key = None,
) -> Run:
    """Ask for a generation of a project. It is kept before it is answered, and begins when its turn comes."""
    request = digest(repr(("runs", wanted.project_id, wanted.verify)))
    async with parts.storage.session() as session:
        account_id, now = caller.account.id, parts.now()
        if idempotency_key is not None:
            kept = await idempotency.claim(session, account_id, idempotency_key, request, now)
            if kept is not None:
                response.headers["Idempotency-Replayed"] = "true"
                return await the_run(session, UUID(kept["run"]), caller)
        run = await ask_for(session, wanted, caller, parts)
        if idempotency_key is not None:
            await idempotency.keep(session, account_id, idempotency_key, {"run": str(run.id)})
    hub.keeper.nudge()
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return run


@router.get("/statistics")
async def run_statistics(
    caller: Reader,
    parts: Its,
    session: Work,
    project: Annotated[UUID | None, Query(description="Only of this project.")] = None,
) -> Statistics:
    """What one's own last 2,000 runs have in common."""
    found = await runs.page(session, caller.account.id, None, COUNTED, project_id=project)
    return statistics(found, parts.now().date())


@router.get("/events/schema")
async def event_schema(_caller: Reader) -> Mapping[str, Any]:
    """The JSON Schema of what /ws/generation/{session_id} sends."""
    return schema()


@router.get("/{run_id}")
async def one_run(
    run_id: UUID, caller: Reader, session: Work, request: Request, response: Response
) -> Any:
    """A run."""
    run = await the_run(session, run_id, caller)
    tag = etag(digest(run.model_dump_json()).hex()[:16])
    if is_known(request, tag):
        return unchanged(tag)
    response.headers["ETag"] = tag
    return run


@router.get("/{run_id}/progress")
async def progress(run_id: UUID, caller: Reader, parts: Its, hub: Live) -> Snapshot:
    """How far a run is: its steps, what is left of it, and how sure that is."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    async with hub.watching(run) as channel:
        return channel.snapshot()


@router.get("/{run_id}/log")
async def log(
    run_id: UUID,
    caller: Reader,
    parts: Its,
    hub: Live,
    level: Annotated[int, Query(ge=0, le=50, description="At least this level.")] = 0,
    text: Annotated[str, Query(max_length=200, description="Only lines with this text.")] = "",
    after: Annotated[int, Query(ge=0, le=10**6, description="Only after this line.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="The last so many.")] = 200,
) -> Log:
    """The log of a run: the last lines that are wanted."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    return await read_log(hub, run, level, text, after, limit)


@router.get("/{run_id}/quality")
async def quality(run_id: UUID, caller: Reader, session: Work) -> Quality:
    """What the tools of the generated project found: each check with what it proves, measures and objections."""
    run = await the_run(session, run_id, caller)
    return Quality(asked=run.verify, report=await runs.quality(session, run_id))


@router.post("/{run_id}/pause", status_code=202)
async def pause(run_id: UUID, caller: Writer, parts: Its, hub: Live) -> Run:
    """Let a run rest before its next step; what is finished is kept."""
    return await steered(run_id, Steer.PAUSE, caller, parts, hub)


@router.post("/{run_id}/resume", status_code=202)
async def resume(run_id: UUID, caller: Writer, parts: Its, hub: Live) -> Run:
    """Let a run that rests go on."""
    return await steered(run_id, Steer.RESUME, caller, parts, hub)


@router.post("/{run_id}/cancel", status_code=202)
async def cancel(run_id: UUID, caller: Writer, parts: Its, hub: Live) -> Run:
    """End a run; the last output of its project stays as it is."""
    return await steered(run_id, Steer.CANCEL, caller, parts, hub)


@router.post("/{run_id}/retry", status_code=202)
async def retry(run_id: UUID, caller: Writer, parts: Its, hub: Live) -> Run:
    """Try a run that failed again, from the step that failed."""
    return await steered(run_id, Steer.RETRY, caller, parts, hub)


async def the_run(session: Session, run_id: UUID, caller: Caller) -> Run:
    """The run.

    Raises:
        ProjectError: There is none, or it is somebody else's (HTTP 404).
    """
    found = await runs.find(session, run_id, caller)
    if found is None:
        raise not_found("run")
    return found


async def ask_for(session: Session, wanted: NewRun, caller: Caller, parts: Parts) -> Run:
    """Keep a new run of a project.

    Raises:
        ProjectError: The project has no model, or too many runs wait.
    """
    project = await the_project(session, wanted.project_id, caller, hold=True)
    newest = await projects.model(session, project.id, project.model)
    if newest is None:
        raise conflict("The project has no model yet.", "Save one first.")
    waiting = await runs.count_active(session, caller.account.id)
    if waiting >= MOST_ACTIVE:
        raise conflict(f"{waiting} of your runs have not ended.", "Wait for them, or cancel some.")
    run = Run(
        id=uuid4(),
        project_id=project.id,
        owner_id=project.owner_id,
        number=0,
        title=project.name,
        model=project.model,
        config=project.config,
        verify=wanted.verify,
        state=RunState.QUEUED,
        made_at=parts.now(),
    )
    run = await runs.add(session, run)
    note(session, caller.did("run.start", run.made_at, run.id, project=str(project.id)))
    return run


async def steered(run_id: UUID, steer: Steer, caller: Caller, parts: Parts, hub: Live) -> Run:
    """Tell a run to do something, and the audit trail who did; the run afterwards.

    Raises:
        ProjectError: It is not theirs, cannot do that now, or the orchestrator is away.
    """
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    changed = await hub.steer(run, steer)
    async with parts.storage.session() as session:
        note(session, caller.did(f"run.{steer}", parts.now(), run_id))
    return changed


async def read_log(
    hub: Live, run: Run, level: int = 0, text: str = "", after: int = 0, limit: int = 200
) -> Log:
    """The last lines of a run's log that are wanted.

    Raises:
        ProjectError: The orchestrator is away (HTTP 503).
    """
    lines = [
        LogLine(number=number, at=line.at, level=line.level, text=line.text)
        for number, line in enumerate(await hub.log(run), 1)
    ]
    wanted = text.casefold()
    found = [
        line
        for line in lines[after:]
        if line.level >= level and (not wanted or wanted in line.text.casefold())
    ]
    return Log(
        lines=found[-limit:],
        total=len(lines),
        warnings=sum(30 <= line.level < 40 for line in lines),
        errors=sum(line.level >= 40 for line in lines),
    )
