"""A run as the orchestrator knows it."""

from datetime import datetime
from uuid import UUID

from stackwright.value import Value


class Run(Value):
    """A run as the server knows it."""

    id: UUID
    name: str
    state: str  # Scheduled, Pending, Running, Suspended, Completed, Failed, Crashed, Cancelled …
    type: str = ""  # of the state: SCHEDULED, PENDING, RUNNING, PAUSED, COMPLETED, FAILED …
    message: str = ""
    final: bool = False
    attempt: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it did what it was for."""
        return self.state == "Completed"


class Line(Value):
    """One line of a run's log."""

    at: datetime
    level: int  # as Python's logging counts: 20 is info, 30 a warning, 40 an error
    text: str
