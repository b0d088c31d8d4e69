"""code_preview: the project that a run published, file by file, each with what it was and where it comes from."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.api.files import raw_file
from app.api.published import PREVIOUS
from app.edge.aside import aside
from app.edge.parts import Its
from app.web.code_file import Asked, View, pane
from app.web.code_place import (
    Against,
    FilePath,
    Looked,
    NotPublishedError,
    Reader,
    Shown,
    Words,
    nothing_yet,
    shown,
    tabs,
)
from app.web.code_tree import branch_of, named, tree_of
from app.web.rendering import fragment, has_page, page
from stackwright.generation.preview.changes import Change

router = APIRouter(prefix="/runs/{run_id}/code", include_in_schema=False)

OVERVIEW = 200  # changed files that are listed
Part = Annotated[
    str, Query(pattern=r"^(all|\d{0,8})$", description="The first line to show, or `all`.")
]
Wrap = Annotated[Literal["", "0", "1"], Query(description="Whether long lines are broken.")]


@router.get("")
async def code_preview(
    request: Request,
    run_id: UUID,
    caller: Reader,
    parts: Its,
    against: Against = PREVIOUS,
    path: FilePath = "",
    view: View = "code",
    names: Words = "",
    template: FilePath = "",
    line: Annotated[int, Query(ge=0)] = 0,
    lines: Part = "",
    context: Literal["", "all"] = "",
    wrap: Wrap = "",
) -> Response:
    """The tree, and the chosen file in one of its views."""
    try:
        here = await shown(run_id, caller, parts, against)
    except NotPublishedError as error:
        return nothing_yet(request, error)
    said, wraps = "", wrap == "1"
    if names.strip():
        entries, said = await named(here, names, path, wraps=wraps)
    else:
        entries = await tree_of(here, path, wraps=wraps)
    links = has_page(request, "/projects/{}/model")
    asked = Asked(path, view, template, line, lines, context == "all", wraps, links)
    shown_file = await pane(here, parts, asked) if path else None
    return page(
        request,
        "code_preview.html.jinja",
        title=f"{here.project.name}, run {here.run.number}",
        block=here.block(),
        shown=here,
        tabs=tabs(here, "files"),
        entries=entries,
        names=names,
        said=said,
        wraps=wraps,
        file_path=path,
        changed=[
            {"path": one, "state": change.value, "href": _changed_href(here, one, change)}
            for one, change in list(here.change_by_path.items())[:OVERVIEW]
        ],
        further=max(0, len(here.change_by_path) - OVERVIEW),
        pane=shown_file,
    )


@router.get("/folder")
async def one_folder(
    request: Request, here: Looked, folder: FilePath = "", wrap: Wrap = ""
) -> Response:
    """What a folder of the tree holds, when it is opened."""
    return fragment(
        request,
        "folder.html.jinja",
        title=folder or here.project.name,
        block=here.block(),
        entries=await branch_of(here, folder, wraps=wrap == "1"),
    )


@router.get("/raw")
async def raw(request: Request, here: Looked, parts: Its, path: FilePath) -> Response:
    """The text of a file alone, to be looked at; what is no text is saved."""
    answer = await raw_file(here.run, parts, request, path)
    file = await aside(parts.outputs.file, here.run.place, path)
    if not file.binary:
        name = quote(path.rpartition("/")[2], safe="")
        answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return answer


def _changed_href(here: Shown, path: str, change: Change) -> str:
    return here.url(path=path, view="" if change is Change.ADDED else "diff")
