"""The life of a fork: become the engine of one flow run."""

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Mapping

LOOK_S = 1.0
GRACE_S = 10.0


def become_engine(flow_run_id: str, environment: Mapping[str, str]) -> None:
    """Run Prefect's engine for this flow run; ends the process with the engine's exit code.

    Args:
        flow_run_id: Which run.
        environment: The whole environment of the run; nothing of the worker's own stays.
    """
    from prefect.context import refresh_global_settings_context

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    os.setsid()  # a signal to the run reaches its commands too, and none to the worker reaches it
    os.environ.clear()
    os.environ.update(environment)
    refresh_global_settings_context()
    sys.modules.pop("prefect.engine", None)  # it runs as the main module, once
    sys.argv = ["prefect.engine", flow_run_id]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    """End this run and its commands when the worker is gone: nobody would watch it."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(0, signum)
        time.sleep(GRACE_S)


def be_ready() -> None:
    """Nothing: a fork that ends proves that the imports are done."""
