"""One folder of a published project at a time: trees of thousands of files are never shown whole."""

from collections.abc import Mapping

from pydantic import Field

from stackwright.errors import ProjectError
from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.generation.preview.changes import Change
from stackwright.value import Value


class Entry(Value):
    """A folder or a file."""

    name: str
    path: str
    is_folder: bool
    files: int = Field(description="In a folder and all below it; 1 for a file.")
    lines: int
    size_bytes: int
    kind: str = Field("", description="Of a file.")
    unit: str = Field("", description="The entity that a file belongs to, or `project`.")
    binary: bool = False
    change: Change | None = Field(None, description="What became of a file since an older output.")
    changed: int = Field(0, description="Files in a folder and below it that are not the same.")


class Folder(Value):
    """What one folder holds: folders first, then files."""

    path: str
    entries: tuple[Entry, ...]


class _Sum:
    """What lies below one folder."""

    __slots__ = ("changed", "files", "lines", "size_bytes")

    def __init__(self) -> None:
        self.files = self.lines = self.size_bytes = self.changed = 0


def folder(index: OutputIndex, path: str, change_by_path: Mapping[str, Change]) -> Folder:
    """The entries of a folder; the root is called by an empty path. What was removed is listed, too.

    Raises:
        ProjectError: There is no such folder (HTTP 404).
    """
    path = path.strip("/")
    start = f"{path}/" if path else ""
    below: dict[str, _Sum] = {}
    files: list[Entry] = []
    removed = (OutputFile(path=p, digest="", size_bytes=0) for p in _removed(change_by_path))
    for group in (index.files, removed):
        for file in group:
            if not file.path.startswith(start):
                continue
            change = change_by_path.get(file.path)
            name, slash, _ = file.path[len(start) :].partition("/")
            if not slash:
                files.append(_entry(file, name, change))
                continue
            total = below.setdefault(name, _Sum())
            total.files += change is not Change.REMOVED
            total.lines += file.lines
            total.size_bytes += file.size_bytes
            total.changed += change is not None
    if path and not below and not files:
        raise ProjectError(
            f"The project has no folder {path}.", hint="GET files lists the root.", http_status=404
        )
    folders = [
        Entry(
            name=name,
            path=f"{start}{name}",
            is_folder=True,
            files=total.files,
            lines=total.lines,
            size_bytes=total.size_bytes,
            changed=total.changed,
        )
        for name, total in below.items()
    ]
    by_name = [*sorted(folders, key=_order), *sorted(files, key=_order)]
    return Folder(path=path, entries=tuple(by_name))


def _removed(change_by_path: Mapping[str, Change]) -> list[str]:
    return [path for path, change in change_by_path.items() if change is Change.REMOVED]


def _entry(file: OutputFile, name: str, change: Change | None) -> Entry:
    return Entry(
        name=name,
        path=file.path,
        is_folder=False,
        files=1,
        lines=file.lines,
        size_bytes=file.size_bytes,
        kind=file.kind,
        unit=file.unit,
        binary=file.binary,
        change=change,
    )


def _order(entry: Entry) -> tuple[str, str]:
    return entry.name.lower(), entry.name
