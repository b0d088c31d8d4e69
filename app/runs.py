"""Runs on a Prefect server: the only file that talks to its client. Start, follow, steer, result, log."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from prefect import settings
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import filters
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.client.schemas.sorting import ArtifactSort, LogSort
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventOrder, EventResourceFilter
from prefect.exceptions import ObjectNotFound
from prefect.states import AwaitingRetry, Cancelling, Suspended
from websockets.exceptions import WebSocketException

from app.flow_run import Line as Line  # noqa: PLC0414 - people get them from here
from app.flow_run import Run as Run  # noqa: PLC0414 - doors find it here, beside what gives it
from app.sequence import Sequence as Ordered
from flows.marks import ERROR, PROGRESS_EVENT, QUALITY, REPORT
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message
from stackwright.generation.quality import QualityReport
from stackwright.generation.request import GenerationReport, Refusal
from stackwright.value import Value

T = TypeVar("T")
V = TypeVar("V", bound=Value)
GENERATE = "generate-project/generate"
LOOK_SOON_S = 0.1  # how soon after its last message
LOOK_AGAIN_S = 1.0  # how often a run's state is read while its messages are followed
REREAD_EVERY = 5  # looks at the state to one reading of all messages over REST
SETTLE_S = 3.0  # how long the last messages of a run may take to be stored
PATIENCE_S = 60.0  # how long a server may be away
PAUSE_S = 7 * 24 * 3600  # after that a paused run fails
PAGE = 50  # events; the server gives no more at once
LOG_PAGE, MOST_LOG = 200, 20_000  # lines


_kept: PrefectClient | None = None


@asynccontextmanager
async def connected() -> AsyncIterator[None]:
    """Inside, all of this process use one connection; making one takes a while."""
    global _kept  # noqa: PLW0603 - a process has one server
    async with get_client() as client:
        _kept = client
        try:
            yield
        finally:
            _kept = None


@asynccontextmanager
async def _client() -> AsyncIterator[PrefectClient]:
    if _kept is not None:
        yield _kept
    else:
        async with get_client() as client:
            yield client


@contextmanager
def on(server: str) -> Iterator[None]:
    """Everything inside happens on the server at this address; that it is away is known at once, not after a minute.

    Raises:
        ProjectError: It does not answer.
    """
    address = server.rstrip("/").removesuffix("/api")
    places = {settings.PREFECT_API_URL: f"{address}/api", settings.PREFECT_UI_URL: address}
    with settings.temporary_settings(places | {settings.PREFECT_CLIENT_MAX_RETRIES: 0}):
        try:
            yield
        except httpx.TransportError as error:
            raise ProjectError(
                f"No server answers at {address}: {error}",
                hint="Start one with `stackwright serve`.",
            ) from error


async def start(
    flow: str, parameters: Mapping[str, Any], idempotency_key: str | None = None
) -> Run:
    """Start a run of a deployment.

    Args:
        flow: The deployment, such as `generate-project/generate`.
        parameters: What the flow is called with, as JSON values.
        idempotency_key: The same key gives the same run for ever, also after it has ended.

    Raises:
        ProjectError: The server has no such deployment or refuses the parameters.
    """
    async with _client() as client:
        try:
            deployment = await client.read_deployment_by_name(flow)
            made = await client.create_flow_run_from_deployment(
                deployment.id, parameters=dict(parameters), idempotency_key=idempotency_key
            )
        except ObjectNotFound as error:
            raise ProjectError(
                f"The server has no deployment {flow}.",
                hint="`stackwright serve` registers it; elsewhere: prefect --no-prompt deploy --all",
            ) from error
        except httpx.HTTPStatusError as error:
            raise _refused(error) from error
    return _run(made)


def page(run: Run) -> str:
    """Where a browser shows the run."""
    return f"{settings.PREFECT_UI_URL.value()}/runs/flow-run/{run.id}"


async def look(run: Run) -> Run:
    """The run as it is now."""
    async with _client() as client:
        return await _look(client, run)


async def follow(run: Run) -> AsyncIterator[Message]:
    """The messages of a run, each once and in order, from its first to its last; ends when it has ended.

    They arrive as events within milliseconds. Events can be lost or come twice, so they are read again
    over REST every few seconds, and the end is the state of the run, never a message.
    """
    sequence, arrived = Ordered(), asyncio.Event()
    async with _client() as client:
        listening = asyncio.create_task(_listen(run.id, sequence, arrived))
        try:
            looks = 0
            while not (await _look(client, run)).final:
                if looks % REREAD_EVERY == 0:
                    sequence.add(await _stored(client, run.id))
                looks += 1
                until = asyncio.get_running_loop().time() + LOOK_AGAIN_S
                with suppress(TimeoutError):
                    while True:
                        for message in sequence.ready():
                            yield message
                        if sequence.is_complete:  # the run's own end is a moment away
                            await asyncio.sleep(LOOK_SOON_S)
                            break
                        async with asyncio.timeout_at(until):
                            await arrived.wait()
                        arrived.clear()
            for message in await _remaining(client, run.id, sequence):
                yield message
        finally:
            listening.cancel()


async def result(run: Run) -> GenerationReport:
    """What a generation that has ended did.

    Raises:
        ProjectError: It did not succeed; with the findings of a model that was refused.
    """
    run = await look(run)
    if run.succeeded and (done := await report(run)):
        return done
    if run.state == "Failed" and (why := await refusal(run)):
        raise why.error()
    raise ProjectError(
        f"The run {run.name} is {run.state.lower()}: {run.message or 'nothing more is known.'}",
        hint=f"Its log: {page(run)}",
    )


async def report(run: Run) -> GenerationReport | None:
    """What a generation wrote, also when its checks failed afterwards; None: nothing was written."""
    return await left(run, REPORT, GenerationReport)


async def quality(run: Run) -> QualityReport | None:
    """What the checks of a generation found, also when some failed; None: nothing was checked."""
    return await left(run, QUALITY, QualityReport)


async def refusal(run: Run) -> Refusal | None:
    """Why a generation failed; None: nothing of the kind was left behind."""
    return await left(run, ERROR, Refusal)


async def states(ids: Sequence[UUID]) -> Mapping[UUID, Run]:
    """Id → run as it is now, of those that the server knows."""
    found: dict[UUID, Run] = {}
    async with _client() as client:
        for at in range(0, len(ids), LOG_PAGE):
            wanted = filters.FlowRunFilter(
                id=filters.FlowRunFilterId(any_=list(ids[at : at + LOG_PAGE]))
            )
            some = await client.read_flow_runs(flow_run_filter=wanted, limit=LOG_PAGE)
            found |= {one.id: _run(one) for one in some}
    return found


async def messages(run: Run) -> Sequence[Message]:
    """All messages of a run that has ended, in order."""
    async with _client() as client:
        return await _remaining(client, run.id, Ordered())


async def log(run_id: UUID, known: int = 0, level: int = 0) -> Sequence[Line]:
    """The lines of a run's log from this level on, oldest first, after those known; 20,000 at most."""
    its, least = filters.LogFilterFlowRunId(any_=[run_id]), filters.LogFilterLevel(ge_=level)
    wanted = filters.LogFilter(flow_run_id=its, level=least)
    lines: list[Line] = []
    async with _client() as client:
        while known + len(lines) < MOST_LOG:
            some = await client.read_logs(
                wanted, limit=LOG_PAGE, offset=known + len(lines), sort=LogSort.TIMESTAMP_ASC
            )
            lines += [Line(at=one.timestamp, level=one.level, text=one.message) for one in some]
            if len(some) < LOG_PAGE:
                break
    return lines


async def cancel(run: Run) -> None:
    """Ask a run to end; it takes a few seconds until its process is gone."""
    await _set(run, Cancelling(message="Cancelled by a person."))


async def retry(run: Run) -> None:
    """Run it again from its first unfinished step; it is the same run, one attempt later."""
    await _set(run, AwaitingRetry(scheduled_time=datetime.now(UTC)))


async def pause(run: Run) -> None:
    """Let a run rest before its next step: its process ends, its finished steps are kept."""
    await _set(run, Suspended(timeout_seconds=PAUSE_S, pause_key=str(uuid4())))


async def resume(run: Run, given: Mapping[str, Any] | None = None) -> None:
    """Let a run that rests go on, in a fresh process.

    Args:
        run: Which.
        given: What it waits for, such as a yes to its plan.

    Raises:
        ProjectError: It does not rest, or waits for something else (HTTP 409).
    """
    async with _client() as client:
        answer = await client.resume_flow_run(run.id, dict(given) if given else None)
    _must_be_accepted(run, answer)
    if given and answer.status is SetStateStatus.REJECT:
        raise ProjectError(
            f"The run {run.name} does not wait for this.",
            hint="Read what it waits for now: a plan may have taken the place of the one you read.",
            http_status=409,
        )


async def _set(run: Run, state: State[Any]) -> None:
    async with _client() as client:
        answer = await client.set_flow_run_state(run.id, state)
    _must_be_accepted(run, answer)


def _must_be_accepted(run: Run, answer: OrchestrationResult[Any]) -> None:
    """Raise what the server says against a new state; another state in its place is fine.

    Raises:
        ProjectError: It is not possible now (HTTP 409).
    """
    if answer.status is SetStateStatus.ABORT:
        reason = getattr(answer.details, "reason", None) or "its state does not allow it"
        raise ProjectError(
            f"This cannot be done with the run {run.name} now: {reason}.",
            hint="Look at its state again.",
            http_status=409,
        )


async def _look(client: PrefectClient, run: Run) -> Run:
    return _run(await _patiently(lambda: client.read_flow_run(run.id)))


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer of a server that may be away for a while, as during a restart."""
    until = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        try:
            return await ask()
        except httpx.TransportError:
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(LOOK_AGAIN_S)


async def _listen(run_id: UUID, sequence: Ordered, arrived: asyncio.Event) -> None:
    """Take the events of a run as they happen; without a connection, reading them again must do."""
    while True:
        with suppress(OSError, TimeoutError, httpx.HTTPError, WebSocketException):
            async with get_events_subscriber(filter=_of(run_id)) as events:
                async for event in events:
                    sequence.add([Message.model_validate(event.payload)])
                    arrived.set()
        await asyncio.sleep(LOOK_AGAIN_S)


async def _stored(client: PrefectClient, run_id: UUID) -> list[Message]:
    """All messages of a run that the server has stored, over REST."""
    page = await _patiently(lambda: client.read_events(_of(run_id), limit=PAGE))
    found = [Message.model_validate(event.payload) for event in page.events]
    while page.next_page:
        page = await client.read_events_page(str(page.next_page))
        found += [Message.model_validate(event.payload) for event in page.events]
    return found


async def _remaining(client: PrefectClient, run_id: UUID, sequence: Ordered) -> list[Message]:
    """What is left when the run has ended; the server stores the last messages within seconds."""
    given: list[Message] = []
    for _ in range(int(SETTLE_S / 0.25)):
        sequence.add(await _stored(client, run_id))
        given += sequence.ready()
        if sequence.is_complete:
            return given
        await asyncio.sleep(0.25)
    return given + sequence.rest()


async def left(run: Run, key: str, kind: type[V]) -> V | None:
    """What a run left behind under this name, as a value of this kind; None: nothing."""
    async with _client() as client:
        kept = await _kept_data(client, run.id, key)
    return None if kept is None else kind.model_validate(kept)


async def newest(key: str) -> tuple[UUID, Any] | None:
    """The newest artifact with this key, whichever run left it: its id and its data; None: there is none."""
    wanted = filters.ArtifactFilter(key=filters.ArtifactFilterKey(any_=[key]))
    async with _client() as client:
        found = await _patiently(
            lambda: client.read_artifacts(
                artifact_filter=wanted, sort=ArtifactSort.CREATED_DESC, limit=1
            )
        )
    return (found[0].id, json.loads(str(found[0].data))) if found else None


async def _kept_data(client: PrefectClient, run_id: UUID, key: str) -> Any:
    """The data of the newest artifact of this run with this key; None when there is none."""
    wanted = filters.ArtifactFilter(
        flow_run_id=filters.ArtifactFilterFlowRunId(any_=[run_id]),
        key=filters.ArtifactFilterKey(any_=[key]),
    )
    found = await _patiently(
        lambda: client.read_artifacts(
            artifact_filter=wanted, sort=ArtifactSort.CREATED_DESC, limit=1
        )
    )
    return json.loads(str(found[0].data)) if found else None


def _of(run_id: UUID) -> EventFilter:
    """The progress messages of one run."""
    return EventFilter(
        event=EventNameFilter(name=[PROGRESS_EVENT]),
        resource=EventResourceFilter(id=[f"stackwright.generation.{run_id}"]),
        order=EventOrder.ASC,
    )


def _run(flow_run: FlowRun) -> Run:
    state = flow_run.state
    return Run(
        id=flow_run.id,
        name=flow_run.name,
        state=(state.name if state else None) or "Unknown",
        type=state.type.value if state else "",
        message=(state.message if state else None) or "",
        final=bool(state and state.is_final()),
        attempt=max(1, flow_run.run_count),
        started_at=flow_run.start_time,
        ended_at=flow_run.end_time,
    )


def _refused(error: httpx.HTTPStatusError) -> ProjectError:
    try:
        detail = error.response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = error.response.text
    passes = error.response.is_server_error or error.response.status_code in {408, 429}
    return ProjectError(
        f"The server refuses to start the run: {detail}", http_status=503 if passes else 422
    )
