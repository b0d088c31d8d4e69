"""What programs say: kept within bounds, and its last lines for whoever asks."""

import shutil
from pathlib import Path

MAX_BYTES = 5 * 2**20  # of one file; then it becomes the first of the earlier ones
KEPT = 3  # earlier files
_TAIL_BYTES = 256 * 1024


def rotate(log: Path, max_bytes: int = MAX_BYTES) -> bool:
    """Put a log that has grown too large aside, keeping the file that the program writes into.

    It is copied and emptied: programs append, so they go on at its new end. Lines written between the two
    are lost; that is a matter of milliseconds.
    """
    try:
        if log.stat().st_size < max_bytes:
            return False
    except FileNotFoundError:
        return False
    for number in range(KEPT, 1, -1):
        earlier = log.with_name(f"{log.name}.{number - 1}")
        if earlier.exists():
            earlier.replace(log.with_name(f"{log.name}.{number}"))
    first = log.with_name(f"{log.name}.1")
    shutil.copyfile(log, first)
    first.chmod(0o600)
    with log.open("r+b") as file:
        file.truncate(0)
    return True


def tail(log: Path, lines: int = 20) -> tuple[str, ...]:
    """The last lines, from the file before if this one is young; none if it never said anything."""
    found: list[str] = []
    for path in (log, log.with_name(f"{log.name}.1")):
        if len(found) >= lines or not path.exists():
            continue
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
        found = [*text.splitlines(), *found]
    return tuple(found[-lines:])


def remove(log: Path) -> None:
    """Remove a log with its earlier files."""
    for path in log.parent.glob(f"{log.name}*"):
        path.unlink(missing_ok=True)
