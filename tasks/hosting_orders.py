"""Plans that wait for somebody's yes, with the release that was made ready for them."""

from pathlib import Path
from typing import TypeVar

from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.host import records

V = TypeVar("V", bound=Value)


def keep(root: Path, run: str, ready: Value) -> None:
    """Keep what was made ready by a run."""
    records.write(_path(root, run), ready)


def kept(root: Path, run: str, kind: type[V]) -> V | None:
    """What this run made ready earlier; none: nothing, or nothing that can be read."""
    try:
        return records.read(_path(root, run), kind)
    except ProjectError:
        return None


def forget(root: Path, run: str) -> None:
    """Forget what was made ready: it was carried out."""
    _path(root, run).unlink(missing_ok=True)


def _path(root: Path, run: str) -> Path:
    return root / "orders" / f"{run}.json"
