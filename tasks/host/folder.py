"""Where things lie in the folder of a host."""

import stat
from pathlib import Path

WANTED, SEEN, SECRETS, LOG = "wanted", "seen", "secrets", "log"
LOCK, HOST = "lock", "host.json"


def make(root: Path) -> None:
    """Make the folder; nobody but its owner reads what lies in it.

    Others may pass through it where PostgreSQL runs as a user of its own, who has nothing but its data.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(stat.S_IMODE(root.stat().st_mode) & 0o711)
    for name in (WANTED, SEEN, SECRETS, LOG, "sites", "environments", "pages"):
        (root / name).mkdir(mode=0o700, exist_ok=True)
        (root / name).chmod(0o700)


def wanted(root: Path, program: str) -> Path:
    """The record of what is to run."""
    return root / WANTED / f"{program}.json"


def seen(root: Path, program: str) -> Path:
    """The record of what runs."""
    return root / SEEN / f"{program}.json"


def secrets(root: Path, program: str) -> Path:
    """The part of a program's environment that nobody else may read."""
    return root / SECRETS / f"{program}.json"


def log(root: Path, program: str) -> Path:
    """Everything that a program says."""
    return root / LOG / f"{program}.log"


def names(folder: Path) -> set[str]:
    """The programs that have a record in this folder."""
    try:
        return {
            path.stem for path in folder.iterdir() if path.suffix == ".json" and path.name[0] != "."
        }
    except FileNotFoundError:
        return set()


def is_private(path: Path) -> bool:
    """Whether nobody but its owner can read it."""
    return not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
