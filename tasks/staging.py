"""Changing a folder as a whole: everything is prepared aside, then put in place by one atomic road."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stackwright.errors import ProjectError
from stackwright.generation.lock import digest
from stackwright.generation.receipt import BatchReceipt
from tasks import commit

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some room and run it again."),
    errno.EDQUOT: ("your disk quota is used up", "Free some room and run it again."),
    errno.EACCES: ("the permission is missing", "Choose another folder or change its permissions."),
    errno.EPERM: ("the permission is missing", "Choose another folder or change its permissions."),
    errno.EROFS: ("the file system is read-only", "Choose another folder."),
    errno.ENOTDIR: ("a part of that path is a file, not a folder", "Choose another folder."),
    errno.EISDIR: ("a folder is where a file must be", "Move it away or choose another folder."),
    errno.ENAMETOOLONG: (
        "the path is too long",
        "Choose a folder nearer to the root, or shorter entity names.",
    ),
    errno.ENOENT: ("it does not exist", "Check the path."),
}


@contextmanager
def explaining(what: str) -> Iterator[None]:
    """Turn a failure of the file system into a sentence with a way out.

    Raises:
        ProjectError: In place of any OSError inside.
    """
    try:
        yield
    except OSError as error:
        reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
        place = f" ({error.filename})" if error.filename else ""
        raise ProjectError(
            f"{what} failed: {reason}{place}. Nothing was changed.", hint=hint
        ) from error


def staging_for(out: Path, plan_digest: str) -> Path:
    """Where the files of a plan wait until they are put in place: on the same file system as `out`."""
    return _staging_root(out) / plan_digest


def stage(staging: Path, path: str, content: bytes) -> None:
    """Write one file of the new tree aside, replacing what an earlier attempt left."""
    target = staging / "new" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def staged(staging: Path, path: str) -> bytes:
    """The content of a file that waits aside."""
    return (staging / "new" / path).read_bytes()


def is_staged(staging: Path, path: str) -> bool:
    """Whether a file of the new tree waits aside."""
    return (staging / "new" / path).is_file()


def is_noted(staging: Path, name: str) -> bool:
    """Whether a text of this name waits beside the staged files."""
    return (staging / f"{_slug(name)}.json").is_file()


def still_staged(staging: Path, receipt: BatchReceipt) -> bool:
    """Whether everything that this batch rendered still waits aside, as it was."""
    try:
        noted(staging, receipt.batch)
        return all(digest(staged(staging, file.path)) == file.content for file in receipt.files)
    except OSError:
        return False


def note(staging: Path, name: str, text: str) -> None:
    """Leave a text beside the staged files for a later step."""
    (staging / f"{_slug(name)}.json").write_text(text, "utf-8")


def noted(staging: Path, name: str) -> dict[str, list[list[str | int]]]:
    """The JSON object that an earlier step noted under this name."""
    answer: dict[str, list[list[str | int]]] = json.loads(
        (staging / f"{_slug(name)}.json").read_text("utf-8")
    )
    return answer


def put_in_place(out: Path, staging: Path, put: Iterable[str], remove: Iterable[str]) -> None:
    """Make the staged files part of `out`, all or none.

    A folder that does not exist yet appears by one rename. In an existing one a journal is written first
    and a process of its own carries it out; what a crash interrupts, `recover` finishes.

    Raises:
        OSError: It could not be done; `out` is as it was.
    """
    new = staging / "new"
    if not out.exists():
        new.replace(out)
        shutil.rmtree(staging.parent, ignore_errors=True)
        return
    put, remove = tuple(put), tuple(remove)
    for name in (*put, *remove):
        _must_be_writable(out, out / name)
    journal = out / commit.JOURNAL
    draft = journal.with_suffix(".new")
    steps = {
        "new": os.path.relpath(new, out),
        "old": os.path.relpath(staging / "old", out),
        "put": put,
        "had": [name for name in put if os.path.lexists(out / name)],  # replaced, not new
        "remove": remove,
    }
    with draft.open("w", encoding="utf-8") as file:
        json.dump(steps, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(journal)
    _carry_out(out)


def recover(out: Path) -> bool:
    """Finish a change that was interrupted; answers whether there was one."""
    if not (out / commit.JOURNAL).exists():
        return False
    _carry_out(out)
    return True


def discard(out: Path) -> None:
    """Throw away what waits aside, after a failure or for a fresh start."""
    shutil.rmtree(out / commit.STAGING, ignore_errors=True)
    shutil.rmtree(_beside(out), ignore_errors=True)


def _slug(name: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in name)


def _staging_root(out: Path) -> Path:
    return out / commit.STAGING if out.exists() else _beside(out)


def _beside(out: Path) -> Path:
    out = out.absolute() if out.name not in {"", ".."} else out.resolve()
    return out.with_name(f".{out.name}.stackwright")


def _carry_out(out: Path) -> None:
    done = subprocess.run(  # our own interpreter and file, no shell
        [sys.executable, "-I", "-S", commit.__file__, str(out)],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        try:
            told = json.loads(done.stdout)
        except ValueError:
            raise OSError(
                errno.EIO, f"the commit ended with {done.returncode}: {done.stderr[-500:]}"
            ) from None
        raise OSError(told["errno"], told["reason"], told["file"])


def _must_be_writable(out: Path, target: Path) -> None:
    folder = target.parent
    while not folder.exists() and folder != out:
        folder = folder.parent
    resolved = folder.resolve()
    if resolved != out.resolve() and out.resolve() not in resolved.parents:
        raise OSError(errno.EPERM, "a symbolic link leads out of the project", str(folder))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    if target.is_dir() and not target.is_symlink():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
