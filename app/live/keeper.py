"""Keeps our runs and the orchestrator's at one: hands over, looks, keeps what came of them.

A run is ours from the moment it was asked for. Handing it over twice starts it once, so a crash at any place
loses and doubles nothing; what the orchestrator says is read again and again, never derived from events.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakValueDictionary

import httpx

from app.live.orchestrator import orchestrator
from app.live.rounds import Rounds
from app.storage import projects, runs
from app.storage.engine import Storage
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message
from stackwright.generation.quality import QualityReport
from stackwright.runs.record import Run, outcome_of, output_place
from stackwright.runs.state import FINAL, RunState, from_orchestrator
from stackwright.runs.steps import after, beginning

if TYPE_CHECKING:
    from app.runs import Line
    from app.runs import Run as FlowRun

BUILD = "build-project/build"
BUSY_S, IDLE_S = 1.0, 5.0  # between two looks
BAD_INPUT = 422
WARNING, ERROR = 30, 40  # levels of a log
LOST = "The orchestrator does not know this run any more."


class Keeper:
    """Keeps our runs and the orchestrator's at one.

    Args:
        storage: Where our runs are kept.
        changed: Is told about each run that changed, with all that it said once it has ended.
        heard: Gives what was heard of a run, if somebody listens.
        is_published: Whether there is an output at a place.
        reached: Is told when the orchestrator answers no more, and when it does again.
    """

    def __init__(
        self,
        storage: Storage,
        changed: Callable[[Run, Sequence[Message]], None],
        heard: Callable[[UUID], Sequence[Message]],
        is_published: Callable[[str], Awaitable[bool]],
        reached: Callable[[bool], None],
    ) -> None:
        self._storage, self._changed = storage, changed
        self._heard, self._is_published = heard, is_published
        self._rounds = Rounds(self.look, "runs", BUSY_S, IDLE_S, reached)
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    def turn(self, run_id: UUID) -> asyncio.Lock:
        """Held by whoever ends this run, or lets it begin again: never both at once."""
        return self._turns.setdefault(run_id, asyncio.Lock())

    def nudge(self) -> None:
        """Look at once."""
        self._rounds.nudge()

    async def keep(self) -> None:
        """Do it for ever."""
        await self._rounds.keep()

    async def look(self) -> bool:
        """Hand over what waits and see how the others are; whether any has not ended."""
        async with self._storage.session() as session:
            active = await runs.active(session)
        try:
            for run in active:
                if run.flow_run_id is None:
                    await self._hand_over(run)
        finally:  # those behind wait for their turn; the others are looked at in any case
            await self._compare_all(active)
        return bool(active)

    async def _compare_all(self, active: Sequence[Run]) -> None:
        followed = {run.flow_run_id: run for run in active if run.flow_run_id is not None}
        found = await orchestrator.states(list(followed))
        failed: Exception | None = None
        for flow_run_id, run in followed.items():
            try:
                await self._compare(run, found.get(flow_run_id))
            except (ProjectError, httpx.HTTPError) as error:  # the others are none the worse for it
                failed = error
        if failed:
            raise failed

    async def refresh(self, run_id: UUID) -> None:
        """See how one run is, now."""
        async with self._storage.session() as session:
            run = await runs.get(session, run_id)
        if run and run.flow_run_id and not run.state.is_final:
            found = await orchestrator.states([run.flow_run_id])
            await self._compare(run, found.get(run.flow_run_id))

    async def _hand_over(self, run: Run) -> None:
        async with self._storage.session() as session:
            model = await projects.model(session, run.project_id, run.model)
            base = await runs.latest_output(session, run.project_id, before=run.number)
        if model is None:
            return  # the project is just being removed
        version, text = model
        parameters = {
            "run": str(run.id),
            "place": run.place,
            "model": text,
            "file": version.file,
            "config": run.config.model_dump(mode="json"),
            "base": output_place(base.project_id, base.id) if base else "",
            "verify": run.verify,
        }
        try:
            started = await orchestrator.start(BUILD, parameters, idempotency_key=str(run.id))
        except ProjectError as error:
            if error.http_status != BAD_INPUT:
                raise
            await self._change(run, state=RunState.FAILED.value, message=str(error))
            return
        handed: dict[str, Any] = {
            "flow_run_id": started.id,
            "base": base.id if base else None,
            "message": "",
        }
        if not await self._change(run, **handed):  # it was cancelled meanwhile
            await orchestrator.cancel(started)

    async def _compare(self, run: Run, found: "FlowRun | None") -> None:
        if found is None:
            await self._change(run, state=RunState.CRASHED.value, message=LOST)
            return
        state = from_orchestrator(found.type)
        now: dict[str, Any] = {
            "state": state.value,
            "message": found.message,
            "attempt": found.attempt,
            "started_at": found.started_at,
        }
        if state in FINAL:
            await self._end(run, found, now)
        elif any(getattr(run, name) != value for name, value in now.items()):
            await self._change(run, **now)

    async def _end(self, run: Run, found: "FlowRun", now: Mapping[str, Any]) -> None:
        """Conclude a run, unless somebody has told it to try again since it was looked at."""
        async with self.turn(run.id):
            again = (await orchestrator.states([found.id])).get(found.id)
            if again and (again.type, again.attempt) == (found.type, found.attempt):
                await self._conclude(run, found, now)

    async def _conclude(self, run: Run, found: "FlowRun", now: Mapping[str, Any]) -> None:
        """Keep what came of a run, as the orchestrator forgets it some day."""
        report = await orchestrator.report(found)
        quality = await orchestrator.quality(found)
        refusal = await orchestrator.refusal(found)
        messages = self._heard(run.id)
        if not messages or not messages[-1].kind.is_last or messages[-1].attempt < found.attempt:
            messages = await orchestrator.messages(found)  # they are stored a second later
        lines = await orchestrator.log(found.id, level=WARNING)
        start = beginning(restores=run.base is not None, verifies=run.verify)
        steps = after(start, messages).times()
        if from_orchestrator(found.type) is RunState.DONE:
            refusal = None  # of an earlier attempt
        await self._change(
            run,
            **now,
            ended_at=found.ended_at,
            published=await self._is_published(run.place),
            outcome=outcome_of(report, quality, refusal, steps, sum(map(_warns, lines))),
            journal=messages,
            quality=quality,
        )

    async def _change(
        self,
        run: Run,
        *,
        journal: Sequence[Message] = (),
        quality: QualityReport | None = None,
        **values: Any,
    ) -> Run | None:
        """Change a run unless somebody was quicker; who watches it is told."""
        async with self._storage.session() as session:
            changed = await runs.change(session, run.id, was=run.state, **values)
            if changed and journal:
                await runs.keep_journal(session, run.id, journal, quality)
        if changed:
            self._changed(changed, journal)
        return changed


def _warns(line: "Line") -> bool:
    return WARNING <= line.level < ERROR
