"""The files that a run published: folders, search, single files, the whole project."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.api.etags import etag, is_known, unchanged
from app.api.published import FRESH, Path, Theirs, answered, older_run
from app.api.runs import Reader
from app.edge.aside import aside, waiting
from app.edge.parts import Its
from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.generation.preview.changes import changes
from stackwright.generation.preview.folder import Folder, folder
from stackwright.generation.preview.language import language
from stackwright.generation.preview.metrics import Metrics, metrics
from stackwright.generation.preview.search import Found, FoundNames, find_names, find_text
from stackwright.value import Value
from tasks.outputs import Outputs

router = APIRouter(prefix="/api/v1/runs/{run_id}", tags=["files"])

MAX_SHOWN_BYTES = 2 * 2**20  # of a text that is answered as JSON

Against = Annotated[
    str | None,
    Query(
        max_length=40,
        description="A run, or `previous`: entries then say what became of them since.",
        examples=["previous"],
    ),
]


class FileContent(Value):
    """A file with its text."""

    file: OutputFile
    language: str = Field(description="By its name, as Pygments calls it.")
    text: str | None = Field(description="Null: it is binary, or larger than 2 MiB.")


class Search(Value):
    """What was found."""

    names: FoundNames | None = Field(default=None, description="When names were searched.")
    contents: Found | None = Field(default=None, description="When contents were searched.")


@router.get("/files", response_model=Folder)
async def one_folder(
    run: Theirs,
    caller: Reader,
    parts: Its,
    request: Request,
    name: Annotated[
        str, Query(alias="folder", max_length=1000, description="Its path; empty: the root.")
    ] = "",
    against: Against = None,
) -> Response:
    """What one folder of the project holds, folders first; `against` marks what became of it."""
    index = await waiting(parts.outputs.index, run.place)
    older: OutputIndex | None = None
    if against is not None:
        other = await older_run(run, against, caller, parts)
        older = await waiting(parts.outputs.index, other.place)

    async def make() -> Folder:
        return await aside(_folder, index, name, older)

    return await answered(request, (index.archive, older.archive if older else ""), make)


@router.get("/files/metrics", response_model=Metrics)
async def file_metrics(run: Theirs, parts: Its, request: Request) -> Response:
    """Files, lines, tests and bytes by pack, kind, unit and extension."""
    index = await waiting(parts.outputs.index, run.place)

    async def make() -> Metrics:
        return await aside(metrics, index)

    return await answered(request, (index.archive,), make)


@router.get("/files/content", response_model=FileContent)
async def file_content(run: Theirs, parts: Its, request: Request, path: Path) -> Response:
    """A file with its text and what it is."""
    file = await waiting(parts.outputs.file, run.place, path)

    async def make() -> FileContent:
        return await waiting(_content, parts.outputs, run.place, file)

    return await answered(request, (file.model_dump_json(),), make)


@router.get("/files/raw", response_class=Response)
async def raw_file(run: Theirs, parts: Its, request: Request, path: Path) -> Response:
    """The bytes of a file, to be saved: nothing that a browser would run or show as a page."""
    file = await waiting(parts.outputs.file, run.place, path)
    tag = etag(file.digest)
    if is_known(request, tag):
        return unchanged(tag)
    content = await waiting(parts.outputs.content, run.place, path)
    kind = "application/octet-stream" if file.binary else "text/plain; charset=utf-8"
    name = path.rpartition("/")[2]
    return Response(content, headers=_saved(name, tag), media_type=kind)


@router.get("/search", response_model=Search)
async def search(
    run: Theirs,
    parts: Its,
    request: Request,
    text: Annotated[str, Query(min_length=1, max_length=200, description="What to look for.")],
    within: Annotated[
        Literal["names", "contents"],
        Query(description="Names must have all of the words; contents say the text literally."),
    ] = "contents",
) -> Response:
    """Files by their names, or lines by what they say; capitals do not matter."""
    index = await waiting(parts.outputs.index, run.place)

    async def make() -> Search:
        if within == "names":
            return Search(names=await aside(find_names, index, text))
        await waiting(parts.outputs.hold, run.place)
        return Search(contents=await aside(_found, parts.outputs, run.place, text))

    return await answered(request, (index.archive,), make)


@router.get("/archive", response_class=StreamingResponse)
async def whole_project(run: Theirs, parts: Its, request: Request) -> Response:
    """The whole project as a zip archive, with what a later generation into it needs (`.stackwright`)."""
    index = await waiting(parts.outputs.index, run.place)
    tag = etag(index.archive)
    if is_known(request, tag):
        return unchanged(tag)
    size_bytes, pieces = await waiting(parts.outputs.whole, run.place)
    headers = {**_saved(f"{index.project}.zip", tag), "Content-Length": str(size_bytes)}
    return StreamingResponse(pieces, headers=headers, media_type="application/zip")


def _folder(index: OutputIndex, name: str, older: OutputIndex | None) -> Folder:
    return folder(index, name, changes(index, older) if older else {})


def _content(outputs: Outputs, place: str, file: OutputFile) -> FileContent:
    shown = not file.binary and file.size_bytes <= MAX_SHOWN_BYTES
    text = outputs.content(place, file.path).decode("utf-8", "replace") if shown else None
    return FileContent(file=file, language=language(file.path), text=text)


def _found(outputs: Outputs, place: str, text: str) -> Found:
    return find_text(outputs.texts(place), text)


def _saved(name: str, tag: str) -> dict[str, str]:
    """The headers of what is saved under this name and neither run nor shown."""
    plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in name)
    plain = plain.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        **FRESH,
        "ETag": tag,
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
    }
