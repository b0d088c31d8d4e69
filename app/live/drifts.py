"""What differed at each site when somebody looked last: the scheduled flow, or a person."""

import asyncio
from collections.abc import Sequence

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError

from app.live.orchestrator import orchestrator
from flows.marks import DRIFT
from flows.stories.tending import Differs
from stackwright.deployment.drift import Drift
from stackwright.errors import ProjectError

EVERY_S = 60.0  # the flow looks once an hour

_ALL = TypeAdapter(list[Differs])
log = structlog.get_logger("drifts")


class Drifts:
    """The last look at each site, in memory."""

    def __init__(self) -> None:
        self._last: dict[str, Differs] = {}
        self._artifact: object = None  # that was read last

    def of(self, site: str, release: int) -> Sequence[Drift] | None:
        """What differed from this release; none: nobody has looked since it serves."""
        found = self._last.get(site)
        return found.drifts if found and found.release == release else None

    def note(self, found: Differs) -> None:
        """Somebody has looked."""
        self._last[found.site] = found

    async def keep(self) -> None:
        """Read what the flow found, for ever."""
        while True:
            try:
                await self.look()
            except (ProjectError, httpx.HTTPError, OSError, ValidationError) as error:
                log.warning("the last look for drift is not known", cause=str(error))
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Read what the flow found, if it has run since."""
        newest = await orchestrator.newest(DRIFT)
        if newest is None or newest[0] == self._artifact:
            return
        self._artifact = newest[0]
        for one in _ALL.validate_python(newest[1]):
            self.note(one)
