"""The tree of a published project: the way to the chosen file is open, other folders load when they are opened."""

from typing import Any

from app.edge.aside import aside
from app.web.code_place import Shown
from app.web.run_words import count, several
from stackwright.generation.preview.changes import Change
from stackwright.generation.preview.folder import Entry, folder
from stackwright.generation.preview.search import find_names

Node = dict[str, Any]
PANE = "#file"


async def tree_of(shown: Shown, path: str, *, wraps: bool) -> list[Node]:
    """The root with everything on the way to this file."""
    return await aside(_branch, shown, "", path, wraps)


async def branch_of(shown: Shown, path: str, *, wraps: bool) -> list[Node]:
    """What one folder holds.

    Raises:
        ProjectError: There is no such folder (HTTP 404).
    """
    return await aside(_branch, shown, path, "", wraps)


async def named(shown: Shown, words: str, path: str, *, wraps: bool) -> tuple[list[Node], str]:
    """The files whose paths have all of these words, and a sentence about how many there are."""
    found = await aside(find_names, shown.index, words)
    entries = [
        _file(shown, file.path, file.path, file.lines, path, wraps=wraps) for file in found.files
    ]
    if found.further:
        return entries, f"{count(len(entries))} shown, {count(found.further)} more"
    return entries, several(len(entries), "file")


def _branch(shown: Shown, path: str, chosen: str, wraps: bool) -> list[Node]:  # noqa: FBT001 - for `aside`
    inside = folder(shown.index, path, shown.change_by_path).entries
    nodes: list[Node] = []
    for entry in inside:
        if not entry.is_folder:
            nodes.append(_file(shown, entry.path, entry.name, entry.lines, chosen, wraps=wraps))
            continue
        node = _folder(entry)
        if chosen.startswith(f"{entry.path}/"):
            node |= {"is_open": True, "entries": _branch(shown, entry.path, chosen, wraps)}
        else:
            node["more"] = shown.url("/folder", folder=entry.path, wrap=int(wraps))
        nodes.append(node)
    return nodes


def _folder(entry: Entry) -> Node:
    about = f"{several(entry.files, 'file')}, {several(entry.lines, 'line')}"
    node: Node = {"name": entry.name, "note": count(entry.files), "about": about}
    if entry.changed:
        node |= {"state": "changed", "said": f"{count(entry.changed)} not the same"}
    return node


def _file(shown: Shown, path: str, name: str, lines: int, chosen: str, *, wraps: bool) -> Node:
    change = shown.change_by_path.get(path)
    view = "diff" if change is Change.REMOVED else ""
    href = shown.url(path=path, view=view, wrap=int(wraps))
    node: Node = {
        "name": name,
        "href": href,
        "note": count(lines) if lines else "",
        "about": several(lines, "line") if lines else "",
        "is_current": path == chosen,
        "attributes": {
            "data-path": path,
            "hx-get": href,
            "hx-target": PANE,
            "hx-select": PANE,
            "hx-swap": "outerHTML show:none",
            "hx-push-url": "true",
        },
    }
    if change:
        node["state"] = change.value
    return node
