"""What the programs of deployments take while somebody looks: in memory, for ten minutes, and nowhere else.

Nothing samples by itself. Whoever looks asks for what is known; at most every five seconds that takes a new sample.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock

from pydantic import AwareDatetime, Field

from stackwright.deployment.hosting.program import Seen
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.host.usage import Usage, usage
from tasks.hosting_place import host_folder, known_site
from tasks.hosting_site import site_status

EVERY = timedelta(seconds=5)
KEPT = timedelta(minutes=10)
Measured = Sequence[tuple[Seen, Usage | None]]


class Point(Value):
    """What a program took at a moment."""

    at: AwareDatetime
    processor_percent: float | None = Field(
        description="Of one processor, since the point before; null: there is none of the same process."
    )
    memory_mib: float


class ProgramMetrics(Value):
    """What one program took, the newest point last."""

    name: str
    title: str
    points: Sequence[Point]


class DeploymentMetrics(Value):
    """What the programs of a deployment took in the last ten minutes, while somebody looked."""

    every_s: float = EVERY.total_seconds()
    programs: Sequence[ProgramMetrics] = ()


class _Series:
    """The points of one program, and what the next one is compared with."""

    def __init__(self) -> None:
        self.title = ""
        self.points: deque[Point] = deque()
        self.last: tuple[str, float] = ("", 0.0)  # identity of the process, its seconds

    def add(self, seen: Seen, used: Usage, at: datetime) -> None:
        self.title = seen.title
        percent = None
        if self.points and self.last[0] == seen.identity:
            passed = (at - self.points[-1].at).total_seconds()
            taken = max(0.0, used.processor_s - self.last[1])
            percent = round(100 * taken / passed, 1) if passed > 0 else None
        self.last = (seen.identity, used.processor_s)
        self.points.append(Point(at=at, processor_percent=percent, memory_mib=used.memory_mib))

    def forget(self, before: datetime) -> None:
        while self.points and self.points[0].at < before:
            self.points.popleft()


class Metrics:
    """What was measured of every site that somebody looks at.

    Args:
        measure: What the programs of a site take now.
    """

    def __init__(self, measure: Callable[[str], Measured] | None = None) -> None:
        self._measure = measure or measured
        self._sites: dict[str, dict[str, _Series]] = {}
        self._looked: dict[str, datetime] = {}
        self._lock = Lock()

    def look(self, site: str, now: datetime) -> DeploymentMetrics:
        """What is known of a site, with a new sample if the last one is five seconds old; it reads files, so aside."""
        with self._lock:
            is_due = site not in self._looked or now - self._looked[site] >= EVERY
            if is_due:
                self._looked[site] = now
        found = self._measure(site) if is_due else ()  # others are answered meanwhile
        with self._lock:
            known = self._sites.setdefault(site, {})
            for seen, used in found:
                if used is not None:
                    known.setdefault(seen.name, _Series()).add(seen, used, now)
            self._forget(now - KEPT)
            known = self._sites.get(site, {})
            series = [
                ProgramMetrics(name=name, title=one.title, points=tuple(one.points))
                for name, one in known.items()
            ]
        return DeploymentMetrics(programs=tuple(series))

    def _forget(self, before: datetime) -> None:
        for site, known in list(self._sites.items()):
            for name, one in list(known.items()):
                one.forget(before)
                if not one.points:
                    del known[name]
            if not known and self._looked.get(site, before) <= before:
                del self._sites[site]
                self._looked.pop(site, None)


def measured(name: str) -> Measured:
    """What the programs of this site take now; nothing, where nothing was deployed."""
    try:
        site, _ = known_site(host_folder(), name)
    except ProjectError:
        return ()
    return [
        (one.seen, usage(one.seen.pid, one.seen.identity))
        for one in site_status(site).programs
        if one.lives
    ]
