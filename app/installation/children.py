"""Programs that belong to this one: started with a log of their own, stopped without a trace."""

import asyncio
import os
import pwd
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stackwright.errors import ProjectError

LAST_LINES = 12


def as_user(name: str | None) -> dict[str, Any]:
    """The arguments of `subprocess` that make a program run as this user; none: as ourselves."""
    if name is None:
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": ()}


class Child:
    """One running program.

    Attributes:
        name: What people call it.
        log: Where everything it says is written.
    """

    def __init__(self, name: str, log: Path, process: asyncio.subprocess.Process) -> None:
        self.name, self.log, self._process = name, log, process

    @classmethod
    async def start(
        cls,
        name: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        user: str | None = None,
    ) -> "Child":
        """Start it in a session of its own, so that only we decide when it stops.

        Args:
            name: What people call it.
            words: The command.
            environment: All of it.
            log: What it says is appended there.
            user: Who it runs as, when that is not us; none of our groups stay.
        """
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *words,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **as_user(user),
            )
        return cls(name, log, process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def ended(self) -> ProjectError:
        """Wait until it ends; what to tell the user if that was not wanted."""
        code = await self._process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
        said = "\n  ".join(line for line in lines if line.strip())
        return ProjectError(
            f"{self.name} {how}. Its last words were:\n  {said}", hint=f"All of them: {self.log}"
        )

    async def stop(self, grace_s: float, signum: int = signal.SIGTERM) -> None:
        """Ask it to end; end what is left of its whole session after `grace_s` seconds."""
        if self._process.returncode is None:
            self._process.send_signal(signum)
            try:
                await asyncio.wait_for(self._process.wait(), grace_s)
            except TimeoutError:
                self._signal_session(signal.SIGKILL)
                await self._process.wait()
        self._signal_session(signal.SIGKILL)

    def _signal_session(self, signum: int) -> None:
        try:
            os.killpg(self._process.pid, signum)
        except (ProcessLookupError, PermissionError):
            return
