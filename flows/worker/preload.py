"""What every run needs, imported once in the process that runs are forked from: no thread may start here."""

import gc
import importlib
from contextlib import suppress

import prefect.artifacts
import prefect.client.orchestration
import prefect.concurrency.asyncio
import prefect.engine
import prefect.events.clients
import prefect.flow_engine
import prefect.task_engine
import prefect.transactions  # noqa: F401 - for the forks

import flows.generation
import flows.worker.child  # noqa: F401 - for the forks
from blocks.artifacts import artifacts_url
from flows.worker.orphans import adopt_orphans
from stackwright.generation.outputs import packs

adopt_orphans()
packs()
if artifacts_url().startswith("s3:"):
    with suppress(ImportError):  # the run that needs it says how to install it
        importlib.import_module("s3fs")
gc.collect()
gc.freeze()  # what is here now stays shared between the forks
