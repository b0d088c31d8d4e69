"""The life of a fork: wait for a flow run, then become its engine, and end with the worker."""

import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection


def await_run(orders: Connection, *, connects: bool) -> None:
    """Wait for a run and become its engine; ends the process with the engine's exit code.

    Args:
        orders: Where the run comes from: its id and its whole environment, nothing of the worker's own stays.
            Closed: none will come, or the worker is gone.
        connects: Whether it is a run of the worker's own server: then it connects while it waits, so that
            the first message of the run need not wait.
    """
    from prefect.context import refresh_global_settings_context
    from prefect.events.worker import EventsWorker

    os.setsid()  # a signal to the run reaches its commands too, and none to the worker reaches it
    if connects:
        EventsWorker.instance()
    try:
        flow_run_id, environment = orders.recv()
    except EOFError:
        return
    threading.Thread(target=_end_with_worker, args=(orders,), daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    refresh_global_settings_context()
    sys.modules.pop("prefect.engine", None)  # it runs as the main module, once
    sys.argv = ["prefect.engine", flow_run_id]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def _end_with_worker(orders: Connection) -> None:
    """End this run and its commands when the worker is gone: nobody would watch it."""
    with suppress(EOFError, OSError):
        orders.recv()  # nothing comes any more, but the end of whoever holds the other end
    os.killpg(
        0, signal.SIGKILL
    )  # the next worker says so; one that is told to end says all sorts of things


def be_ready() -> None:
    """Nothing: a fork that ends proves that the imports are done."""
