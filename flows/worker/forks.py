"""Processes forked from one that is warm: started in milliseconds, watched without a thread."""

import multiprocessing
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess

import anyio
from anyio.abc import TaskStatus
from prefect.client.schemas.objects import FlowRun
from prefect.runner._control_channel import ControlChannel
from prefect.runner._process_manager import ProcessHandle, create_isolated_termination_scope

from flows.worker.child import be_ready, become_engine

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


class ForkStarter:
    """Starts a flow run as a fork; Prefect's executor does the rest.

    Args:
        environment: The environment of the run.
        control: Where the worker tells a run to end, and learns how it ended.
        on_start: Called with the process once it runs.
    """

    def __init__(
        self,
        environment: Mapping[str, str | None],
        control: ControlChannel,
        on_start: Callable[[BaseProcess], None],
    ) -> None:
        self._environment = {k: v for k, v in environment.items() if v is not None}
        self._control, self._on_start = control, on_start

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
        process = _CONTEXT.Process(
            target=become_engine, args=(str(flow_run.id), environment), daemon=True
        )
        try:
            await anyio.to_thread.run_sync(process.start)
        except BaseException:
            self._control.unregister(flow_run.id)
            raise
        if process.pid is None:
            raise RuntimeError("The fork has no process id.")
        self._on_start(process)
        scope = create_isolated_termination_scope(process.pid)
        task_status.started(ProcessHandle(process, scope))  # type: ignore[arg-type]  # needs pid and exitcode only
        await _ended(process)


async def _ended(process: BaseProcess) -> None:
    await anyio.wait_readable(process.sentinel)
    process.join()
