"""Processes forked from one that is warm: started in milliseconds, watched without a thread."""

import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import anyio
from anyio.abc import TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.runner._control_channel import ControlChannel
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope

from flows.worker.child import await_run, be_ready

_CONTEXT = multiprocessing.get_context("forkserver")


async def warm_up() -> None:
    """Start the process that runs are forked from, and wait until it has imported everything.

    Raises:
        RuntimeError: It does not start; its own output says why.
    """
    _CONTEXT.set_forkserver_preload(["flows.worker.preload"])
    process = _CONTEXT.Process(target=be_ready, daemon=True)
    await anyio.to_thread.run_sync(process.start)
    await _ended(process)
    if process.exitcode:
        raise RuntimeError(f"The warm process ended with {process.exitcode} instead of waiting.")


class Standby:
    """A process that waits for a run, so that the run need not wait for a process."""

    def __init__(self) -> None:
        self._waiting: tuple[BaseProcess, Connection] | None = None
        self._forking = anyio.Lock()

    @property
    def processes(self) -> Sequence[BaseProcess]:
        """The process that waits, if one does."""
        return [self._waiting[0]] if self._waiting else []

    @property
    def is_forking(self) -> bool:
        """Whether there may be a process that is not among them yet."""
        return self._forking.locked()

    async def prepare(self) -> None:
        """Let a process wait, unless one does."""
        async with self._forking:
            if self._waiting is None:
                self._waiting = await anyio.to_thread.run_sync(_fork_waiting, True)  # noqa: FBT003 - run_sync has no keywords

    async def fork(
        self, flow_run_id: str, environment: Mapping[str, str]
    ) -> tuple[BaseProcess, Connection]:
        """The process of this run: the one that waited if it is fit for it, or one just made.

        Args:
            flow_run_id: Which run.
            environment: The whole environment of the run.

        Returns:
            The process, and the line to it: it ends when that is closed.
        """
        ours = _is_at_our_server(environment)
        if ours and self._waiting is not None:
            (process, line), self._waiting = self._waiting, None
            with suppress(OSError):  # it may have died while it waited
                line.send((flow_run_id, dict(environment)))
                return process, line
            line.close()
        process, line = await anyio.to_thread.run_sync(_fork_waiting, ours)
        line.send((flow_run_id, dict(environment)))
        return process, line

    def close(self) -> None:
        """Let nobody wait any more."""
        if self._waiting is not None:
            self._waiting[1].close()
            self._waiting = None


def _fork_waiting(connects: bool) -> tuple[BaseProcess, Connection]:  # noqa: FBT001 - run_sync has no keywords
    orders, line = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=await_run, args=(orders,), kwargs={"connects": connects}, daemon=True
    )
    with orders:
        process.start()
    return process, line


def _is_at_our_server(environment: Mapping[str, str]) -> bool:
    """Whether a run talks to the server that those who wait are connected to already."""

    def of(one: Mapping[str, str]) -> Mapping[str, str]:
        return {key: value for key, value in one.items() if key.startswith("PREFECT_API_")}

    return of(environment) == of(os.environ)


class ForkStarter:
    """Starts a flow run as a fork; Prefect's executor does the rest.

    Args:
        environment: The environment of the run.
        control: Where the worker tells a run to end, and learns how it ended.
        standby: Who gives the process.
        on_start: Called with the process once it runs.
    """

    def __init__(
        self,
        environment: Mapping[str, str | None],
        control: ControlChannel,
        standby: Standby,
        on_start: Callable[[BaseProcess], None],
    ) -> None:
        self._environment = {k: v for k, v in environment.items() if v is not None}
        self._control, self._standby, self._on_start = control, standby, on_start

    async def start(
        self, flow_run: FlowRun, task_status: TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """Fork, say so, and come back when the run has ended."""
        port, token = self._control.register(flow_run.id)
        environment = {
            **self._environment,
            "PREFECT__FLOW_RUN_ID": str(flow_run.id),
            "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",  # the worker runs them
            "PREFECT__CONTROL_PORT": str(port),
            "PREFECT__CONTROL_TOKEN": token,
        }
        try:
            process, line = await self._standby.fork(str(flow_run.id), environment)
        except BaseException:
            self._control.unregister(flow_run.id)
            raise
        with line:
            if process.pid is None:
                raise RuntimeError("The fork has no process id.")
            self._on_start(process)
            scope = create_isolated_termination_scope(process.pid)
            task_status.started(ProcessHandle(process, scope))  # type: ignore[arg-type]  # needs pid and exitcode only
            await _ended(process)


async def _ended(process: BaseProcess) -> None:
    await anyio.wait_readable(process.sentinel)
    process.join()
