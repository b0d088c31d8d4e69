"""Programs that belong to this one: started with a log of their own, stopped without a trace."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from stackwright.errors import ProjectError
from tasks.commands import as_user

LAST_LINES = 12
MOST_ENDS, ENDS_WITHIN_S = 3, 60.0  # a program that ends more often is not started again
PAUSE_S = 0.2  # before it is


class Child:
    """One running program.

    Args:
        name: What people call it.
        words: The command.
        environment: All of it.
        log: Where everything it says is appended.
        user: Who it runs as, when that is not us; none of our groups stay.

    Attributes:
        log: Where everything it says is written.
    """

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        user: str | None = None,
    ) -> None:
        self.name, self.log = name, log
        self._words, self._environment, self._user = tuple(words), dict(environment), user
        self._sessions: list[int] = []  # of all that it was, the last one is that of now
        self._process: asyncio.subprocess.Process

    @classmethod
    async def start(
        cls,
        name: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        user: str | None = None,
    ) -> "Child":
        """Start it in a session of its own, so that only we decide when it stops."""
        child = cls(name, words, environment, log, user)
        await child._launch()
        return child

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

    async def kept(self, say: Callable[[str], None]) -> ProjectError:
        """Start it again whenever it ends; what to tell the user once it has ended too often.

        What it had started goes on: a run does not depend on the worker that began it.

        Args:
            say: Is told each time.
        """
        ends: list[float] = []
        while True:
            error = await self.ended()
            now = asyncio.get_running_loop().time()
            ends = [*(end for end in ends if now - end < ENDS_WITHIN_S), now]
            if len(ends) > MOST_ENDS:
                return error
            say(f"{error.message.partition('. ')[0]}; it is started again.")
            await asyncio.sleep(PAUSE_S)
            await self._launch()

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
        for session in self._sessions[:-1]:
            _end_session(session)

    async def _launch(self) -> None:
        with self.log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *self._words,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **as_user(self._user),
            )
        self._sessions.append(self._process.pid)

    def _signal_session(self, signum: int) -> None:
        try:
            os.killpg(self._process.pid, signum)
        except (ProcessLookupError, PermissionError):
            return


def _end_session(session: int) -> None:
    """End what is left of a program that ended before: its children keep its session, not its group."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == session:
                process.kill()
