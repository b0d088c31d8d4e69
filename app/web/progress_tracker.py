"""A run while it happens and afterwards: how far it is, what it waits for, what it made, what went wrong."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from app.api import runs as api
from app.api.projects import the_project
from app.api.runs import NewRun, the_run
from app.edge.parts import Its, Parts, Work
from app.live.door import Live
from app.storage import runs
from app.storage.engine import Session
from app.web.addresses import leave
from app.web.moments import minute
from app.web.rendering import FRESH, TitleBlock, fragment, is_partial, page
from app.web.run_log import Level, Text, log_of
from app.web.run_picture import Picture, macro, steering
from app.web.run_words import choices, several
from app.web.visitors import visitor
from app.web.watching import watch
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.runs.record import Run
from stackwright.runs.state import RunState, Steer

router = APIRouter(prefix="/runs/{run_id}", include_in_schema=False)
router.add_api_websocket_route("/live", watch)

Reader = Annotated[Caller, Depends(visitor(Action.READ_RUNS))]
Writer = Annotated[Caller, Depends(visitor(Action.WRITE_RUNS))]


@router.get("")
async def track(
    request: Request,
    run_id: UUID,
    caller: Reader,
    parts: Its,
    hub: Live,
    level: Level = 0,
    text: Text = "",
    before: Annotated[int | None, Query(ge=1, le=10**6)] = None,
) -> Response:
    """The whole page, as it is without script; with it, the socket keeps it up to date."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
        project = await the_project(session, run.project_id, caller)
        place = await _place(session, run)
    async with hub.watching(run) as channel:
        picture = Picture(channel, request.app, parts.now)
        run, shown, now = channel.run, picture.parts(), picture.stamp()
        waiting = macro("queue")(run=run, progress=channel.progress, said=place)
    return page(
        request,
        "progress_tracker.html.jinja",
        title=f"{project.name}, run {run.number}",
        block=TitleBlock(
            model=f"{project.name}, version {run.model}",
            template=run.config.style.value,
            plan=f"run {run.number}",
        ),
        run=run,
        project=project,
        choices=choices(run.config),
        started=f"{minute(run.started_at)} UTC" if run.started_at else "",
        parts={**shown, "queue": waiting},
        possible=steering(run).split(),
        now=now,
        log=await log_of(hub, run, level, text, before),
    )


@router.get("/queue")
async def show_place(request: Request, run_id: UUID, caller: Reader, session: Work) -> Response:
    """How many runs come before one that waits."""
    run = await the_run(session, run_id, caller)
    said = await _place(session, run)
    return fragment(request, "run_queue.html.jinja", title="Queue", said=said)


@router.post("/steer/{steer}")
async def steer(
    request: Request, run_id: UUID, steer: Steer, caller: Writer, parts: Its, hub: Live
) -> Response:
    """Pause, go on, cancel or try again; where script asked, the run as it is afterwards comes back."""
    run = await api.steered(run_id, steer, caller, parts, hub)
    if not is_partial(request):
        return leave(request, f"/runs/{run_id}")
    return await _up_to_date(request, run, parts, hub)


@router.get("/cancel")
async def ask(request: Request, run_id: UUID, caller: Writer, session: Work) -> Response:
    """The question before a run is cancelled, where there is no script for a dialog."""
    run = await the_run(session, run_id, caller)
    if Steer.CANCEL not in run.possible:
        return leave(request, f"/runs/{run_id}")
    return page(request, "run_cancel.html.jinja", title=f"Cancel run {run.number}?", run=run)


@router.post("/again")
async def generate_again(
    request: Request, run_id: UUID, caller: Writer, parts: Its, hub: Live
) -> Response:
    """Start another run of the same project, with its newest model and choices."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    wanted = NewRun(project_id=run.project_id, verify=run.verify)
    started = await api.start_run(wanted, caller, parts, hub, Response())
    return leave(request, f"/runs/{started.id}")


async def _place(session: Session, run: Run) -> str:
    """How many runs come before one that waits; nothing of others."""
    before = await runs.count_before(session, run) if run.state is RunState.QUEUED else 0
    return f"{several(before, 'run')} before it." if before else ""


async def _up_to_date(request: Request, run: Run, parts: Parts, hub: Live) -> HTMLResponse:
    async with hub.watching(run) as channel:
        text, _ = Picture(channel, request.app, parts.now).changes({})
    return HTMLResponse(macro("nothing_refused")() + text, headers=FRESH)
