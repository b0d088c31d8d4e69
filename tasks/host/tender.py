"""Keeps the programs of one folder as their records want them: looks, decides by `tend`, acts."""

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from stackwright.deployment.hosting.program import Program, Seen
from stackwright.deployment.hosting.tending import Next, tend
from stackwright.errors import ProjectError
from tasks import commands
from tasks.host import folder, logs, processes, records

if TYPE_CHECKING:
    import subprocess


class Tender:
    """What one host knows.

    Args:
        root: Its folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._children: dict[str, subprocess.Popen[bytes]] = {}  # those we started ourselves
        self._watched: set[str] = set()  # those we saw alive
        self._seen: dict[str, Seen] = {}
        self._wanted: dict[str, tuple[int, Program]] = {}
        self._bad: set[str] = set()
        for name in folder.names(root / folder.SEEN):
            try:
                if (seen := records.read(folder.seen(root, name), Seen)) is not None:
                    self._seen[name] = seen
            except ProjectError as error:
                say(str(error))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to run and nothing runs."""
        return not self._seen and not folder.names(self._root / folder.WANTED)

    @property
    def has_ended(self) -> bool:
        """Whether nothing runs."""
        return not self._seen

    def look(self, *, ending: bool) -> None:
        """Look at every program once and do what is next.

        Args:
            ending: Nothing is to run any more; those of the lowest rank end first.
        """
        wanted = {} if ending else self._read_wanted()
        ranks = [seen.rank for seen in self._seen.values()]
        for name in sorted({*wanted, *self._seen}):
            seen = self._seen.get(name)
            if ending and seen is not None and seen.rank > min(ranks):
                continue
            self._tend(name, wanted.get(name), seen)

    def rotate_logs(self) -> None:
        """Keep logs within bounds."""
        for log in (self._root / folder.LOG).glob("*.log"):
            if logs.rotate(log):
                say(f"{log.name} was put aside.")

    def _tend(self, name: str, program: Program | None, seen: Seen | None) -> None:
        digest = digest_of(program) if program else ""
        ended = self._ended(name, seen) if seen else None
        now = time.time()
        told = tend(program, digest, seen, ended, now)
        if ended is not None and seen is not None and seen.pid:
            if name in self._watched:
                processes.sweep(seen.pid)
            self._watched.discard(name)
            say(f"{name} (process {seen.pid}) {ended}.")
        self._act(name, program, told, now)

    def _act(self, name: str, program: Program | None, told: Next, now: float) -> None:
        seen = told.seen
        match told.action:
            case "start" if program is not None:
                self._start(program, seen, now)
                return
            case "forget":
                self._forget(name)
                return
            case "signal" if seen is not None:
                processes.send(seen.pid, seen.identity, seen.stop_signal)
            case "kill" if seen is not None:
                processes.send(seen.pid, seen.identity, 9)
        if seen is not None and seen != self._seen.get(name):
            self._note(seen)

    def _start(self, program: Program, before: Seen | None, now: float) -> None:
        seen = Seen(
            name=program.name,
            title=program.title,
            state="starting",
            program=digest_of(program),
            since=now,
            crashes=before.crashes if before else 0,
            starts=(before.starts if before else 0) + 1,
            last=before.last if before else "",
            stop_signal=program.stop_signal,
            grace_s=program.grace_s,
            rank=program.rank,
        )
        try:
            env = self._environment(program)
            process = processes.launch(
                program.words,
                Path(program.folder),
                env,
                folder.log(self._root, program.name),
                program.user,
            )
        except (OSError, KeyError, ProjectError) as error:
            crashed = {"crashes": seen.crashes + 1, "last": f"cannot be started: {error}"}
            later = {"state": "waiting", "next_at": now + 5.0}
            self._note(seen.model_copy(update={**crashed, **later}))
            say(f"{program.name} cannot be started: {error}")
            return
        identity = processes.identity(process.pid)
        self._note(seen.model_copy(update={"pid": process.pid, "identity": identity}))
        processes.go(process)
        self._children[program.name] = process
        self._watched.add(program.name)
        say(f"{program.name} is started as process {process.pid}.")

    def _environment(self, program: Program) -> dict[str, str]:
        env = commands.environment(program.settings, folders=[Path(one) for one in program.path])
        if program.secrets:
            kept = json.loads(folder.secrets(self._root, program.name).read_bytes())
            if kept["version"] != program.secrets:
                raise ProjectError(f"the secrets of {program.name} are of another version")
            env |= kept["values"]
        return env

    def _ended(self, name: str, seen: Seen) -> str | None:
        """How the process of a program ended; none: it lives, or there is none."""
        child = self._children.get(name)
        if child is not None and child.pid == seen.pid:
            code = child.poll()
            if code is None:
                return None
            del self._children[name]
            return processes.how(code)
        if processes.lives(seen.pid, seen.identity):
            self._watched.add(name)
            return None
        return "ended while nobody looked" if name not in self._watched else "ended"

    def _note(self, seen: Seen) -> None:
        self._seen[seen.name] = seen
        records.write(folder.seen(self._root, seen.name), seen)

    def _forget(self, name: str) -> None:
        self._seen.pop(name, None)
        self._children.pop(name, None)
        if not folder.wanted(self._root, name).exists():
            folder.secrets(self._root, name).unlink(missing_ok=True)
        folder.seen(self._root, name).unlink(missing_ok=True)

    def _read_wanted(self) -> dict[str, Program]:
        found = {}
        for name in folder.names(self._root / folder.WANTED):
            path = folder.wanted(self._root, name)
            try:
                changed = path.stat().st_mtime_ns
                known = self._wanted.get(name)
                if known is None or known[0] != changed:
                    program = records.read(path, Program)
                    if program is None or program.name != name:
                        continue
                    self._wanted[name] = known = (changed, program)
                    self._bad.discard(name)
            except FileNotFoundError:
                continue
            except ProjectError as error:
                if name not in self._bad:
                    say(str(error))
                self._bad.add(name)
                if known is None:
                    continue  # a damaged record changes nothing
            found[name] = known[1]
        self._wanted = {name: self._wanted[name] for name in found}
        return found


def digest_of(program: Program) -> str:
    """What tells this program from a changed one."""
    return hashlib.blake2b(program.model_dump_json().encode(), digest_size=8).hexdigest()


def say(line: str) -> None:
    """A line in the log of the host."""
    print(time.strftime("%Y-%m-%d %H:%M:%S"), line, flush=True)
