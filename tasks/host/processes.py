"""Processes as the host sees them: known by pid and moment of birth, never started without a record."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from tasks.commands import as_user

_PROC = Path("/proc/self/stat")  # Linux has it
# It waits until its pid is on record: whoever dies before that leaves nothing behind that nobody knows.
_GATE = 'read -r go || exit 75; exec "$@" </dev/null'


def launch(
    words: tuple[str, ...], folder: Path, env: Mapping[str, str], log: Path, user: str | None
) -> "subprocess.Popen[bytes]":
    """A process in a session of its own that does nothing before `go`.

    Raises:
        OSError: There is no such folder or user.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GATE, "sh", *words],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            **as_user(user),
        )
    finally:
        os.close(descriptor)


def go(process: "subprocess.Popen[bytes]") -> None:
    """Let it become the program."""
    assert process.stdin is not None  # noqa: S101 - tells type checkers what `launch` does
    with suppress(BrokenPipeError):
        process.stdin.write(b"go\n")
        process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()


def identity(pid: int) -> str:
    """What tells this process from a later one with the same pid; empty: it does not live."""
    if pid <= 0:
        return ""
    if _PROC.exists():
        try:
            fields = (
                Path(f"/proc/{pid}/stat")
                .read_text("utf-8", errors="replace")
                .rpartition(")")[2]
                .split()
            )
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else f"{_boot()}:{fields[19]}"
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return ""


def lives(pid: int, known: str) -> bool:
    """Whether the process that was noted lives."""
    return bool(known) and identity(pid) == known


def send(pid: int, known: str, signum: int) -> None:
    """Send a signal to the process that was noted, and to nobody else."""
    if lives(pid, known):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def sweep(pid: int) -> None:
    """End what is left of the group of a process that has just ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def how(code: int) -> str:
    """How a process ended, for people."""
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was killed by {signal.Signals(-code).name}"
    return f"was killed by signal {-code}"


def _boot() -> str:
    global _boot_id  # noqa: PLW0603 - it stays the same as long as we live
    if not _boot_id:
        _boot_id = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
    return _boot_id


_boot_id = ""
