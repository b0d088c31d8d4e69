"""The states of a run, and what can be done in each."""

from collections.abc import Mapping
from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CRASHED = "crashed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether it has ended; only a retry goes on from here."""
        return self in FINAL


class Steer(StrEnum):
    """What people tell a run to do."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


FINAL = frozenset({RunState.DONE, RunState.FAILED, RunState.CRASHED, RunState.CANCELLED})
ACTIVE = frozenset(RunState) - FINAL

_POSSIBLE: Mapping[Steer, frozenset[RunState]] = {
    Steer.PAUSE: frozenset({RunState.RUNNING}),
    Steer.RESUME: frozenset({RunState.PAUSED}),
    Steer.CANCEL: frozenset({RunState.QUEUED, RunState.RUNNING, RunState.PAUSED}),
    Steer.RETRY: frozenset({RunState.FAILED, RunState.CRASHED}),
}


def possible(state: RunState) -> tuple[Steer, ...]:
    """What can be done to a run in this state."""
    return tuple(steer for steer in Steer if state in _POSSIBLE[steer])


_BY_TYPE = {
    "SCHEDULED": RunState.QUEUED,
    "PENDING": RunState.QUEUED,
    "RUNNING": RunState.RUNNING,
    "PAUSED": RunState.PAUSED,
    "CANCELLING": RunState.CANCELLING,
    "CANCELLED": RunState.CANCELLED,
    "COMPLETED": RunState.DONE,
    "FAILED": RunState.FAILED,
    "CRASHED": RunState.CRASHED,
}


def from_orchestrator(type_: str) -> RunState:
    """The state of a run whose orchestrator calls it this."""
    return _BY_TYPE[type_]
