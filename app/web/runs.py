"""All runs of somebody: what they did, how long they took, how often they succeed."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import projects
from app.api import runs as api
from app.api.paging import MOST, Cursor
from app.edge.parts import Its, Work
from app.web.moments import minute
from app.web.rendering import TitleBlock, page
from app.web.run_words import count, duration
from app.web.states import badge_of
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.runs.record import Run
from stackwright.runs.state import ACTIVE, RunState
from stackwright.runs.statistics import Statistics

router = APIRouter(include_in_schema=False)

SIZE = 25
COLUMNS = (
    {"label": "Run"},
    {"label": "State"},
    {"label": "Started, UTC", "kind": "number"},
    {"label": "Time", "kind": "number"},
    {"label": "Files", "kind": "number"},
    {"label": "Checks", "kind": "number"},
    {"label": "Warnings", "kind": "number"},
)
VIEWS = {
    "": ("All", ()),
    "active": ("Not ended", tuple(state for state in RunState if state in ACTIVE)),
    "done": ("Done", (RunState.DONE,)),
    "failed": ("Failed", (RunState.FAILED, RunState.CRASHED)),
    "cancelled": ("Cancelled", (RunState.CANCELLED,)),
}


@router.get("/runs")
async def show_runs(
    request: Request,
    caller: Annotated[Caller, Depends(visitor(Action.READ_RUNS))],
    parts: Its,
    session: Work,
    cursor: Cursor = None,
    state: Annotated[str, Query(max_length=20)] = "",
    project: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """One's own runs, newest first, with what they have in common."""
    state = state if state in VIEWS else ""
    chosen = _id(project)
    states = list(VIEWS[state][1])
    found = await api.all_runs(caller, session, SIZE, cursor, chosen, states)
    counted = await api.run_statistics(caller, parts, session, chosen)
    names = await projects.all_projects(caller, session, MOST)
    kept = {"state": state, "project": str(chosen or "")}
    return page(
        request,
        "runs.html.jinja",
        title="Runs",
        block=TitleBlock(model="own runs", plan=f"{count(counted.runs)} runs"),
        columns=COLUMNS,
        listed=[row(run) for run in found.runs],
        statistics=figures(counted),
        days=counted.days,
        is_empty=not counted.runs and chosen is None,
        views=[
            {
                "label": label,
                "href": address(**{**kept, "state": name}),
                "is_current": name == state,
            }
            for name, (label, _) in VIEWS.items()
        ],
        state=state,
        projects=[{"value": "", "label": "All projects"}]
        + [{"value": str(one.id), "label": one.name} for one in names.projects],
        project=str(chosen or ""),
        first=address(**kept) if cursor else "",
        next=address(**kept, cursor=found.next) if found.next else "",
    )


def row(run: Run, name: str = "") -> list[Any]:
    """A run as a line of a table."""
    outcome = run.outcome
    checks = outcome and outcome.checks
    return [
        {"text": name or f"{run.title}, run {run.number}", "href": f"/runs/{run.id}"},
        badge_of(run.state),
        minute(run.started_at or run.made_at),
        duration(run.seconds) if run.seconds is not None else "–",
        count(outcome.files) if outcome and outcome.files else "–",
        f"{checks.passed} of {checks.passed + checks.failed}" if checks else "–",
        count(outcome.warnings) if outcome else "–",
    ]


def figures(counted: Statistics) -> Sequence[dict[str, str]]:
    """What runs have in common, as a bill."""
    success = "–" if counted.success is None else f"{counted.success:.0%}"
    ended = sum(
        counted.by_state.get(one, 0) for one in (RunState.DONE, RunState.FAILED, RunState.CRASHED)
    )
    return [
        {"label": "Runs", "value": count(counted.runs)},
        {"label": "Done", "value": success, "note": f"of {count(ended)} that ended by themselves"},
        _time("Median time", counted.median_s, ""),
        _time("Nine of ten within", counted.p90_s, "tells from 10 runs on"),
        {"label": "Files made", "value": count(counted.files)},
        {"label": "Lines made", "value": count(counted.lines)},
    ]


def address(path: str = "/runs", **parameters: str | None) -> str:
    """The page with what is given as its parameters."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{path}?{query}" if query else path


def _time(label: str, seconds: float | None, otherwise: str) -> dict[str, str]:
    if seconds is None:
        return {"label": label, "value": "–", "note": otherwise}
    value, _, unit = duration(seconds).rpartition(" ")
    return {"label": label, "value": value, "unit": unit}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
