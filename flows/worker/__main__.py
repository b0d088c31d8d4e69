"""`python -m flows.worker`: one warm worker until it is told to stop."""

import argparse
import asyncio
import signal
import socket

from prefect.client.orchestration import get_client

from flows.worker.warm import WarmWorker


def main() -> None:
    """Read the options and work."""
    parser = argparse.ArgumentParser(prog="python -m flows.worker", description=__doc__)
    parser.add_argument("--pool", default="stackwright", help="whose runs are taken")
    parser.add_argument("--limit", type=int, default=4, help="runs at the same time")
    parser.add_argument("--name", default=f"warm-{socket.gethostname()}", help="what it is called")
    given = parser.parse_args()
    asyncio.run(_work(given.pool, given.limit, given.name))


async def _work(pool: str, limit: int, name: str) -> None:
    await _server_answers()
    worker = WarmWorker(work_pool_name=pool, limit=limit, name=name)
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    work = asyncio.create_task(worker.start())
    told, hearing = asyncio.create_task(stop.wait()), asyncio.create_task(worker.hear())
    await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
    hearing.cancel()
    if not work.done():
        await worker.stop_runs()
        work.cancel()
    told.cancel()
    try:
        await work
    except asyncio.CancelledError:
        return


async def _server_answers() -> None:
    """Wait for the server: the two are started together."""
    async with get_client() as client:
        while await client.api_healthcheck() is not None:  # noqa: ASYNC110 - has no event
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    main()
