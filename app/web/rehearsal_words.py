"""How pages tell of a rehearsal: its stages, and the resources as they come up, fail and go back."""

from collections.abc import Mapping
from typing import Any

from app.web.run_words import duration
from stackwright.deployment.events import Event, EventType, replay
from stackwright.deployment.rehearsal.report import STAGE
from stackwright.runs.rollout import Rollout, RolloutKind

NEWEST = 12  # resources that are shown while they come up
STATES: Mapping[EventType, str] = {
    EventType.STARTED: "running",
    EventType.PROGRESS: "running",
    EventType.DONE: "done",
    EventType.FAILED: "failed",
}


def rehearsed(rollout: Rollout) -> dict[str, Any] | None:
    """What a page shows of a rehearsal; None: it is none."""
    if rollout.kind is not RolloutKind.REHEARSAL:
        return None
    stages = [one for one in rollout.events if one.address.startswith(STAGE)]
    return {
        "stages": [_stage(rollout, name, stages) for name in dict.fromkeys(map(_name, stages))],
        "resources": _newest(rollout),
        "services": dict(rollout.rehearsal.services) if rollout.rehearsal else {},
        "engine": rollout.rehearsal.engine if rollout.rehearsal else "",
    }


def _stage(rollout: Rollout, name: str, stages: list[Event]) -> dict[str, str]:
    last = [one for one in stages if _name(one) == name][-1]
    state = STATES[last.type]
    if rollout.state.is_final and state == "running":
        state = "failed"
    time = duration(last.elapsed_s) if last.elapsed_s else ""
    return {"name": name, "state": state, "time": time, "note": last.message}


def _newest(rollout: Rollout) -> list[list[Any]]:
    """The resources of the stage that goes on, those that were heard of last on top."""
    begun = [
        at
        for at, one in enumerate(rollout.events)
        if one.type is EventType.STARTED and one.address.startswith(STAGE)
    ]
    if not begun or rollout.state.is_final:
        return []
    now = [one for one in rollout.events[begun[-1] + 1 :] if not one.address.startswith(STAGE)]
    heard = {one.address: at for at, one in enumerate(now)}
    found = sorted(replay(now), key=lambda one: -heard[one.address])
    return [
        [{"state": STATES[one.state], "text": one.state.value}, one.address, one.action]
        for one in found[:NEWEST]
    ]


def _name(event: Event) -> str:
    return event.address.removeprefix(STAGE)
