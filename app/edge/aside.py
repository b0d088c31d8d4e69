"""Work that keeps a processor busy, done while others are served."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

R = TypeVar("R")
_threads = CapacityLimiter(2)
_waiting = CapacityLimiter(16)


async def aside(work: Callable[..., R], *args: object) -> R:
    """What this work gives."""
    return await to_thread.run_sync(partial(work, *args), limiter=_threads)


async def waiting(work: Callable[..., R], *args: object) -> R:
    """What this work gives, which mostly waits for a disk or the network and keeps nobody else from working."""
    return await to_thread.run_sync(partial(work, *args), limiter=_waiting)
