"""How the state of a run looks: one of the shapes of the part `badge`, and the word."""

from collections.abc import Mapping

from stackwright.runs.state import RunState

SHAPES: Mapping[RunState, str] = {
    RunState.QUEUED: "waiting",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.CANCELLING: "running",
    RunState.DONE: "done",
    RunState.FAILED: "failed",
    RunState.CRASHED: "failed",
    RunState.CANCELLED: "skipped",
}


def badge_of(state: RunState) -> dict[str, str]:
    """What a cell of the part `table` shows for it."""
    return {"state": SHAPES[state], "text": state.value}
