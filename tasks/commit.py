"""Finishes a prepared change of a folder: all of it, or none of it.

Run as a program of its own (`python -I -S commit.py FOLDER`), in its own session, so that it goes on when
the process that started it is killed. What to do lies in a journal; running it again after a crash
finishes the rest. Needs the standard library only, and of that only what loads in milliseconds.
"""

import fcntl
import json
import os
import sys

JOURNAL = ".stackwright/journal.json"
STAGING = ".stackwright/staging"


def commit(root: str) -> None:
    """Carry out the journal of this folder, if it has one.

    Raises:
        OSError: A step failed; everything done so far was undone.
    """
    journal = os.path.join(root, JOURNAL)
    try:
        file = open(journal, encoding="utf-8")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one at a time: a second one finds the journal gone
        if os.path.exists(journal):
            plan = json.load(file)
            new, old = (os.path.join(root, plan.pop(kind)) for kind in ("new", "old"))
            _carry_out(root, journal, new, old, plan)


def _carry_out(root: str, journal: str, new: str, old: str, plan: dict[str, list[str]]) -> None:
    try:
        for name in plan["put"]:
            _put(root, new, old, name)
        for name in plan["remove"]:
            if os.path.lexists(os.path.join(root, name)):
                _move(os.path.join(root, name), os.path.join(old, name))
    except OSError:
        _undo(root, new, old, plan)
        os.unlink(journal)
        raise
    os.unlink(journal)
    for name in plan["remove"]:
        _remove_empty_folders(root, name)
    _remove_tree(os.path.join(root, STAGING))


def _put(root: str, new: str, old: str, name: str) -> None:
    source, target, saved = (os.path.join(folder, name) for folder in (new, root, old))
    if not os.path.lexists(source):  # done before a crash
        return
    if os.path.lexists(target) and not os.path.lexists(saved):
        _make_room(saved)
        try:
            os.link(target, saved, follow_symlinks=False)
        except OSError:  # a file system without hard links
            import shutil

            shutil.copy2(target, saved, follow_symlinks=False)
    _move(source, target)


def _undo(root: str, new: str, old: str, plan: dict[str, list[str]]) -> None:
    def there(folder: str, name: str) -> bool:
        return os.path.lexists(os.path.join(folder, name))

    for name in [*plan["put"], *plan["remove"]]:
        if there(old, name):
            _move(os.path.join(old, name), os.path.join(root, name))
    for name in plan["put"]:
        created = not there(new, name) and not there(old, name)
        if created and name not in plan["had"] and there(root, name):
            os.unlink(os.path.join(root, name))
            _remove_empty_folders(root, name)


def _move(source: str, target: str) -> None:
    _make_room(target)
    os.replace(source, target)


def _make_room(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)


def _remove_empty_folders(root: str, name: str) -> None:
    while name := os.path.dirname(name):
        try:
            os.rmdir(os.path.join(root, name))
        except OSError:
            return


def _remove_tree(folder: str) -> None:
    """What is left aside; what cannot be removed stays."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _remove_tree(entry.path)
                else:
                    os.unlink(entry.path)
        os.rmdir(folder)
    except OSError:
        return


if __name__ == "__main__":
    try:
        commit(sys.argv[1])
    except OSError as failure:
        print(
            json.dumps(
                {"errno": failure.errno, "reason": failure.strerror, "file": failure.filename}
            )
        )
        sys.exit(1)
