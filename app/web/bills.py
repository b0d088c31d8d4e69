"""The bill before the order: what the choices come to, kept for those who look again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from anyio import CapacityLimiter

from app.edge.aside import aside, waiting
from app.storage import runs
from app.storage.engine import Session
from app.storage.projects import Project
from stackwright.domain.project import Project as Model
from stackwright.generation.config import Config
from stackwright.generation.estimate import Estimate
from stackwright.generation.lock import Lock
from stackwright.generation.notes import notes
from stackwright.generation.plan import model_digest
from stackwright.runs.expected import Whole, whole
from stackwright.value import Value
from tasks.artifacts import published_lock
from tasks.generation import dry_run

K = TypeVar("K")
V = TypeVar("V")
KEPT = 16
HISTORY = 20  # runs that tell how long it takes
_lane = CapacityLimiter(1)  # bills never take all threads: other pages want some, too


class Kept(Generic[K, V]):
    """What was made of the keys that were asked for last. A key holds all that decides the answer.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What belongs to this key, made if it is not there; safe to ask from several threads."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


class File(NamedTuple):
    """One file of a bill."""

    path: str
    action: str


class Bill(Value):
    """What the choices come to."""

    estimate: Estimate
    counts: Mapping[str, int]
    notes: Sequence[str]
    files: Sequence[File]
    follows: bool  # whether it is against what was published before


class Time(Value):
    """How long it will take."""

    known: Whole | None
    is_own: bool  # whether the runs are of this project


async def bill_for(model: Model, config: Config, base: str = "") -> Bill:
    """What these choices come to.

    Args:
        model: The whole model.
        config: The choices.
        base: Where the output lies that a run would go on from; empty: there is none.

    Raises:
        ProjectError: The selection has gaps, or the store of outputs does not answer.
    """
    lock = await waiting(_lock, base) if base else None
    async with _lane:
        return await aside(_bill, model, config, base, lock)


async def time_for(session: Session, project: Project, files: int, *, verifies: bool) -> Time:
    """How long a run with so many files takes: as this project's own runs, else as all of the installation."""
    restores = await runs.latest_output(session, project.id) is not None
    own = await runs.done(session, HISTORY, project_id=project.id)
    found = whole(own, files, restores=restores, verifies=verifies)
    if found and (found.verify or not verifies):
        return Time(known=found, is_own=True)
    every = await runs.done(session, HISTORY)
    wider = whole(every, files, restores=restores, verifies=verifies)
    if found is None or (wider and wider.verify):
        return Time(known=wider, is_own=False)
    return Time(known=found, is_own=True)


def _lock(base: str) -> Lock | None:
    return _locks.get(base, lambda: published_lock(base))


def _bill(model: Model, config: Config, base: str, lock: Lock | None) -> Bill:
    def make() -> Bill:
        plan, estimate = dry_run(model, config, None, lock)
        return Bill(
            estimate=estimate,
            counts=plan.counts(),
            notes=notes(plan),
            files=[File(file.path, file.action.value) for file in plan.files],
            follows=lock is not None,
        )

    return _bills.get((model_digest(model), config.model_dump_json(), base), make)


_bills: Kept[tuple[str, str, str], Bill] = Kept(KEPT)
_locks: Kept[str, Lock | None] = Kept(KEPT)  # what was published does not change
