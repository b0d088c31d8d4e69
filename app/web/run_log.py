"""The log of a run on its page: its last lines, those before them, one level, one text, all of it as a file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from app.api.runs import the_run
from app.edge.parts import Its
from app.live.door import Live
from app.live.hub import Hub
from app.web.rendering import fragment
from app.web.run_picture import macro
from app.web.visitors import visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError
from stackwright.runs.record import Run
from stackwright.runs.state import RunState

if TYPE_CHECKING:
    from app.runs import Line

router = APIRouter(prefix="/runs/{run_id}", include_in_schema=False)

Person = Annotated[Caller, Depends(visitor(Action.READ_RUNS))]
Level = Annotated[int, Query(ge=0, le=50)]
Text = Annotated[str, Query(max_length=200)]
MOST = 500  # lines in a page
WARNING, ERROR = 30, 40
LEVELS = ((0, "All"), (WARNING, "Warnings and errors"), (ERROR, "Errors"))


@router.get("/log")
async def more_lines(
    request: Request,
    run_id: UUID,
    caller: Person,
    parts: Its,
    hub: Live,
    level: Level = 0,
    text: Text = "",
    after: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """What came after a line, at most 500 of it; the page asks when it hears that there is more."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    lines = await hub.log(run)
    shown = chosen(lines, level, text, range(min(after, len(lines)), len(lines)))
    return fragment(request, "run_log_lines.html.jinja", title="Log", lines=shown, after=len(lines))


@router.get("/log.txt")
async def whole_log(run_id: UUID, caller: Person, parts: Its, hub: Live) -> Response:
    """All of it, a line a line."""
    async with parts.storage.session() as session:
        run = await the_run(session, run_id, caller)
    lines = await hub.log(run)
    written = (f"{one.at:%Y-%m-%dT%H:%M:%S.%fZ} {named(one.level)} {one.text}\n" for one in lines)
    name = f'attachment; filename="run-{run.number}.log.txt"'
    return PlainTextResponse("".join(written), headers={"Content-Disposition": name})


async def log_of(hub: Hub, run: Run, level: int, text: str, before: int | None) -> dict[str, Any]:
    """What the page shows of a log: the last lines that are wanted, or those before a line."""
    address = f"/runs/{run.id}"
    problem = ""
    lines: Sequence[Line] = ()
    try:
        lines = await hub.log(run)
    except ProjectError as error:
        problem = f"{error.message} {error.hint}"
    end = len(lines) if before is None else min(before - 1, len(lines))
    found = chosen(lines, level, text, range(end), MOST + 1)
    shown = found[-MOST:]
    wanted = {"level": level or None, "text": text or None}
    is_newest = before is None
    going_on = is_newest and not run.state.is_final and not problem
    return {
        "address": _with(address, level=level or None),
        "level": level,
        "text": text,
        "levels": [
            {
                "level": one,
                "label": label,
                "href": _with(address, level=one or None, text=text or None),
                "is_current": one == level,
            }
            for one, label in LEVELS
        ],
        "count": macro("log_count")(**counts(lines)),
        "problem": problem,
        "lines": shown,
        "total": len(lines),
        "earlier": _with(address, **wanted, before=shown[0]["number"]) if len(found) > MOST else "",
        "newest": "" if is_newest else _with(address, **wanted),
        "source": _with(f"{address}/log", **wanted) if going_on else "",
        "after": len(lines),
        "most": MOST,
        "nothing": _nothing(run, lines),
    }


def chosen(
    lines: Sequence["Line"], level: int, text: str, within: range, most: int = MOST
) -> list[dict[str, Any]]:
    """The last of those lines that are of this level and have this text, as the part `log` shows them."""
    wanted = text.casefold()
    found: list[dict[str, Any]] = []
    for at in reversed(within):
        line = lines[at]
        if line.level < level or (wanted and wanted not in line.text.casefold()):
            continue
        if len(found) == most:
            break
        found.append(
            {
                "number": at + 1,
                "time": f"{line.at:%H:%M:%S}.{line.at.microsecond // 1000:03d}",
                "level": named(line.level),
                "text": line.text,
            }
        )
    return found[::-1]


def counts(lines: Sequence["Line"]) -> dict[str, int]:
    """How many lines there are, and how many of them warn or tell of errors."""
    return {
        "total": len(lines),
        "warnings": sum(WARNING <= one.level < ERROR for one in lines),
        "errors": sum(one.level >= ERROR for one in lines),
    }


def named(level: int) -> str:
    """What a level is called."""
    if level >= ERROR:
        return "error"
    if level >= WARNING:
        return "warning"
    return "info" if level >= 20 else "debug"


def _nothing(run: Run, lines: Sequence["Line"]) -> str:
    if lines:
        return "No line is of this level and has this text."
    if run.state is RunState.QUEUED:
        return "Nothing was said yet: the run has not begun."
    return "Nothing was said." if run.state.is_final else "Nothing was said yet."


def _with(address: str, **parameters: Any) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{address}?{query}" if query else address
