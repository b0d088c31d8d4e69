"""The life of a fork: become the engine of one flow run."""

import os
import runpy
import sys
from collections.abc import Mapping


def become_engine(flow_run_id: str, environment: Mapping[str, str]) -> None:
    """Run Prefect's engine for this flow run; ends the process with the engine's exit code.

    Args:
        flow_run_id: Which run.
        environment: The whole environment of the run; nothing of the worker's own stays.
    """
    from prefect.context import refresh_global_settings_context

    os.setsid()  # a signal to the run reaches its commands too, and none to the worker reaches it
    os.environ.clear()
    os.environ.update(environment)
    refresh_global_settings_context()
    sys.modules.pop("prefect.engine", None)  # it runs as the main module, once
    sys.argv = ["prefect.engine", flow_run_id]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def be_ready() -> None:
    """Nothing: a fork that ends proves that the imports are done."""
