"""The pane of one file: what it is, and one of its views."""

from dataclasses import dataclass
from typing import Any, Literal

from app.edge.aside import aside
from app.edge.parts import Parts
from app.web import code_diff, code_origins
from app.web.code_lines import add_origins, first_of, origin_by_line, text_of
from app.web.code_place import Shown
from app.web.run_words import several, size
from stackwright.errors import ProjectError
from stackwright.generation.output_index import OTHER, OutputFile
from stackwright.generation.preview.changes import Change
from stackwright.generation.preview.language import language

View = Literal["code", "template", "diff", "provenance"]
VIEWS: dict[View, str] = {
    "code": "Code",
    "template": "Template",
    "diff": "Difference",
    "provenance": "Origin",
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for.

    Attributes:
        path: Of the file.
        view: One of `VIEWS`.
        template: Which template stands beside the file; none: the one that most of it comes from.
        line: The line whose origin is told at length; 0: none.
        lines: Which lines of a long file are shown: `all`, the first one, or nothing.
        unfolded: Whether equal lines are shown in differences.
        wraps: Whether long lines are broken.
        links: Whether the model has a page to lead to.
    """

    path: str
    view: View
    template: str
    line: int
    lines: str
    unfolded: bool
    wraps: bool
    links: bool


async def pane(here: Shown, parts: Parts, asked: Asked) -> dict[str, Any]:
    """What the pane shows; a problem in it, where there is no such file."""
    path = asked.path
    file = here.index.by_path.get(path)
    is_gone = file is None and here.change_by_path.get(path) is Change.REMOVED
    if file is None and not is_gone:
        return {"path": path, "problem": _missing(path)}
    view: View = asked.view if file else "diff"

    def href(of: View = view, *, wraps: bool = asked.wraps, lines: str | int = asked.lines) -> str:
        short = "" if of == "code" else of
        known = "" if of == "diff" else lines
        return here.url(path=path, view=short, lines=known, wrap=int(wraps))

    known: dict[str, Any] = {
        "path": path,
        "folders": path.split("/")[:-1],
        "name": path.rpartition("/")[2],
        "view": view,
        "file": file,
        "facts": _facts(file) if file else ["not in this generation any more"],
        "change": here.change_by_path.get(path, ""),
        "tabs": [
            {"label": label, "href": href(one), "is_current": one == view}
            for one, label in VIEWS.items()
            if file or one == "diff"
        ],
        "wrap_href": href(wraps=not asked.wraps),
        "lines_href": lambda lines: href(lines=lines),
        "raw_href": here.url("/raw", path=path),
        "saved_href": f"{here.api}/files/raw?{here.url(path=path).partition('?')[2]}",
        "text": None,
        "problem": None,
    }
    try:
        return known | await _view(here, parts, asked, view, file)
    except ProjectError as error:
        title = "This cannot be shown"
        card = {"title": title, "status": error.http_status, "cause": error.message}
        return known | {"problem": {**card, "fix": error.hint}}


async def _view(
    here: Shown, parts: Parts, asked: Asked, view: View, file: OutputFile | None
) -> dict[str, Any]:
    if view == "diff" or file is None:
        return await code_diff.compared(here, parts, asked.path, unfolded=asked.unfolded)
    text = await text_of(parts, here, file, first_of(asked.lines, asked.line))
    if text is None:
        return {"text": None}
    origin = await aside(parts.outputs.provenance, here.run.place, asked.path)
    if view == "template":
        return {"text": text} | await code_origins.beside_template(
            here, text, origin, asked.template
        )
    if view == "provenance":
        return {"text": text} | await code_origins.line_by_line(
            here, parts, text, origin, asked.line, links=asked.links
        )
    add_origins(here, text, origin_by_line(origin), asked.path)
    return {"text": text}


def _facts(file: OutputFile) -> list[str]:
    """What is known of a file, in few words."""
    facts = [] if file.binary else [language(file.path), several(file.lines, "line")]
    facts.append(" ".join(size(file.size_bytes)))
    if file.tests:
        facts.append(several(file.tests, "test"))
    if file.pack == OTHER:
        return [*facts, "not generated"]
    return [*facts, f"{file.kind} of {file.pack}", *([file.unit] if file.unit != "project" else [])]


def _missing(path: str) -> dict[str, Any]:
    return {
        "title": "The project has no such file",
        "status": 404,
        "cause": f"Nothing in it is called {path}.",
        "fix": "Choose a file in the tree, or filter it by a part of the name.",
    }
