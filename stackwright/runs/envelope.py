"""What is sent to those who watch a run: the schema of /ws/generation/{session_id}."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from stackwright.generation.progress import Message, MessageKind
from stackwright.runs.expected import Rest
from stackwright.runs.record import Run
from stackwright.runs.steps import Progress, sequence_of, sequence_of_attempt
from stackwright.value import Value


class Said(Value):
    """Something that the run said. Every one comes once and in order."""

    type: MessageKind
    sequence: int = Field(description="Grows from one to the next; resume with the last one seen.")
    run: UUID
    attempt: int
    seconds: float = Field(description="Since the attempt began.")
    step: str
    text: str
    done: int
    total: int
    files: tuple[str, ...]
    eta_s: float | None


class Snapshot(Value):
    """The whole state, first for newcomers, and for those who were too slow for every message."""

    type: Literal["SNAPSHOT"] = "SNAPSHOT"
    sequence: int = Field(description="Of the last message that is counted in.")
    run: Run
    progress: Progress
    rest: Rest | None


class Changed(Value):
    """The state of the run changed; also when nobody was left to say so."""

    type: Literal["RUN_CHANGED"] = "RUN_CHANGED"
    sequence: int
    run: Run


class Heartbeat(Value):
    """Nothing happened, and the connection is fine."""

    type: Literal["HEARTBEAT"] = "HEARTBEAT"
    sequence: int
    at: datetime


Envelope = Annotated[Said | Snapshot | Changed | Heartbeat, Field(discriminator="type")]


def said(run: UUID, message: Message) -> Said:
    """A message as it is sent."""
    return Said(
        type=message.kind,
        sequence=sequence_of(message),
        run=run,
        attempt=message.attempt,
        seconds=message.seconds,
        step=message.step,
        text=message.text,
        done=message.done,
        total=message.total,
        files=message.files,
        eta_s=message.eta_s,
    )


def heard(said: Said) -> Message:
    """What was sent as the message that it was."""
    values = said.model_dump(exclude={"type", "sequence", "run"})
    number = said.sequence - sequence_of_attempt(said.attempt)
    return Message(kind=said.type, number=number, **values)


def schema() -> Mapping[str, Any]:
    """The JSON Schema of everything that is sent."""
    return TypeAdapter(Said | Snapshot | Changed | Heartbeat).json_schema(mode="serialization")
