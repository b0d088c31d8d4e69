"""One run of Terraform: a child process whose lines are heard as they come, and that can be asked to stop."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.commands import Gathered

OURS = (sys.executable, "-P", "-m", "tasks.terraform_command")
GRACE_S = 60.0  # after a request to stop: what is being made is waited for
_RUNNING = "running.json"
_LOCK = "running.lock"

Hear = Callable[[Mapping[str, Any]], None]


class Ended(Value):
    """What came of one run."""

    code: int
    stdout: str = ""  # when nobody heard its lines
    stderr: str = ""
    stopped: bool = False  # somebody asked it to

    @property
    def is_good(self) -> bool:
        """Whether it did what it was told."""
        return self.code == 0


def run_terraform(
    words: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    program: Sequence[str] = OURS,
    hear: Hear | None = None,
) -> Ended:
    """Run one command of Terraform in a working folder.

    Args:
        words: Such as `apply -json plan.tfplan`.
        folder: Where it runs. Only one command runs there at a time.
        env: All that it sees of the environment.
        program: What is called: ours, or the user's own terraform or tofu.
        hear: Told each line of `-json`, as it comes; None: the lines are gathered.

    Raises:
        ProjectError: Something else runs there (HTTP 423), or the program is not there.
    """
    with _alone(folder):
        try:
            process = subprocess.Popen(
                [*program, *words],
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                umask=0o077,  # plans and states hold secrets
            )
        except OSError as error:
            raise ProjectError(
                f"{program[0]} cannot be run: {error.strerror}.",
                hint="Name a terraform or tofu that is there, or none: one is built in.",
            ) from error
        _note(folder, {"pid": process.pid, "does": words[0]})
        errors = Gathered(process.stderr)
        try:
            text = _listen(process, hear)
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        return Ended(
            code=code, stdout=text, stderr=errors.text(), stopped=_was_stopped(folder, process.pid)
        )


def stop_terraform(folder: Path, grace_s: float = GRACE_S) -> bool:
    """Ask what runs in this folder to stop, and end it when it does not; False: nothing runs there.

    First it is asked as by Ctrl-C: it finishes what it is making and writes its state. After the grace it is killed.
    """
    found = _running(folder)
    if found is None:
        return False
    pid = int(found["pid"])
    _note(folder, {**found, "stopped": True})
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        timer = threading.Timer(grace_s, _kill, (folder, pid))
        timer.daemon = True
        timer.start()
    return True


def _kill(folder: Path, pid: int) -> None:
    found = _running(folder)
    if found is not None and found["pid"] == pid:  # still the same run
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _listen(process: "subprocess.Popen[bytes]", hear: Hear | None) -> str:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    with process.stdout as lines:
        if hear is None:
            return lines.read().decode(errors="replace")
        for raw in lines:
            with contextlib.suppress(ValueError):  # a line that is no JSON says nothing to us
                line = json.loads(raw)
                if isinstance(line, dict):
                    hear(line)
    return ""


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Whoever listened is interrupted: so is Terraform, and its state is written."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            found = _read(folder) or {}
            raise ProjectError(
                f"terraform {found.get('does', '')} runs there now (process {found.get('pid', '?')}).",
                hint="Wait until it is done, or cancel it.",
                http_status=423,
            ) from error
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                (folder / _RUNNING).unlink()


def _running(folder: Path) -> Mapping[str, Any] | None:
    """What runs in a folder; a note that a killed process left behind says nothing: it holds no lock."""
    found = _read(folder)
    if found is None:
        return None
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return found
    return None


def _was_stopped(folder: Path, pid: int) -> bool:
    found = _read(folder) or {}
    return found.get("pid") == pid and bool(found.get("stopped"))


def _note(folder: Path, content: Mapping[str, Any]) -> None:
    draft = folder / f"{_RUNNING}.new"
    draft.write_text(json.dumps(dict(content)), "utf-8")
    draft.replace(folder / _RUNNING)


def _read(folder: Path) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = json.loads((folder / _RUNNING).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
