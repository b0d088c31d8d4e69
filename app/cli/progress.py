"""Progress on a terminal while a generation runs: a bar for people, nothing for programs and pipes."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from stackwright.generation.progress import Message, MessageKind

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_QUIET = {MessageKind.PROCESSING, MessageKind.FILES}  # told by the bar
_SLOW_S = 0.3  # a run that is over sooner shows no bar


class Watching:
    """Shows messages on standard error; a bar appears only on a terminal and only for runs that take a while."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def message(self, message: Message) -> None:
        """Show one message."""
        if (
            self._quiet or message.kind is MessageKind.ERROR
        ):  # the error itself is shown by the door
            return
        if message.kind in _QUIET:
            if self._terminal and message.seconds > _SLOW_S:
                self._advance(message)
        elif not message.kind.is_last:
            print(message.text, file=sys.stderr)

    def say(self, text: str) -> None:
        """Show what people should know besides."""
        if not self._quiet:
            print(text, file=sys.stderr)

    def _advance(self, message: Message) -> None:
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True, emoji=False),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(message.step, total=message.total)
        self._bar.update(
            self._task, description=message.step, completed=message.done, total=message.total
        )
