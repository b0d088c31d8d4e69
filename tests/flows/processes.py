"""Runs of an installation and their processes, as tests look at them."""

import asyncio
import os
import time
from pathlib import Path
from uuid import UUID

import psutil
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun

from app import runs
from tests.flows.serving import Served, program

POOL = "stackwright"


async def deploy_sleeper(client: PrefectClient) -> str:
    flow_id = await client.create_flow_from_name("sleeper")
    await client.create_deployment(
        flow_id=flow_id,
        name="test",
        entrypoint="tests.flows.sleeper.sleep",
        work_pool_name=POOL,
    )
    return "sleeper/test"


async def until(client: PrefectClient, run_id: UUID, *states: str) -> FlowRun:
    async with asyncio.timeout(60):
        while True:
            run = await client.read_flow_run(run_id)
            if run.state_name in states:
                return run
            await asyncio.sleep(0.05)


async def process_of(client: PrefectClient, run_id: UUID) -> psutil.Process:
    """The process of a run, once it is running and its number is known."""
    await until(client, run_id, "Running")
    async with asyncio.timeout(10):
        while (pid := (await client.read_flow_run(run_id)).infrastructure_pid) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert int(pid) != os.getpid()
    return psutil.Process(int(pid))


async def followed(run: runs.Run) -> runs.Run:
    """The run after its messages have ended."""
    _ = [message async for message in runs.follow(run)]
    return await runs.look(run)


async def command_in(file: Path) -> psutil.Process:
    """The process whose number is written here, once it has started its own."""
    async with asyncio.timeout(30):
        while not file.is_file() or not psutil.Process(int(file.read_text())).children():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.05)
    return psutil.Process(int(file.read_text()))  # noqa: ASYNC240


async def waiting_in(served: Served) -> psutil.Process:
    """The only process that is left of those forked from the warm one: it waits for a run."""
    warm, since = program(served, "flows.worker"), time.monotonic()
    left: list[psutil.Process] = []
    async with asyncio.timeout(30):
        while len(left) != 1 or time.monotonic() - since < 2:
            forks = [one for child in warm.children() for one in child.children()]
            now = [one for one in forks if one.is_running() and one.status() != "zombie"]
            if now != left:
                left, since = now, time.monotonic()
            await asyncio.sleep(0.05)
    return left[0]
