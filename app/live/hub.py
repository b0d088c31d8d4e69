"""All runs that somebody watches, and what people tell them to do."""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import structlog

from app.live.channel import Channel
from app.live.drifts import Drifts
from app.live.keeper import Keeper
from app.live.metrics import Metrics
from app.live.orchestrator import loaded, orchestrator
from app.live.rollouts import RolloutKeeper
from app.storage import runs
from app.storage.engine import Storage
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message
from stackwright.runs.expected import expected
from stackwright.runs.record import Run
from stackwright.runs.state import RunState, Steer, possible

if TYPE_CHECKING:
    from app.runs import Line

HISTORY = 20  # runs that tell how long steps take
LINGER_S = 30.0  # a channel waits that long for somebody who comes back
AGAIN_S = 1.0
LOG_FRESH_S = 0.5  # the log of a run that goes on is read again after that
LOGS_KEPT = 50
LOG_UNSETTLED = 100  # the last lines may still be followed by older ones

log = structlog.get_logger("runs")


class Hub:
    """All runs that somebody watches.

    Args:
        storage: Where runs are kept.
        is_published: Whether there is an output at a place.
    """

    def __init__(self, storage: Storage, is_published: Callable[[str], Awaitable[bool]]) -> None:
        self._storage = storage
        self._channels: dict[UUID, Channel] = {}
        self._watchers: dict[UUID, int] = {}
        self._followers: dict[UUID, asyncio.Task[None]] = {}
        self._logs: dict[UUID, tuple[bool, float, Sequence[Line]]] = {}  # whole? read when? lines
        self._context: contextvars.Context | None = None
        self._is_ready = asyncio.Event()
        self._is_reached = True
        self.rollouts = RolloutKeeper(storage)
        self.drifts = Drifts()
        self.metrics = Metrics()
        self.keeper = Keeper(storage, self.changed, self._heard, is_published, self._reach)

    @asynccontextmanager
    async def open(self, server: str) -> AsyncIterator[None]:
        """Inside, runs are handed over and kept up to date.

        Args:
            server: Address of the orchestrator; empty: there is none, so runs wait.
        """
        serving = asyncio.create_task(self._serve(server)) if server else None
        try:
            yield
        finally:
            tasks = [task for task in (serving, *self._followers.values()) if task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, server: str) -> None:
        await loaded()
        with orchestrator.on(server):
            self._context = contextvars.copy_context()  # those who listen need its address
            async with orchestrator.connected():
                self._is_ready.set()
                async with asyncio.TaskGroup() as keeping:
                    keeping.create_task(self.keeper.keep())
                    keeping.create_task(self.rollouts.keep())
                    keeping.create_task(self.drifts.keep())

    @asynccontextmanager
    async def watching(self, run: Run) -> AsyncIterator[Channel]:
        """The channel of a run; while somebody is inside, it is followed."""
        channel = await self._channel(run)
        self._watchers[run.id] = self._watchers.get(run.id, 0) + 1
        try:
            yield channel
        finally:
            self._watchers[run.id] -= 1
            if not self._watchers[run.id]:
                asyncio.get_running_loop().call_later(LINGER_S, self._let_go, run.id)

    def watchers(self, run_id: UUID) -> int:
        """How many watch this run now."""
        return self._watchers.get(run_id, 0)

    def changed(self, run: Run, said: Sequence[Message] = ()) -> None:
        """Tell those who watch that a run changed; what it said before it ended comes first."""
        channel = self._channels.get(run.id)
        if channel is not None:
            channel.hear(said)  # it may have ended before anybody listened
            channel.change(run)
            self._follow(channel)

    async def steer(self, run: Run, steer: Steer) -> Run:
        """Tell a run to do something; the run afterwards.

        Raises:
            ProjectError: It cannot do that in its state (HTTP 409), or the orchestrator is away (HTTP 503).
        """
        if steer not in possible(run.state):
            run = await self._now(run)  # what is kept may be a second old
        if steer not in possible(run.state):
            raise _impossible(run, steer)
        if run.flow_run_id is None:  # not handed over yet
            return await self._withdraw(run)
        if not self._is_ready.is_set():
            raise _away("it is being connected to")
        flow_run = orchestrator.Run(id=run.flow_run_id, name=run.title, state=run.state.value)
        act = {
            Steer.PAUSE: orchestrator.pause,
            Steer.RESUME: orchestrator.resume,
            Steer.CANCEL: orchestrator.cancel,
            Steer.RETRY: orchestrator.retry,
        }[steer]
        try:
            async with self.keeper.turn(run.id):
                if steer is Steer.RETRY:  # first: looked after again, whatever comes between
                    await self._reopen(run)
                await act(flow_run)
        except httpx.HTTPError as error:
            raise _away(type(error).__name__) from error
        self.keeper.nudge()
        found = await self._now(run)
        self.changed(found)
        return found

    async def _now(self, run: Run) -> Run:
        """The run as the orchestrator sees it now; as it was, where that is away or not concerned."""
        if self._is_ready.is_set():
            try:
                await self.keeper.refresh(run.id)
            except httpx.HTTPError as error:
                raise _away(type(error).__name__) from error
        async with self._storage.session() as session:
            return await runs.get(session, run.id) or run

    async def log(self, run: Run) -> Sequence["Line"]:
        """The lines of a run's log, oldest first.

        Raises:
            ProjectError: The orchestrator is away (HTTP 503).
        """
        if run.flow_run_id is None:
            return ()
        kept = self._logs.get(run.id)
        if kept is None or (not kept[0] and time.monotonic() - kept[1] > LOG_FRESH_S):
            if not self._is_ready.is_set():
                raise _away("it is being connected to")
            try:
                kept = await self._read_log(run, run.flow_run_id, kept[2] if kept else ())
            except httpx.HTTPError as error:
                raise _away(type(error).__name__) from error
            self._logs[run.id] = kept
            while len(self._logs) > LOGS_KEPT:
                self._logs.pop(next(iter(self._logs)))
        return kept[2]

    async def _read_log(
        self, run: Run, flow_run_id: UUID, known: Sequence["Line"]
    ) -> tuple[bool, float, Sequence["Line"]]:
        """Read what is new; the last lines once more, as late ones sort in between, and at the end all of it."""
        settled = 0 if run.state.is_final else max(0, len(known) - LOG_UNSETTLED)
        new = await orchestrator.log(flow_run_id, known=settled)
        return run.state.is_final, time.monotonic(), [*known[:settled], *new]

    async def _reopen(self, run: Run) -> None:
        again = {"state": RunState.QUEUED.value, "message": "", "ended_at": None}
        self._logs.pop(run.id, None)
        async with self._storage.session() as session:
            await runs.change(session, run.id, was=run.state, **again)

    async def _withdraw(self, run: Run) -> Run:
        async with self._storage.session() as session:
            gone = {"state": RunState.CANCELLED.value, "message": "Cancelled before it began."}
            cancelled = await runs.change(session, run.id, was=run.state, **gone)
        if cancelled is None:
            raise _impossible(run, Steer.CANCEL)
        self.changed(cancelled)
        return cancelled

    async def _channel(self, run: Run) -> Channel:
        channel = self._channels.get(run.id)
        if channel is None:
            async with self._storage.session() as session:
                history = await runs.done(session, HISTORY, project_id=run.project_id)
                history = history or await runs.done(session, HISTORY)
                journal = await runs.journal(session, run.id) if run.state.is_final else []
            files = history[0].files if history else 0
            made = Channel(run, expected(history, files), time.monotonic)
            made.hear(journal)
            made.change(run)
            made.reach(self._is_reached)
            channel = self._channels.setdefault(run.id, made)
        self._follow(channel)
        return channel

    def _follow(self, channel: Channel) -> None:
        """See to it that somebody listens to a run that has not ended."""
        run, following = channel.run, self._followers.get(channel.run.id)
        is_there = run.flow_run_id is not None and not run.state.is_final and self._context
        if is_there and (following is None or following.done()):
            listening = self._listen(channel)
            self._followers[run.id] = asyncio.create_task(listening, context=self._context)

    async def _listen(self, channel: Channel) -> None:
        while (flow_run_id := channel.run.flow_run_id) and not channel.run.state.is_final:
            try:
                started = orchestrator.Run(id=flow_run_id, name="", state="")
                async for message in orchestrator.follow(started):
                    channel.hear([message])
                await self.keeper.refresh(channel.run.id)
            except (ProjectError, httpx.HTTPError, OSError) as error:
                log.warning("a run is not followed", run=str(channel.run.id), cause=str(error))
            if not channel.run.state.is_final:
                await asyncio.sleep(AGAIN_S)

    def _heard(self, run_id: UUID) -> Sequence[Message]:
        channel = self._channels.get(run_id)
        return channel.messages if channel else ()

    def _reach(self, is_reached: bool) -> None:  # noqa: FBT001 - the keeper calls it
        self._is_reached = is_reached
        for channel in self._channels.values():
            channel.reach(is_reached)

    def _let_go(self, run_id: UUID) -> None:
        if not self._watchers.get(run_id):
            self._watchers.pop(run_id, None)
            self._channels.pop(run_id, None)
            if following := self._followers.pop(run_id, None):
                following.cancel()


def _away(why: str) -> ProjectError:
    return ProjectError(
        f"The orchestrator does not answer ({why}).",
        hint="Try again in a moment.",
        http_status=503,
    )


def _impossible(run: Run, steer: Steer) -> ProjectError:
    can = ", ".join(possible(run.state)) or "nothing"
    return ProjectError(
        f"The run is {run.state}: it is not possible to {steer} it.",
        hint=f"What is possible now: {can}.",
        http_status=409,
    )
