"""Looking again and again: at once when somebody nudges, sooner while something goes on, patient with what is away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import structlog

from stackwright.errors import ProjectError

log = structlog.get_logger("rounds")


class Rounds:
    """Looks for ever.

    Args:
        look: One look; whether there is more to see soon.
        what: What is not kept up to date while nobody can look, for the log.
        busy_s: Seconds between two looks while something goes on.
        idle_s: Seconds between two looks otherwise.
        reached: Is told when looking fails, and when it works again.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[bool]],
        what: str,
        busy_s: float,
        idle_s: float,
        reached: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._look, self._what, self._reached = look, what, reached
        self._busy_s, self._idle_s = busy_s, idle_s
        self._nudge = asyncio.Event()
        self._is_reached = True

    def nudge(self) -> None:
        """Look at once."""
        self._nudge.set()

    async def keep(self) -> None:
        """Do it for ever."""
        while True:
            busy = True
            try:
                busy = await self._look()
                self._note(is_reached=True)
            except (ProjectError, httpx.HTTPError, OSError) as error:
                if self._is_reached:  # said once, until it is back
                    log.warning("not kept up to date", what=self._what, cause=str(error))
                self._note(is_reached=False)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._busy_s if busy else self._idle_s):
                    await self._nudge.wait()
            self._nudge.clear()

    def _note(self, *, is_reached: bool) -> None:
        if is_reached is not self._is_reached:
            self._is_reached = is_reached
            self._reached(is_reached)
