"""The data of an installation: one folder, used by one instance at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path

from stackwright.errors import ProjectError


def default_folder() -> Path:
    """Where the data lies unless the user says otherwise."""
    return Path(user_data_path("stackwright"))


@contextmanager
def occupied(folder: Path) -> Iterator[Path]:
    """The data folder, made if needed and held against other instances.

    Raises:
        ProjectError: It cannot be written, or another instance uses it.
    """
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in ("log", "results"):
            (folder / part).mkdir(exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise ProjectError(
            f"The data folder {folder} cannot be used: {(error.strerror or str(error)).lower()}.",
            hint="Choose another one with --data-dir.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            owner = lock.read().strip()
            raise ProjectError(
                f"Another instance already serves from {folder}{f' ({owner})' if owner else ''}.",
                hint="Use that one, stop it first, or choose another folder with --data-dir.",
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield folder
        lock.truncate(0)
