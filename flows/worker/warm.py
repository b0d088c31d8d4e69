"""The worker: takes runs from its pool, forks them, and tells Prefect truthfully how they ended."""

import os
import signal
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc
import httpx
import psutil
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse, WorkerFlowRunResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.exceptions import InfrastructureNotFound
from prefect.flows import load_flow_from_flow_run
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.workers.base import (
    BaseJobConfiguration,
    BaseVariables,
    BaseWorker,
    BaseWorkerResult,
)
from websockets.exceptions import WebSocketException

from flows.worker.forks import ForkStarter, Standby, warm_up
from flows.worker.orphans import end_orphans

if TYPE_CHECKING:
    from uuid import UUID

TYPE = "stackwright-warm"
STOP_S = 10.0  # how long stopped runs may take to say that they end
HEAR_AGAIN_S = 1.0
LOOKS, LOOK_S = 5, 0.05  # for a run that was passed over
NEXT_S = 1.0  # after the start of a run until a process waits for the next one
ANNOUNCED = tuple(
    f"prefect.flow-run.{state}" for state in ("Scheduled", "Resuming", "AwaitingRetry")
)
LOST = "Its process is gone and did not say how it ended: the worker or the machine was stopped."


class WarmResult(BaseWorkerResult):
    """How the process of a run ended."""


class WarmConfiguration(BaseJobConfiguration):
    """How a run is started: its flow is named, so that its process need not ask which one it is."""

    def prepare_for_flow_run(
        self,
        flow_run: FlowRun,
        deployment: DeploymentResponse | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Fill in what belongs to this run."""
        super().prepare_for_flow_run(flow_run, deployment, *args, **kwargs)
        entrypoint = deployment.entrypoint if deployment and not deployment.pull_steps else None
        if entrypoint and ":" not in entrypoint:  # a module, which is imported already
            self.env["PREFECT__FLOW_ENTRYPOINT"] = entrypoint


class WarmWorker(BaseWorker[WarmConfiguration, BaseVariables, WarmResult]):
    """Forks each run from a process that has imported Prefect and the flows already."""

    type = TYPE
    job_configuration = WarmConfiguration
    _display_name = "Stackwright warm worker"
    _description = "Runs flows as forks of a process that is ready: they start within a second."
    _logo_url = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._forks: dict[UUID, BaseProcess] = {}
        self._standby = Standby()
        self._stopping = False
        self._is_waiting = False  # for a server that does not answer
        self._looking = anyio.Lock()

    async def setup(self) -> None:
        """Get ready: first warm, then known to the server."""
        await warm_up()
        await self._standby.prepare()
        await super().setup()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: WarmConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> WarmResult:
        """Fork the run and watch it to its end."""
        status = task_status or anyio.TASK_STATUS_IGNORED
        execution: FlowRunExecutionResult | None = None
        async with FlowRunExecutorContext() as context:
            starter = ForkStarter(
                {**os.environ, **configuration.env},
                context.control_channel,
                self._standby,
                lambda process: self._forks.__setitem__(flow_run.id, process),
            )
            executor = context.create_executor(
                flow_run, starter, resolve_flow=load_flow_from_flow_run, propose_submitting=False
            )

            async def execute(
                *, task_status: anyio.abc.TaskStatus[Any] = anyio.TASK_STATUS_IGNORED
            ) -> None:
                nonlocal execution
                execution = await executor.submit(task_status=task_status)

            try:
                async with anyio.create_task_group() as group:
                    handle = await group.start(execute)
                    status.started(handle.pid)
                    self._prepare_next()
            finally:
                self._forks.pop(flow_run.id, None)
                self._end_orphans()
        if execution is None or execution.status_code is None:
            raise RuntimeError("The run could not be forked.")
        return WarmResult(status_code=execution.status_code, identifier=str(execution.handle.pid))

    def _prepare_next(self) -> None:
        async def prepare() -> None:
            await anyio.sleep(NEXT_S)  # the run that has just begun comes first
            if not self._stopping:
                await self._standby.prepare()

        if self._runs_task_group is not None:
            self._runs_task_group.start_soon(prepare)

    async def kill_infrastructure(
        self,
        infrastructure_pid: str,
        configuration: WarmConfiguration,
        grace_seconds: int = 30,
    ) -> None:
        """End a run that was cancelled before it began.

        Raises:
            InfrastructureNotFound: Its process is gone.
        """
        for process in self._forks.values():
            if str(process.pid) == infrastructure_pid:
                await self._stop([process], grace_seconds)
                return
        raise InfrastructureNotFound(f"There is no process {infrastructure_pid} of this worker.")

    async def sync_with_backend(self) -> None:
        """Send a heartbeat, call those runs crashed whose process is gone, end what they left."""
        try:
            await super().sync_with_backend()
            await self._report_lost_runs()
        except httpx.HTTPError as error:
            self._must_pass(error)
        self._end_orphans()

    async def stop_runs(self) -> None:
        """Stop everything that runs; each run reports by itself that it was stopped."""
        self._stopping = True
        self._standby.close()
        await self._stop(list(self._forks.values()), STOP_S)
        with anyio.move_on_after(STOP_S):
            while self._forks or self._submitting_flow_run_ids:  # noqa: ASYNC110 - they report
                await anyio.sleep(0.05)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take what is due, unless the worker is about to stop; a server that is away comes back."""
        if self._stopping:
            return []
        try:
            async with self._looking:
                taken = await super().get_and_submit_flow_runs()
        except httpx.HTTPError as error:
            self._must_pass(error)
            return []
        self._is_waiting = False
        return taken

    async def _get_scheduled_flow_runs(self) -> list[WorkerFlowRunResponse]:
        """What is due, in its order: the server passes over a run whose row is locked at that moment."""
        due = await super()._get_scheduled_flow_runs()
        for _ in range(LOOKS):
            if (
                not due
                or not self.limiter.available_tokens
                or await self._is_first(due[0].flow_run)
            ):
                break
            await anyio.sleep(LOOK_S)
            due = await super()._get_scheduled_flow_runs()
        return due

    async def _is_first(self, due: FlowRun) -> bool:
        """Whether no other run was due before this one."""
        before = FlowRunFilterNextScheduledStartTime(before_=due.next_scheduled_start_time)
        waiting = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        first = await self.client.read_flow_runs(
            flow_run_filter=FlowRunFilter(next_scheduled_start_time=before, state=waiting),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[self._work_pool_name])),
            sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC,
            limit=1,
        )
        return not first or first[0].id == due.id

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Nothing: the run begins within half a second, and each state costs a part of it."""

    async def hear(self) -> None:
        """Take runs as soon as they are announced; announcements can be lost, so it is also looked for them."""
        wanted = EventFilter(event=EventNameFilter(name=list(ANNOUNCED)))
        while True:
            with suppress(OSError, TimeoutError, httpx.HTTPError, WebSocketException):
                async with get_events_subscriber(filter=wanted) as events:
                    async for _ in events:
                        await self.get_and_submit_flow_runs()
            await anyio.sleep(HEAR_AGAIN_S)

    async def _report_lost_runs(self) -> None:
        if self._client is None:
            return
        unfinished = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING])
                )
            ),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[self._work_pool_name])),
        )
        for run in unfinished:
            mine = run.labels.get("prefect.worker.name") == self.name
            if mine and run.id not in self._forks and not _is_fork(run.infrastructure_pid):
                await self._propose_crashed_state(run, LOST)

    def _must_pass(self, error: httpx.HTTPError) -> None:
        """Let a failure of the connection or the server pass, saying so once; Prefect would give up.

        Raises:
            HTTPStatusError: The server refuses what we ask: that does not pass.
        """
        if isinstance(error, httpx.HTTPStatusError) and not error.response.is_server_error:
            raise error
        if not self._is_waiting:
            self._logger.warning("The server does not answer (%s); waiting for it.", error)
        self._is_waiting = True

    def _end_orphans(self) -> None:
        """End the commands of runs that were killed, unless a run is being forked just now."""
        if not self._submitting_flow_run_ids and not self._standby.is_forking:
            forks = [*self._forks.values(), *self._standby.processes]
            end_orphans({one.pid for one in forks if one.pid}, {str(run) for run in self._forks})

    @staticmethod
    async def _stop(processes: list[BaseProcess], grace_s: float) -> None:
        deadline = time.monotonic() + grace_s
        for signum in (signal.SIGTERM, signal.SIGKILL):
            for process in processes:
                if process.pid is not None and process.is_alive():
                    _signal_group(process.pid, signum)
            with anyio.move_on_after(deadline - time.monotonic()):
                while any(process.is_alive() for process in processes):  # noqa: ASYNC110 - no event
                    await anyio.sleep(0.05)


def _signal_group(pid: int, signum: int) -> None:
    try:
        os.killpg(pid, signum)
    except ProcessLookupError:
        return


def _is_fork(pid: str | None) -> bool:
    """Whether this process lives and is a fork of a worker, not somebody who got its number later."""
    if pid is None or not pid.isdigit():
        return True  # not told yet, or not one of ours to judge
    try:
        return "multiprocessing.forkserver" in " ".join(psutil.Process(int(pid)).cmdline())
    except psutil.Error:
        return False
