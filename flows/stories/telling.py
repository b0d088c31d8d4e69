"""What a story says of its steps: events numbered through, whoever says them."""

from collections.abc import Callable

from stackwright.deployment.events import Event, EventType
from stackwright.deployment.step import Step

Tell = Callable[[Event], None]


class Numbered:
    """Tells the events of one run, each with the next number.

    Args:
        tell: Hears them.
        clean: What is done to each sentence before it is told, such as leaving secrets out.
    """

    def __init__(self, tell: Tell, clean: Callable[[str], str] = str) -> None:
        self._tell, self._clean, self._seq = tell, clean, 0

    def hear(self, event: Event) -> None:
        """Tell an event of somebody else, who numbers for himself."""
        self._seq += 1
        text = self._clean(event.message)
        self._tell(event.model_copy(update={"seq": self._seq, "message": text}))

    def say(self, type_: EventType, step: Step | None, text: str, took_s: float = 0) -> None:
        """Tell what happens to a step, or to the whole run."""
        self.hear(
            Event(
                seq=1,
                type=type_,
                address=step.address if step else "",
                action=step.verb if step else "",
                elapsed_s=round(took_s, 3),
                message=text,
            )
        )
