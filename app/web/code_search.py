"""Searching the files of a published project: by what they say, or by their names."""

from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from app.edge.aside import aside
from app.edge.parts import Its
from app.web.code_lines import CAP, around
from app.web.code_place import Looked, Shown, Words, tabs
from app.web.rendering import page
from app.web.run_words import count, several
from stackwright.generation.preview.search import Found, Hit, find_names, find_text
from tasks.outputs import Outputs

router = APIRouter(prefix="/runs/{run_id}/code", include_in_schema=False)

Within = Literal["contents", "names"]
SHORTEST = 2  # characters; single ones stand in every file


@router.get("/search")
async def search(
    request: Request,
    here: Looked,
    parts: Its,
    text: Words = "",
    within: Annotated[Within, Query()] = "contents",
) -> Response:
    """What was found, grouped by file; capitals do not matter."""
    known: dict[str, Any] = {"groups": [], "files": [], "said": ""}
    wanted = text.strip()
    if len(wanted) >= SHORTEST:
        if within == "contents":
            known |= _in_contents(here, await aside(_found, parts.outputs, here, wanted))
        else:
            known |= await aside(_by_name, here, wanted)
    return page(
        request,
        "code_search.html.jinja",
        title=f"{here.project.name}, run {here.run.number}",
        block=here.block(),
        shown=here,
        tabs=tabs(here, "search"),
        text=text,
        within=within,
        is_short=bool(wanted) and len(wanted) < SHORTEST,
        is_asked=len(wanted) >= SHORTEST,
        **known,
    )


def _found(outputs: Outputs, here: Shown, text: str) -> Found:
    return find_text(outputs.texts(here.run.place), text)


def _in_contents(here: Shown, found: Found) -> dict[str, Any]:
    groups = [
        {"path": path, "href": here.url(path=path), "hits": [_hit(here, hit) for hit in hits]}
        for path, hits in groupby(found.hits, key=lambda hit: hit.path)
    ]
    total = len(found.hits) + found.further
    said = f"{several(total, 'line')} in {several(found.files, 'file')}"
    if found.further:
        said += f"; {count(len(found.hits))} shown, {count(found.further)} more"
    return {"groups": groups, "said": said}


def _hit(here: Shown, hit: Hit) -> dict[str, Any]:
    first = around(hit.line) if hit.line > CAP else ""
    href = f"{here.url(path=hit.path, lines=first)}#L{hit.line}"
    return {**hit.model_dump(), "href": href}


def _by_name(here: Shown, words: str) -> dict[str, Any]:
    found = find_names(here.index, words)
    files = [
        {"path": file.path, "href": here.url(path=file.path), "lines": count(file.lines)}
        for file in found.files
    ]
    said = several(len(files) + found.further, "file")
    if found.further:
        said += f"; {count(len(files))} shown, {count(found.further)} more"
    return {"files": files, "said": said}
