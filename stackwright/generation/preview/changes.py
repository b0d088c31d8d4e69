"""What became of each file between two outputs."""

from collections.abc import Mapping
from enum import StrEnum

from stackwright.generation.output_index import OutputIndex


class Change(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


def changes(index: OutputIndex, older: OutputIndex) -> dict[str, Change]:
    """Path → what became of it since the older output, in the order of the paths; the same ones are left out."""
    found = dict.fromkeys(older.by_path.keys() - index.by_path.keys(), Change.REMOVED)
    for file in index.files:
        before = older.by_path.get(file.path)
        if before is None:
            found[file.path] = Change.ADDED
        elif before.digest != file.digest:
            found[file.path] = Change.CHANGED
    return dict(sorted(found.items()))


def changed_paths(found: Mapping[str, Change]) -> dict[Change, int]:
    """What became of files → how many."""
    known = list(found.values())
    return {change: known.count(change) for change in Change if change in known}
