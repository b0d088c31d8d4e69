"""Finishes a prepared change of a folder: all of it, or none of it.

Run as a program of its own (`python -I -S commit.py FOLDER`), in its own session, so that it goes on when
the process that started it is killed. What to do lies in a journal; running it again after a crash
finishes the rest. Needs the standard library only.
"""

import fcntl
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

JOURNAL = ".stackwright/journal.json"
STAGING = ".stackwright/staging"


def commit(root: Path) -> None:
    """Carry out the journal of this folder, if it has one.

    Raises:
        OSError: A step failed; everything done so far was undone.
    """
    journal = root / JOURNAL
    try:
        file = journal.open(encoding="utf-8")
    except FileNotFoundError:
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one at a time: a second one finds the journal gone
        if journal.exists():
            _carry_out(root, journal, json.load(file))


def _carry_out(root: Path, journal: Path, plan: dict[str, Any]) -> None:
    new, old = root / plan["new"], root / plan["old"]
    try:
        for name in plan["put"]:
            _put(root, new, old, name)
        for name in plan["remove"]:
            if os.path.lexists(root / name):
                _make_room(old / name)
                (root / name).replace(old / name)
    except OSError:
        _undo(root, new, old, plan)
        journal.unlink()
        raise
    journal.unlink()
    for name in plan["remove"]:
        _remove_empty_folders(root, (root / name).parent)
    shutil.rmtree(root / STAGING, ignore_errors=True)


def _put(root: Path, new: Path, old: Path, name: str) -> None:
    if not os.path.lexists(new / name):  # done before a crash
        return
    _make_room(root / name)
    if os.path.lexists(root / name) and not os.path.lexists(old / name):
        _make_room(old / name)
        try:
            os.link(root / name, old / name, follow_symlinks=False)
        except OSError:  # a file system without hard links
            shutil.copy2(root / name, old / name, follow_symlinks=False)
    (new / name).replace(root / name)


def _undo(root: Path, new: Path, old: Path, plan: dict[str, Any]) -> None:
    for name in [*plan["put"], *plan["remove"]]:
        if os.path.lexists(old / name):
            _make_room(root / name)
            (old / name).replace(root / name)
    for name in plan["put"]:
        created = not os.path.lexists(new / name) and not os.path.lexists(old / name)
        if created and name not in plan["had"] and os.path.lexists(root / name):
            (root / name).unlink()
            _remove_empty_folders(root, (root / name).parent)


def _make_room(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)


def _remove_empty_folders(root: Path, folder: Path) -> None:
    while folder != root and root in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


if __name__ == "__main__":
    try:
        commit(Path(sys.argv[1]))
    except OSError as failure:
        print(
            json.dumps(
                {"errno": failure.errno, "reason": failure.strerror, "file": failure.filename}
            )
        )
        sys.exit(1)
