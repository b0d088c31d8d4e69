"""A flow that does nothing for long: something to kill, cancel and pause."""

import asyncio
from pathlib import Path

from prefect import flow, task
from prefect.logging import get_run_logger

from flows.prefect_road import PrefectRoad
from tasks import commands
from tasks.effect import effect


@task(task_run_name="Nap {number}")
async def nap(number: int, seconds: float) -> int:
    """Sleep."""
    await asyncio.sleep(seconds)
    return number


@flow(name="sleeper")
async def sleep(naps: int = 60, seconds: float = 1.0) -> int:
    """Sleep nap after nap."""
    for number in range(naps):
        get_run_logger().info("Nap %d.", number)
        await nap(number, seconds)
    return naps


@effect()
def wait_for_a_command(folder: Path) -> str:
    """Run a command that takes for ever, with a command of its own."""
    script = "sleep 1000 & echo $$ > pid; wait"
    env = commands.environment({})
    return commands.run(["sh", "-c", script], folder=folder, env=env, timeout_s=1000).ended


@flow(name="busy")
async def work(folder: str) -> str:
    """Wait for a command in this folder."""
    return await PrefectRoad().do(wait_for_a_command, Path(folder), name="Wait")
