"""A generated project as it lies on disk: what it remembers, and what is there now."""

import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from stackwright.errors import ProjectError
from stackwright.generation.lock import LOCK, Lock, digest, parse_lock
from tasks import staging


def lock_for(out: Path, project: str, renamed_from: str = "") -> Lock:
    """The lock of the folder in which this project shall lie, after finishing an interrupted change.

    Args:
        out: The project's folder.
        project: The project's name.
        renamed_from: The name under which the folder may know it.

    Raises:
        ProjectError: The folder holds another project, is no place for one, or cannot be read.
    """
    if out.resolve() == out.resolve().parent:
        raise ProjectError.bad_input(
            f"{out} is the root of the file system.", hint="Choose a folder for the project."
        )
    lock = read_lock(out)
    if lock.project not in ("", project, renamed_from):
        raise ProjectError.bad_input(
            f"{out} holds the project {lock.project}, and this model is of {project}.",
            hint="Choose another folder; if the project was renamed, add --renamed-from "
            f"{lock.project}.",
        )
    return lock


def read_lock(out: Path) -> Lock:
    """The lock of a generated project, after finishing an interrupted change; empty when there is none."""
    with staging.explaining(f"Reading {out}"):
        if out.exists() and not out.is_dir():
            raise ProjectError.bad_input(
                f"{out} is a file, not a folder.", hint="Choose another folder."
            )
        staging.recover(out)
        path = out / LOCK
        return parse_lock(path.read_text("utf-8"), str(path)) if path.exists() else Lock()


def observe(out: Path, paths: Iterable[str]) -> dict[str, str]:
    """Path → content digest of those paths that exist; links and folders have a digest no file has."""
    found = {}
    with staging.explaining(f"Reading {out}"):
        for name in paths:
            path = out / name
            with suppress(FileNotFoundError, NotADirectoryError):
                is_file = stat.S_ISREG(path.lstat().st_mode)
                found[name] = digest(path.read_bytes()) if is_file else "not a regular file"
    return found
