"""A file beside its older version: equal lines are folded away until somebody opens them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.api.files import MAX_SHOWN_BYTES
from app.edge.aside import aside
from app.edge.parts import Its, Parts
from app.web.code_place import FilePath, Looked, Shown, others
from app.web.moments import minute
from app.web.rendering import fragment
from app.web.run_words import several
from stackwright.errors import ProjectError
from stackwright.generation.output_index import OutputFile
from stackwright.generation.preview.side_by_side import CONTEXT, Row, side_by_side
from stackwright.runs.record import Run
from tasks.outputs import Outputs

router = APIRouter(prefix="/runs/{run_id}/code", include_in_schema=False)

MOST = 5_000  # rows that are opened at once


async def compared(here: Shown, parts: Parts, path: str, *, unfolded: bool) -> dict[str, Any]:
    """What the view of differences shows: rows, or a sentence about why there are none."""
    known = await others(here, parts)
    choice: dict[str, Any] = {
        "older": here.older,
        "others": [
            {
                "id": str(run.id),
                "text": f"run {run.number}, {minute(run.made_at)} UTC",
                "is_chosen": here.older is not None and run.id == here.older.id,
            }
            for run in known
        ],
        "rows": None,
        "why": "",
        "summary": "",
    }
    if here.older is None or here.before is None:
        return choice | {"why": "This is the first generation that published anything."}
    new, old = here.index.by_path.get(path), here.before.by_path.get(path)
    if new and old and new.digest == old.digest:
        return choice | {"why": f"The file is the same as in run {here.older.number}."}
    texts = await aside(_texts, parts.outputs, (here.older, old), (here.run, new))
    if texts is None:
        why = "The file has changed; binary files and those above 2 MiB are not compared line by line."
        return choice | {"why": why}
    found = await aside(side_by_side, *texts, None if unfolded else CONTEXT)
    summary = f"{several(found.added, 'line')} added, {several(found.removed, 'line')} removed"
    if found.left_out:
        summary += f"; {several(found.left_out, 'further row')} left out"
    return choice | {
        "rows": [_row(here, row, path) for row in found.rows],
        "left": f"run {here.older.number}" if old else "was not there",
        "right": f"run {here.run.number}" if new else "removed",
        "summary": summary,
    }


@router.get("/equal")
async def equal_lines(
    request: Request,
    here: Looked,
    parts: Its,
    path: FilePath,
    left: Annotated[int, Query(ge=1)],
    right: Annotated[int, Query(ge=1)],
    count: Annotated[int, Query(ge=1)],
) -> Response:
    """Lines that are the same in both versions, in place of the fold that hid them."""
    file = await aside(parts.outputs.file, here.run.place, path)
    text = await aside(_text, parts.outputs, here.run, file)
    if text is None:
        raise ProjectError(
            "This file is not compared line by line.", hint="Save it.", http_status=404
        )
    lines = text.split("\n")[right - 1 : right - 1 + min(count, MOST)]
    rows = [
        {
            "kind": "same",
            "left": {"number": left + place, "text": line},
            "right": {"number": right + place, "text": line},
        }
        for place, line in enumerate(lines)
    ]
    return fragment(
        request, "code_equal.html.jinja", title=path, block=here.block(), equal=rows, file_path=path
    )


def _row(here: Shown, row: Row, path: str) -> dict[str, Any]:
    shown = row.model_dump(exclude_none=True)
    if row.kind == "folded" and row.left and row.right:
        place = {"left": row.left.number, "right": row.right.number, "count": row.count}
        shown["more"] = here.url("/equal", path=path, **place)
        shown["href"] = here.url(path=path, view="diff", context="all")
    return shown


def _texts(
    outputs: Outputs, older: tuple[Run, OutputFile | None], newer: tuple[Run, OutputFile | None]
) -> tuple[str, str] | None:
    old, new = _text(outputs, *older), _text(outputs, *newer)
    return None if old is None or new is None else (old, new)


def _text(outputs: Outputs, run: Run, file: OutputFile | None) -> str | None:
    """The text of a file, nothing of one that is not there; None: it cannot be compared."""
    if file is None:
        return ""
    if file.binary or file.size_bytes > MAX_SHOWN_BYTES:
        return None
    return outputs.content(run.place, file.path).decode("utf-8", "replace")
