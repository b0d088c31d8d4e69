"""The effects on programs of this machine: want one, wait for it, end it, and tell the truth about all of them."""

import json
import os
import secrets as chance
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from stackwright.deployment.hosting.host import HostRecord
from stackwright.deployment.hosting.program import Program, Seen
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.effect import effect
from tasks.host import folder, logs, processes, records
from tasks.host.beginning import begin
from tasks.host.tender import digest_of

HOST_S = 60.0  # until a host must be there; a busy machine needs some of it
END_S = 60.0  # until everything must have ended
_LOOK_S = 0.05


class ProgramStatus(Value):
    """What is true of a program now, whatever the records say."""

    seen: Seen
    lives: bool
    sentence: str


class HostStatus(Value):
    """What is true of a host and its programs now."""

    lives: bool  # whether somebody starts programs again that end
    pid: int = 0
    awake_ago_s: float = 0.0
    programs: tuple[ProgramStatus, ...] = ()

    def of(self, name: str) -> ProgramStatus | None:
        """The program of this name."""
        return next((one for one in self.programs if one.seen.name == name), None)


@effect(retries=2, timeout_s=60)
def ensure_host(root: Path) -> HostRecord:
    """The host of this folder, started if there is none; it goes on when whoever asked for it ends.

    Raises:
        ProjectError: It does not start.
    """
    with _explaining(root):
        folder.make(root)
    until = time.monotonic() + HOST_S
    asked = -HOST_S
    while time.monotonic() < until:
        if (host := find_host(root)) is not None:
            return host
        if time.monotonic() - asked > HOST_S / 6:  # again, if the one before ended just then
            begin(root)
            asked = time.monotonic()
        time.sleep(_LOOK_S)
    said = "\n  ".join(logs.tail(root / folder.LOG / "host.log", 8))
    raise ProjectError(
        f"The host of {root} did not start within {HOST_S:.0f} s. It said:\n  {said}",
        hint="Is the machine very busy, or the disk full? Try again.",
    )


def find_host(root: Path) -> HostRecord | None:
    """The host of this folder; none: it does not live."""
    record = records.read(root / folder.HOST, HostRecord)
    return record if record and processes.lives(record.pid, record.identity) else None


def want(root: Path, program: Program, secrets: Mapping[str, str] | None = None) -> Program:
    """Make it so that this program runs from now on; saying the same again changes nothing.

    Args:
        root: The folder of the host.
        program: What is to run.
        secrets: The part of its environment that only its owner may read.

    Returns:
        The program with the version of its secrets.
    """
    with _explaining(root):
        folder.make(root)
        if secrets:
            program = program.model_copy(
                update={"secrets": _keep_secrets(root, program.name, secrets)}
            )
        if records.read(folder.wanted(root, program.name), Program) != program:
            records.write(folder.wanted(root, program.name), program)
    ensure_host(root)
    return program


def wait_running(root: Path, program: Program, budget_s: float = 60.0) -> Seen:
    """Wait until the host has started this very program.

    Raises:
        ProjectError: It crashed, or nothing happened in time.
    """
    until, digest = time.monotonic() + budget_s, digest_of(program)
    while time.monotonic() < until:
        ensure_host(root)
        seen = records.read(folder.seen(root, program.name), Seen)
        if seen is not None and seen.program == digest:
            if seen.state in {"starting", "running"} and processes.lives(seen.pid, seen.identity):
                return seen
            if seen.crashes > 1:
                raise crashed(root, seen)
        time.sleep(_LOOK_S)
    raise ProjectError(
        f"{program.title} was not started within {budget_s:.0f} s.",
        hint=f"Its log: {folder.log(root, program.name)}",
    )


def crashed(root: Path, seen: Seen) -> ProjectError:
    """What to tell about a program that does not stay, with its last words."""
    said = "\n  ".join(logs.tail(folder.log(root, seen.name), 12))
    return ProjectError(
        f"{seen.title} {seen.last}, {seen.crashes} times in a row. Its last words were:\n  {said}",
        hint=f"All of them: {folder.log(root, seen.name)}",
    )


@effect(retries=2, timeout_s=120)
def end_programs(root: Path, names: Iterable[str], budget_s: float = END_S) -> None:
    """End these programs in good order and wait until they are gone; those that are gone stay so.

    Raises:
        ProjectError: One of them lives on.
    """
    names = tuple(names)
    for name in names:
        folder.wanted(root, name).unlink(missing_ok=True)
    until = time.monotonic() + budget_s
    while left := [name for name in names if folder.seen(root, name).exists()]:
        ensure_host(root)
        if time.monotonic() > until:
            raise ProjectError(
                f"{', '.join(left)} did not end within {budget_s:.0f} s.",
                hint=f"The log of the host: {root / folder.LOG / 'host.log'}",
            )
        time.sleep(_LOOK_S)


@effect(timeout_s=30)
def host_status(root: Path) -> HostStatus:
    """What is true now: each process is looked at, so that a killed host cannot leave a lie behind.

    Looking changes nothing and starts nothing.
    """
    now, host = time.time(), find_host(root)
    found = []
    for name in sorted(folder.names(root / folder.SEEN)):
        seen = records.read(folder.seen(root, name), Seen)
        if seen is None:
            continue
        lives = processes.lives(seen.pid, seen.identity)
        sentence = seen.sentence(now)
        if not lives and seen.state != "waiting":
            sentence = (
                f"{seen.title} has just ended; it is about to be started again."
                if host
                else f"{seen.title} does not run, and there is no host to start it again."
            )
        found.append(ProgramStatus(seen=seen, lives=lives, sentence=sentence))
    return HostStatus(
        lives=host is not None,
        pid=host.pid if host else 0,
        awake_ago_s=round(max(0.0, now - host.awake_at), 1) if host else 0.0,
        programs=tuple(found),
    )


@effect(timeout_s=120)
def end_host(root: Path, budget_s: float = END_S) -> None:
    """End everything that runs and the host itself; what is wanted is kept, the next host starts it again.

    Raises:
        ProjectError: It takes too long.
    """
    until = time.monotonic() + budget_s
    host = find_host(root)
    if host is None and any(one.lives for one in host_status(root).programs):
        host = ensure_host(root)  # its programs outlived it
    while host is not None:
        with suppress(ProcessLookupError):
            os.kill(host.pid, signal.SIGTERM)
        time.sleep(_LOOK_S)
        if time.monotonic() > until:
            raise ProjectError(
                f"The host of {root} (process {host.pid}) did not end within {budget_s:.0f} s.",
                hint=f"Its log: {root / folder.LOG / 'host.log'}",
            )
        host = find_host(root)


def last_lines(root: Path, program: str, lines: int = 50) -> tuple[str, ...]:
    """What a program said last."""
    return logs.tail(folder.log(root, program), lines)


def _keep_secrets(root: Path, name: str, values: Mapping[str, str]) -> str:
    """Keep secrets where only their owner reads them; their version, a new one if they changed."""
    path = folder.secrets(root, name)
    with suppress(OSError, ValueError, KeyError):
        known = json.loads(path.read_bytes())
        if known["values"] == dict(values):
            return str(known["version"])
    version = chance.token_hex(4)
    content = {"version": version, "values": dict(values)}
    records.write_bytes(path, json.dumps(content).encode())
    return version


@contextmanager
def _explaining(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProjectError(
            f"The folder {root} of this machine's host cannot be used: {error.strerror or error}.",
            hint="Is it yours, and is there room on the disk?",
        ) from error
