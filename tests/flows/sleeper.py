"""A flow that does nothing for long: something to kill, cancel and pause."""

import asyncio

from prefect import flow, task
from prefect.logging import get_run_logger


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
