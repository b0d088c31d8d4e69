"""What a running generation says about itself, message by message."""

from enum import StrEnum

from pydantic import Field

from stackwright.value import Value


class MessageKind(StrEnum):
    """What a message is about."""

    STARTED = "GENERATION_STARTED"
    VALIDATED = "VALIDATION_COMPLETE"
    PLANNED = "PLAN_COMPLETE"
    PROCESSING = "ENTITY_PROCESSING"
    FILES = "FILE_GENERATED"  # one message for all files of a batch
    WRITTEN = "PROJECT_WRITTEN"
    CHECKING = "QUALITY_CHECK"
    COMPLETE = "GENERATION_COMPLETE"
    ERROR = "GENERATION_ERROR"

    @property
    def is_last(self) -> bool:
        """Whether nothing follows a message of this kind."""
        return self in (MessageKind.COMPLETE, MessageKind.ERROR)


class News(Value):
    """One thing that happened, as the story tells it."""

    kind: MessageKind
    text: str = Field(description="One sentence for people.")
    step: str = Field("", description="The step of the story it belongs to.")
    done: int = Field(0, description="Files finished so far.")
    total: int = Field(0, description="Files there are to do; 0 while that is not known.")
    files: tuple[str, ...] = Field((), description="Paths that were just finished.")


class Message(News):
    """News with its place in the sequence, so that nobody depends on the order of arrival."""

    number: int = Field(description="Counts from 1 within an attempt, without gaps.")
    attempt: int = Field(1, description="Which attempt of the run says so, counted from 1.")
    seconds: float = Field(0.0, description="Since the attempt began.")
    eta_s: float | None = Field(None, description="Expected seconds until all files are done.")


def remaining_s(done: int, total: int, seconds: float) -> float | None:
    """How long the rest takes at the pace so far; None while there is no pace."""
    if not done or total < done:
        return None
    return round(seconds / done * (total - done), 1)
