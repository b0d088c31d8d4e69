"""How long work ends: by itself, or in good order when it is told to."""

import asyncio
import signal
import sys
from collections.abc import Coroutine


def until_told(work: Coroutine[None, None, int]) -> int:
    """Do this work; Ctrl-C or SIGTERM ends it in good order, with exit code 0."""

    async def watched() -> int:
        task = asyncio.create_task(work)
        told = False

        def tell() -> None:
            nonlocal told
            if not told:  # a second Ctrl-C must not disturb the cleaning up
                told = True
                print("Stopping…", file=sys.stderr)
                task.cancel()

        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(signum, tell)
        try:
            return await task
        except asyncio.CancelledError:
            if not told:
                raise
            print("Stopped.", file=sys.stderr)
            return 0

    return asyncio.run(watched())
