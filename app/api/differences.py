"""What became of published files, beside an older output or the templates, and where lines come from."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.api.published import Path, Theirs, answered, older_run
from app.api.runs import Reader
from app.edge.aside import aside, waiting
from app.edge.parts import Its
from stackwright.errors import ProjectError
from stackwright.generation.lock import digest
from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.generation.preview.changes import Change, changed_paths, changes
from stackwright.generation.preview.provenance import Provenance
from stackwright.generation.preview.side_by_side import CONTEXT, Comparison, side_by_side
from stackwright.runs.record import Run
from stackwright.value import Value
from tasks.outputs import Outputs, template_text

router = APIRouter(prefix="/api/v1/runs/{run_id}/files", tags=["files"])

TEMPLATE = "template"
MAX_COMPARED_BYTES = 2 * 2**20  # of each of two versions

Against = Annotated[
    str, Query(max_length=40, description="A run, or `previous`: the last one that published.")
]
AgainstAny = Annotated[
    str, Query(max_length=40, description="A run, `previous`, or `template`: what it is made from.")
]
Context = Annotated[
    int, Query(ge=0, le=1_000_000, description="Equal lines shown around a difference.")
]


class Difference(Value):
    """Two versions of a file side by side."""

    path: str
    left: str = Field(description="The path of what is on the left; empty: there is nothing.")
    right: str = Field(description="The path of what is on the right; empty: it is gone.")
    run: UUID | None = Field(description="Whose the left one is; null: it is a template.")
    comparison: Comparison | None = Field(
        description="Null: one of them is binary or larger than 2 MiB; `changed` says enough."
    )
    changed: bool


class ChangedFile(Value):
    """A file that is not the same."""

    path: str
    change: Change


class Changes(Value):
    """What became of files since an older output; the same ones are left out."""

    run: UUID = Field(description="The one that the older output is of.")
    counts: Mapping[Change, int]
    files: Sequence[ChangedFile]


@router.get("/diff", response_model=Difference)
async def diff(
    run: Theirs,
    caller: Reader,
    parts: Its,
    request: Request,
    path: Path,
    against: AgainstAny = "previous",
    context: Context = CONTEXT,
) -> Response:
    """A file beside its older version, or beside the template that most of it comes from."""
    outputs = parts.outputs
    if against == TEMPLATE:
        file = await waiting(outputs.file, run.place, path)
        known = await waiting(outputs.provenance, run.place, path)
        if not known.template:
            raise ProjectError(
                "This file comes from no template.", hint="Somebody wrote it.", http_status=404
            )
        text = await aside(template_text, known.template)

        async def beside_template() -> Difference:
            return await aside(_beside_template, outputs, run, file, known.template, context)

        return await answered(request, (file.digest, digest(text.encode())), beside_template)
    index = await waiting(outputs.index, run.place)
    older = await older_run(run, against, caller, parts)
    before = await waiting(outputs.index, older.place)
    new, old = index.by_path.get(path), before.by_path.get(path)
    if new is None and old is None:
        await waiting(outputs.file, run.place, path)  # says so

    async def beside_older() -> Difference:
        for one in (run, older):
            await waiting(outputs.hold, one.place)
        return await aside(_beside, outputs, (older, old), (run, new), context)

    return await answered(request, (_digest(old), _digest(new), str(older.id)), beside_older)


@router.get("/changes", response_model=Changes)
async def all_changes(
    run: Theirs, caller: Reader, parts: Its, request: Request, against: Against = "previous"
) -> Response:
    """Every file that was added, removed or changed since an older output."""
    index = await waiting(parts.outputs.index, run.place)
    older = await older_run(run, against, caller, parts)
    before = await waiting(parts.outputs.index, older.place)

    async def make() -> Changes:
        return await aside(_changes, older.id, index, before)

    return await answered(request, (index.archive, before.archive, str(older.id)), make)


@router.get("/provenance", response_model=Provenance)
async def provenance(run: Theirs, parts: Its, request: Request, path: Path) -> Response:
    """Which template line and which element of the model each line comes from."""
    index = await waiting(parts.outputs.index, run.place)

    async def make() -> Provenance:
        return await waiting(parts.outputs.provenance, run.place, path)

    return await answered(request, (index.archive,), make)


def _beside_template(
    outputs: Outputs, run: Run, file: OutputFile, template: str, context: int
) -> Difference:
    text = _text(outputs, run, file)
    old = template_text(template)
    return Difference(
        path=file.path,
        left=template,
        right=file.path,
        run=None,
        comparison=None if text is None else side_by_side(old, text, context),
        changed=text != old,
    )


def _beside(
    outputs: Outputs,
    older: tuple[Run, OutputFile | None],
    newer: tuple[Run, OutputFile | None],
    context: int,
) -> Difference:
    old, new = (_text(outputs, run, file) for run, file in (older, newer))
    paths = [file.path if file else "" for _, file in (older, newer)]
    compared = None if old is None or new is None else side_by_side(old, new, context)
    return Difference(
        path=paths[1] or paths[0],
        left=paths[0],
        right=paths[1],
        run=older[0].id,
        comparison=compared,
        changed=_digest(older[1]) != _digest(newer[1]),
    )


def _text(outputs: Outputs, run: Run, file: OutputFile | None) -> str | None:
    """The text of a file, nothing of one that is not there; None: it cannot be compared."""
    if file is None:
        return ""
    if file.binary or file.size_bytes > MAX_COMPARED_BYTES:
        return None
    return outputs.content(run.place, file.path).decode("utf-8", "replace")


def _changes(older: UUID, index: OutputIndex, before: OutputIndex) -> Changes:
    found = changes(index, before)
    files = [ChangedFile(path=path, change=change) for path, change in found.items()]
    return Changes(run=older, counts=changed_paths(found), files=files)


def _digest(file: OutputFile | None) -> str:
    return file.digest if file else ""
