"""The life of a fork: wait for a flow run if there is none yet, then become its engine."""

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection

LOOK_S = 1.0
GRACE_S = 10.0


def await_run(orders: Connection) -> None:
    """Get ready for a run that nobody has asked for yet, wait for it, and become its engine.

    Args:
        orders: Where the run comes from, as `become_engine` takes it; closed: none will come.
    """
    from prefect.events.worker import EventsWorker

    _live_with_the_worker()
    EventsWorker.instance()  # it connects meanwhile, so that the first message of the run need not wait
    try:
        flow_run_id, environment = orders.recv()
    except EOFError:
        return
    orders.close()
    _become_engine(flow_run_id, environment)


def become_engine(flow_run_id: str, environment: Mapping[str, str]) -> None:
    """Run Prefect's engine for this flow run; ends the process with the engine's exit code.

    Args:
        flow_run_id: Which run.
        environment: The whole environment of the run; nothing of the worker's own stays.
    """
    _live_with_the_worker()
    _become_engine(flow_run_id, environment)


def _become_engine(flow_run_id: str, environment: Mapping[str, str]) -> None:
    from prefect.context import refresh_global_settings_context

    os.environ.clear()
    os.environ.update(environment)
    refresh_global_settings_context()
    sys.modules.pop("prefect.engine", None)  # it runs as the main module, once
    sys.argv = ["prefect.engine", flow_run_id]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def _live_with_the_worker() -> None:
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    os.setsid()  # a signal to the run reaches its commands too, and none to the worker reaches it


def _end_with(parent: int) -> None:
    """End this run and its commands when the worker is gone: nobody would watch it."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(0, signum)
        time.sleep(GRACE_S)


def be_ready() -> None:
    """Nothing: a fork that ends proves that the imports are done."""
