"""What a story needs from whoever carries it out, and the plain way: here, now, in this process."""

import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from stackwright.generation.progress import Message, News, remaining_s

R = TypeVar("R")
Cell = str | int | float | None
Rows = Sequence[Mapping[str, Cell]]


class Road(Protocol):
    """Carries out a story."""

    is_resumed: bool  # whether a run that failed may go on later, with what it has done so far

    async def do(
        self,
        effect: Callable[..., R],
        *args: object,
        name: str,
        still_holds: Callable[[R], bool] | None = None,
    ) -> R:
        """Carry out one effect by its policy; between two of them a run can rest.

        Args:
            effect: A plain function from `tasks`.
            args: What it is called with.
            name: What people read while it runs.
            still_holds: Whether a result kept from an earlier attempt is still true of the world.
        """
        ...

    async def tell(self, news: News) -> None:
        """Say what just happened."""
        ...

    async def table(self, key: str, rows: Rows, text: str) -> None:
        """Keep a table with the run."""
        ...


class Numbering:
    """Puts news in sequence: numbers without gaps, seconds and what is left of them."""

    def __init__(self, attempt: int = 1) -> None:
        self._attempt, self._number, self._began = attempt, 0, time.monotonic()
        self._total, self._work_began = 0, 0.0

    def message(self, news: News) -> Message:
        """These news as the next message."""
        self._number += 1
        now = time.monotonic()
        if news.total != self._total:
            self._total, self._work_began = news.total, now
        return Message(
            **dict(news),
            number=self._number,
            attempt=self._attempt,
            seconds=round(now - self._began, 3),
            eta_s=remaining_s(news.done, news.total, now - self._work_began),
        )


class LocalRoad:
    """Carries out a story in this process, one effect after the other."""

    is_resumed = False

    def __init__(self, on_message: Callable[[Message], None] = lambda _: None) -> None:
        self._on_message, self._numbering = on_message, Numbering()

    async def do(
        self,
        effect: Callable[..., R],
        *args: object,
        name: str,
        still_holds: Callable[[R], bool] | None = None,
    ) -> R:
        """Call the effect; a local run is not tried again, people do that."""
        return effect(*args)

    async def tell(self, news: News) -> None:
        """Hand the message to whoever watches."""
        self._on_message(self._numbering.message(news))

    async def table(self, key: str, rows: Rows, text: str) -> None:
        """Nothing to keep: the report is the answer."""


def at_once(story: Coroutine[Any, Any, R]) -> R:
    """Carry out a story whose road never waits: no event loop, and an interrupt ends it where it is."""
    try:
        story.send(None)
    except StopIteration as end:
        result: R = end.value
        return result
    story.close()
    raise RuntimeError("the story waits for something, and nobody would wake it")
