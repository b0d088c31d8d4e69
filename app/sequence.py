"""Messages in order, whatever order they arrive in."""

from collections.abc import Iterable

from stackwright.generation.progress import Message


class Sequence:
    """Takes messages as they come, some twice and some late, and gives each once and in order."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, int], Message] = {}
        self._last = (0, 0)  # attempt and number of the message that was given last
        self.is_complete = False  # whether the last message of an attempt was given

    def add(self, messages: Iterable[Message]) -> None:
        """Take these; those already given are passed over."""
        for message in messages:
            place = (message.attempt, message.number)
            if place > self._last:
                self._waiting[place] = message

    @property
    def has_gap(self) -> bool:
        """Whether something waits for a message that has not come."""
        return bool(self._waiting)

    def ready(self) -> list[Message]:
        """The messages whose turn has come."""
        given = []
        while (place := self._next()) in self._waiting:
            given.append(self._give(place))
        return given

    def rest(self) -> list[Message]:
        """All that wait, although some between them never came."""
        return [self._give(place) for place in sorted(self._waiting)]

    def _next(self) -> tuple[int, int]:
        """The place of the next message: in this attempt, or the first of the next one that has begun."""
        attempt, number = self._last
        here = (attempt, number + 1)
        if here in self._waiting or any(place[0] == attempt for place in self._waiting):
            return here
        return min(self._waiting, default=here)[0], 1 if self._waiting else number + 1

    def _give(self, place: tuple[int, int]) -> Message:
        message = self._waiting.pop(place)
        self._last, self.is_complete = place, message.kind.is_last
        return message
