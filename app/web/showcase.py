"""All parts of the design, each in all its states: the page that pictures and tests walk through."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from app.web.rendering import TitleBlock, fragment, page
from app.web.visitors import guest
from stackwright.value import Value

FOLDER = Path(__file__).parent / "parts"
ORDER = (
    "button link key field form editor "
    "sheet title_block tabs definitions figures "
    "badge steps bar meter days chart "
    "table filter pager tree "
    "code diff log diagram "
    "empty problem dialog"
).split()

router = APIRouter(include_in_schema=False, dependencies=[Depends(guest)])


class Call(Value):
    """A part with what it is called with."""

    part: str
    arguments: dict[str, Any] = Field({}, alias="with")


class Example(Value):
    """A part in one of its states."""

    state: str
    arguments: dict[str, Any] = Field({}, alias="with")
    inside: str | tuple[Call, ...] | None = None


class Part(Value):
    """A part of the design: one macro, one block of CSS, at most one custom element."""

    name: str
    title: str
    about: str
    wide: bool = False
    examples: tuple[Example, ...]


@cache
def parts() -> tuple[Part, ...]:
    """All parts in the order in which they are shown."""
    read = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in FOLDER.glob("*.yaml")
    }
    return tuple(Part(name=name, **read[name]) for name in ORDER)


@router.get("/parts")
async def show_parts(
    request: Request,
    find: Annotated[str, Query(max_length=80)] = "",
    view: Annotated[str, Query(max_length=20)] = "new",
    sort: Annotated[str, Query(max_length=20)] = "files",
) -> HTMLResponse:
    """The page of all parts, or of those whose title or description holds what is looked for."""
    words = find.casefold().split()
    found = [
        part
        for part in parts()
        if all(word in f"{part.title} {part.about}".casefold() for word in words)
    ]
    return page(
        request,
        "showcase.html.jinja",
        title="Parts",
        block=TitleBlock(model="every part in every state", plan=f"{len(parts())} parts"),
        parts=[_as_asked(part, view, sort) for part in found],
        find=find,
        said=f"{len(found)} of {len(parts())} parts" if find else "",
    )


@router.get("/parts/folder")
async def open_folder(request: Request) -> HTMLResponse:
    """What the folder in the tree on the page of parts holds."""
    entries = [{"name": f"{name}.tsx", "href": "/parts#tree"} for name in ("orders", "customers")]
    return fragment(request, "folder.html.jinja", title="frontend", entries=entries)


@router.post("/parts/form")
async def send_form(
    request: Request, environment: Annotated[str, Form(max_length=80)] = ""
) -> HTMLResponse:
    """The form of the page of parts, sent back with what is wrong or with what would happen."""
    error = "" if environment else "Write a name, such as staging."
    status = 422 if error else 200
    return fragment(
        request,
        "example_form.html.jinja",
        title="New environment",
        status=status,
        value=environment,
        error=error,
    )


def _as_asked(part: Part, view: str, sort: str) -> Part:
    """The part with the state that the address of the page asks for."""
    if part.name not in {"tabs", "table"}:
        return part
    examples = list(part.examples)
    shown, first = dict(examples[0].arguments), examples[0]
    if part.name == "tabs":
        shown["tabs"] = list(_chosen(shown["tabs"], f"?view={view}"))
        counts = {one["href"]: one["count"] for one in shown["tabs"]}
        inside = f"{counts.get(f'?view={view}', 'No')} files are {view}."
        first = first.model_copy(update={"inside": inside})
    else:
        at = [column["label"].casefold() for column in shown["columns"]]
        column = at.index(sort) if sort in at[:4] else 2
        is_number = shown["columns"][column].get("kind") == "number"
        shown["columns"] = [
            {key: value for key, value in one.items() if key != "sort"} for one in shown["columns"]
        ]
        shown["columns"][column]["sort"] = "descending" if is_number else "ascending"
        shown["rows"] = sorted(
            shown["rows"], key=lambda row: _weight(row[column]), reverse=is_number
        )
    examples[0] = first.model_copy(update={"arguments": shown})
    return part.model_copy(update={"examples": tuple(examples)})


def _chosen(tabs: list[dict[str, Any]], href: str) -> Iterator[dict[str, Any]]:
    for tab in tabs:
        yield {**tab, "is_current": tab["href"] == href}


def _weight(cell: Any) -> tuple[float, str]:
    """What a cell of the example is sorted by."""
    text = str(cell.get("text", cell.get("state")) if isinstance(cell, dict) else cell)
    digits = text.replace(" ", "")
    return (float(digits), "") if digits.isdecimal() else (0.0, text)
