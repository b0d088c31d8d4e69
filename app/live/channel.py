"""One run and those who watch it: what it said, how far it is, and who has heard which of it."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from stackwright.generation.progress import Message
from stackwright.runs.envelope import Changed, Snapshot, said
from stackwright.runs.expected import Expected, Rest, rest
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from stackwright.runs.steps import after, beginning, sequence_of

T = TypeVar("T")
GAP_S = 0.1  # between two deliveries to one watcher while much happens
BURST = 4  # deliveries that may follow each other at once
MOST_BEHIND = 200  # messages; who is further behind gets the whole state instead
HEARTBEAT_S = 15.0
CATCH_UP_S = 5.0
SPOKEN = frozenset({RunState.RUNNING, RunState.PAUSED, RunState.CANCELLING})


class Channel:
    """What is known of a run, told to any number of watchers.

    Nothing is queued for anybody: each watcher knows what it has heard, and takes what is new when it can.
    """

    def __init__(self, run: Run, known: Sequence[Expected], clock: Callable[[], float]) -> None:
        self.run, self.known = run, known
        self.progress = beginning(restores=run.base is not None, verifies=run.verify)
        self.version, self.is_reached = 0, True
        self.messages: list[Message] = []
        self._said: list[tuple[int, str]] = []  # number, and the message as it is sent
        self._clock = clock
        self._attempt_began = clock()
        self._news = asyncio.Event()
        self._drawn: dict[str, tuple[int, str]] = {}

    def hear(self, messages: Sequence[Message]) -> None:
        """Count these in; those that were are passed over."""
        fresh = [one for one in messages if sequence_of(one) > self.progress.sequence]
        if not fresh:
            return
        self.progress = after(self.progress, fresh)
        self.messages += fresh
        for message in fresh:
            sent = said(self.run.id, message)
            self._said.append((sent.sequence, sent.model_dump_json()))
        self._attempt_began = self._clock() - self.progress.seconds
        if (
            self.run.state is RunState.QUEUED
        ):  # it speaks, so it runs; the orchestrator says so soon
            self.run = self.run.model_copy(update={"state": RunState.RUNNING})
        self._tell()

    def change(self, run: Run) -> None:
        """Take the run as it is now."""
        if run != self.run:
            self.run = run
            self._tell()

    def reach(self, is_reached: bool) -> None:  # noqa: FBT001 - it is what there is to tell
        """Whether the orchestrator answers, so that news of the run can come."""
        if is_reached != self.is_reached:
            self.is_reached = is_reached
            self._tell()

    @property
    def is_over(self) -> bool:
        """Whether nothing follows."""
        return self.run.state.is_final

    def seconds(self) -> float:
        """Since the attempt began; of an ended one, how long it took."""
        if self.run.state is RunState.RUNNING:
            return max(self.progress.seconds, self._clock() - self._attempt_began)
        return self.progress.seconds

    def rest(self) -> Rest | None:
        """What is left, while it runs."""
        if self.run.state is not RunState.RUNNING:
            return None
        return rest(self.progress, self.known, self.seconds())

    def snapshot(self) -> Snapshot:
        """The whole state."""
        return Snapshot(
            sequence=self.progress.sequence,
            run=self.run,
            progress=self.progress,
            rest=self.rest(),
        )

    def drawn(self, name: str, draw: Callable[["Channel"], str]) -> str:
        """What this makes of the state; made once for all who watch."""
        version, text = self._drawn.get(name, (-1, ""))
        if version != self.version:
            text = draw(self)
            self._drawn[name] = (self.version, text)
        return text

    async def caught_up(self) -> None:
        """Wait until a run that must have spoken is heard: who began anew reads first what it said before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                while self.run.state in SPOKEN and not self.progress.sequence:
                    await self._news.wait()

    async def envelopes(self, heard: int | None) -> AsyncIterator[Sequence[str]]:
        """What a program is sent, as JSON, ten times a second at most for long; ends with the run.

        Args:
            heard: The last number it has seen; None: nothing, it gets the whole state first.
        """
        run = self.run if heard is not None else None
        async for _ in self._beats(ends=True):
            new = self._since(heard or 0)
            at = max(heard or 0, self.progress.sequence)  # it may have heard more than we, yet
            batch = [text for _, text in new]
            if heard is None or len(new) > MOST_BEHIND:
                batch = [self.drawn("snapshot", lambda one: one.snapshot().model_dump_json())]
            elif run != self.run:
                batch.append(Changed(sequence=at, run=self.run).model_dump_json())
            heard, run = at, self.run
            yield batch

    async def pictures(self, draw: Callable[["Channel"], T]) -> AsyncIterator[T | None]:
        """What a page is sent: the newest state, never a backlog; None: nothing happened for a while.

        It goes on when the run has ended, as that may be tried again.
        """
        version = -1
        async for _ in self._beats(ends=False):
            if version == self.version:
                yield None
                continue
            version = self.version
            yield draw(self)

    async def _beats(self, *, ends: bool) -> AsyncIterator[None]:
        """Now, at each change and at each heartbeat; a watcher that takes long misses beats, not state.

        Args:
            ends: With the run.
        """
        allowed, at = float(BURST), self._clock()
        version = -1
        while True:
            if version == self.version:
                try:
                    async with asyncio.timeout(HEARTBEAT_S):
                        await self._news.wait()
                except TimeoutError:
                    yield None
                    continue
            now = self._clock()
            allowed, at = min(BURST, allowed + (now - at) / GAP_S), now
            if allowed < 1:
                await asyncio.sleep((1 - allowed) * GAP_S)
                continue
            allowed -= 1
            is_last, version = ends and self.is_over, self.version
            yield None
            if is_last and version == self.version:
                return

    def _since(self, heard: int) -> list[tuple[int, str]]:
        return self._said[bisect_right(self._said, heard, key=lambda one: one[0]) :]

    def _tell(self) -> None:
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()
