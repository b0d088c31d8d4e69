"""Which files a model asks for, remembered between runs: an unchanged model needs no view of any entity."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

KEPT = 64  # remembered lists; the oldest go first
_PACKAGE = Path(__file__).resolve().parents[1]
Row = tuple[str, str, str, str, str]  # pack, source of the entry, path, unit, what it is made from


def recall(folder: Path, key: str) -> list[Row] | None:
    """The list that was remembered for this key, if it is there and whole."""
    try:
        rows = json.loads((folder / "outputs" / f"{key}.json").read_text("utf-8"))
        return [(pack, source, path, unit, made) for pack, source, path, unit, made in rows]
    except (OSError, ValueError, TypeError):
        return None


def remember(folder: Path, key: str, rows: Iterable[Row]) -> None:
    """Keep a list for later runs; a folder that cannot be written is no reason to fail."""
    with suppress(OSError):
        place = folder / "outputs"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place / f"{key}.{id(rows)}.new"
        draft.write_text(json.dumps(list(rows)), "utf-8")
        draft.replace(place / f"{key}.json")
        known = sorted(place.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in known[:-KEPT]:
            path.unlink()


@cache
def engine_digest() -> str:
    """What identifies the code that turns models into data for templates: changes when any of it does."""
    state = hashlib.blake2b(digest_size=16)
    for path in sorted(_PACKAGE.rglob("*.py")):
        found = path.stat()
        state.update(f"{path}:{found.st_mtime_ns}:{found.st_size}\n".encode())
    return state.hexdigest()
