"""The steps of a run, as its messages tell of them."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.request import StepTime
from stackwright.value import Value

StepState = Literal["waiting", "running", "done", "failed"]
TITLES = {
    "restore": "Bring the last output back",
    "read": "Read the model",
    "plan": "Plan every file",
    "render": "Render",
    "write": "Put in place",
    "publish": "Publish",
    "verify": "Verify",
}
_ENDS = {
    MessageKind.VALIDATED,
    MessageKind.PLANNED,
    MessageKind.WRITTEN,
}  # the others begin or go on


class Step(Value):
    """One step."""

    name: str
    title: str
    state: StepState = "waiting"
    seconds: float | None = Field(None, description="How long it took; null until it is done.")
    since_s: float | None = Field(
        None, description="When it began, in seconds of the attempt; null until then."
    )


class Progress(Value):
    """How far a run is."""

    sequence: int = Field(0, description="Number of the last message that is counted in.")
    attempt: int = 1
    steps: tuple[Step, ...]
    text: str = Field("", description="The last thing that was said.")
    done: int = Field(0, description="Files finished so far.")
    total: int = Field(0, description="Files to do; 0 while that is not known.")
    seconds: float = Field(0.0, description="Of the attempt, when the last message was sent.")
    pace_s: float | None = Field(None, description="Rest of the rendering at the pace so far.")
    files: tuple[str, ...] = Field((), description="The files finished last.")

    @property
    def current(self) -> Step | None:
        """The step that runs."""
        return next((step for step in self.steps if step.state == "running"), None)

    def times(self) -> tuple[StepTime, ...]:
        """How long each finished step took."""
        return tuple(
            StepTime(name=step.name, seconds=step.seconds)
            for step in self.steps
            if step.seconds is not None
        )


def sequence_of(message: Message) -> int:
    """The place of a message among all of its run: grows from one to the next, over all attempts."""
    return sequence_of_attempt(message.attempt) + message.number


def sequence_of_attempt(attempt: int) -> int:
    """The place just before the first message of an attempt."""
    return attempt * 1_000_000


def beginning(*, restores: bool, verifies: bool) -> Progress:
    """A run that has not said anything."""
    left_out = {
        name for name, is_there in (("restore", restores), ("verify", verifies)) if not is_there
    }
    return Progress(
        steps=tuple(
            Step(name=name, title=title) for name, title in TITLES.items() if name not in left_out
        )
    )


def after(progress: Progress, messages: Iterable[Message]) -> Progress:
    """The progress once these messages are counted in; those counted already are passed over."""
    for message in messages:
        if sequence_of(message) > progress.sequence:
            progress = _after_one(progress, message)
    return progress


def _after_one(progress: Progress, message: Message) -> Progress:
    if message.attempt > progress.attempt:
        fresh = tuple(Step(name=step.name, title=step.title) for step in progress.steps)
        progress = Progress(steps=fresh, attempt=message.attempt)
    total = message.total or progress.total
    return progress.model_copy(
        update={
            "sequence": sequence_of(message),
            "steps": _moved(progress.steps, message),
            "text": message.text,
            "done": message.done if message.total else progress.done,
            "total": total,
            "seconds": max(progress.seconds, message.seconds),
            "pace_s": message.eta_s if message.step == "render" else None,
            "files": message.files or progress.files,
        }
    )


def _moved(steps: tuple[Step, ...], message: Message) -> tuple[Step, ...]:
    if message.kind is MessageKind.COMPLETE:
        return _up_to(steps, len(steps), message.seconds, "waiting")
    if message.kind is MessageKind.ERROR:
        at = _running(steps)
        return _up_to(steps, at, message.seconds, "failed")
    names = [step.name for step in steps]
    if message.step not in names:
        return steps
    at = names.index(message.step)
    if at < _running(steps):
        return steps  # late, or said of a step that is over
    is_over = message.kind in _ENDS or (message.total and message.done >= message.total)
    return _up_to(steps, at + 1 if is_over else at, message.seconds, "running")


def _running(steps: Sequence[Step]) -> int:
    """The place of the step that runs; the first one that is not done."""
    return next((at for at, step in enumerate(steps) if step.state != "done"), len(steps) - 1)


def _up_to(steps: tuple[Step, ...], at: int, seconds: float, state: StepState) -> tuple[Step, ...]:
    """All steps before this one are done; it is in this state."""
    moved = list(steps)
    for place, step in enumerate(steps[:at]):
        if step.state != "done":
            since = seconds if step.since_s is None else step.since_s
            took = round(seconds - since, 3)
            moved[place] = step.model_copy(
                update={"state": "done", "seconds": took, "since_s": since}
            )
    if at < len(moved):
        began = seconds if moved[at].since_s is None else moved[at].since_s
        if at == 0 and moved[at].since_s is None:
            began = 0.0
        moved[at] = moved[at].model_copy(update={"state": state, "since_s": began})
    return tuple(moved)
