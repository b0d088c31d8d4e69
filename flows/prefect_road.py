"""The orchestrated way of a story: effects as Prefect tasks, news as events, tables as artifacts."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from prefect import Task
from prefect.artifacts import (
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.cache_policies import NO_CACHE, CacheKeyFnPolicy
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.events import emit_event
from prefect.logging import get_run_logger
from prefect.states import Failed
from prefect.transactions import get_transaction
from pydantic import BaseModel

from flows.healing import can_heal
from flows.marks import PROGRESS_EVENT
from flows.road import Numbering, Rows
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message, News
from stackwright.generation.quality import Outcome
from tasks import commands
from tasks.effect import policy_of

R = TypeVar("R")
MIN_UPDATE_S = 0.5  # between two updates of the progress bar
JITTER = 0.3


class PrefectRoad:
    """Carries out a story inside a flow run."""

    is_resumed = True

    def __init__(self) -> None:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RuntimeError("This road leads through a flow run; there is none around.")
        self._run = context.flow_run
        self._numbering = Numbering(attempt=max(1, self._run.run_count))
        self._content = _Content()
        self._bar: UUID | None = None
        self._bar_moved = 0.0

    async def do(
        self,
        effect: Callable[..., R],
        *args: object,
        name: str,
        still_holds: Callable[[R], bool] | None = None,
    ) -> R:
        """Run the effect as a task of its own, tried again and remembered by its policy.

        Raises:
            ProjectError: The effect said so, and trying again did not or would not help.
        """
        policy = policy_of(effect)
        refused: list[ProjectError] = []
        objected: list[R] = []

        async def work() -> Any:
            refused.clear()
            objected.clear()
            try:
                answer = await asyncio.to_thread(effect, *args)
            except ProjectError as error:  # a state with a message, not a traceback
                refused.append(error)
                return _failed(explained(error))
            except asyncio.CancelledError:  # the run is being ended, and its commands with it
                await asyncio.shield(asyncio.to_thread(commands.end_below))
                raise
            if objection := _objection(answer):
                objected.append(answer)
                return _failed(objection)
            return answer

        key = self._content.key(effect, args) if policy.persist else None
        task = _task(effect, work, name, refused, key)
        state: State[Any] = await task(return_state=True)
        if still_holds and state.name == "Cached" and not still_holds(await state.aresult()):
            state = await task.with_options(refresh_cache=True)(return_state=True)
        if refused and state.is_failed():
            raise refused[0]
        if objected and state.is_failed():
            return objected[0]
        result: R = await state.aresult()
        return result

    async def tell(self, news: News) -> None:
        """Emit the message as an event, log it, and move the progress bar."""
        message = self._numbering.message(news)
        emit(message, self._run.id, self._run.name)
        log = get_run_logger()
        (log.error if message.kind.name == "ERROR" else log.info)(message.text)
        if message.total:
            await self._move_bar(message)

    async def table(self, key: str, rows: Rows, text: str) -> None:
        """Keep the table as an artifact of the run."""
        await acreate_table_artifact(
            table=[dict(row) for row in rows], key=f"generation-{key}", description=text
        )

    async def _move_bar(self, message: Message) -> None:
        percent = round(100 * message.done / message.total, 1)
        text = f"{message.done} of {message.total} files are rendered."
        if self._bar is None:
            self._bar = await acreate_progress_artifact(
                progress=percent, key="generation-progress", description=text
            )
        elif (
            message.done == message.total or time.monotonic() - self._bar_moved >= MIN_UPDATE_S
        ) and message.files:
            await aupdate_progress_artifact(self._bar, progress=percent, description=text)
        else:
            return
        self._bar_moved = time.monotonic()


def emit(message: Message, run_id: UUID, run_name: str) -> None:
    """Send a message of a run to whoever follows it."""
    emit_event(
        event=PROGRESS_EVENT,
        resource={
            "prefect.resource.id": f"stackwright.generation.{run_id}",
            "prefect.resource.name": run_name,
        },
        related=[
            {
                "prefect.resource.id": f"prefect.flow-run.{run_id}",
                "prefect.resource.role": "flow-run",
            }
        ],
        payload=message.model_dump(mode="json"),
    )


def explained(error: ProjectError) -> str:
    """An error and its findings as a message of several lines."""
    return "\n".join([str(error), *(finding.sentence() for finding in error.findings)])


def _failed(message: str) -> State[Any]:
    """A state for a task that did not do its work; unlike an answer, it is not kept for the next time."""
    if transaction := get_transaction():
        transaction.write_on_commit = False
    return Failed(message=message)


def _objection(answer: object) -> str:
    """Why a task is shown as failed although it did its work: its checks found something."""
    outcomes = answer if isinstance(answer, tuple) else (answer,)
    failed = [one for one in outcomes if isinstance(one, Outcome) and one.state == "failed"]
    return "\n".join(
        "\n".join([f"{one.title}: {one.cause}", *(p.sentence() for p in one.problems)])
        for one in failed
    )


def _task(
    effect: Callable[..., Any],
    work: Callable[[], Any],
    name: str,
    refused: list[ProjectError],
    key: str | None,
) -> Task[Any, Any]:
    policy = policy_of(effect)

    def worth_retrying(_task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
        error = refused[0] if refused else state.data
        return (
            run.run_count <= policy.retries and isinstance(error, BaseException) and can_heal(error)
        )

    return Task(
        work,
        name=effect.__name__.replace("_", " "),
        description=(effect.__doc__ or "").strip().partition("\n")[0],
        task_run_name=name,
        retries=policy.retries + 1,  # the last one is always refused: Prefect logs an exhausted
        retry_condition_fn=worth_retrying,  # retry with a traceback, a refused one without
        retry_delay_seconds=list(policy.delays_s),
        retry_jitter_factor=JITTER,
        timeout_seconds=policy.timeout_s,
        persist_result=policy.persist,
        cache_policy=NO_CACHE if key is None else CacheKeyFnPolicy(cache_key_fn=lambda *_: key),
        result_serializer="json",
    )


class _Content:
    """What an effect and its inputs are, as one digest; large inputs are read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, bytes]] = {}

    def key(self, effect: Callable[..., object], args: tuple[object, ...]) -> str:
        digest = hashlib.sha256(f"{effect.__module__}.{effect.__qualname__}".encode())
        for arg in args:
            digest.update(self._digest(arg))
        return f"stackwright-{effect.__name__}-{digest.hexdigest()[:32]}"

    def _digest(self, value: object) -> bytes:
        found = self._known.get(id(value))
        if found is None:  # the value is kept with its digest, so that its id stays its own
            found = self._known[id(value)] = (value, hashlib.sha256(_bytes(value)).digest())
        return found[1]


def _bytes(value: object) -> bytes:
    """The content of an input.

    Raises:
        TypeError: Its type has no content that identifies it, so results can't be kept by it.
    """
    if isinstance(value, BaseModel):
        return value.model_dump_json().encode()
    if isinstance(value, tuple):
        return b"\0".join(_bytes(part) for part in value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str | int | bool | Path):
        return f"{type(value).__name__}:{value}".encode()
    raise TypeError(f"The content of {type(value).__name__} can't be told.")
