"""`stackwright serve`: database, Prefect and the worker on this machine, until Ctrl-C."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli import show
from app.installation.folder import default_folder

T = TypeVar("T")
PORT = 4200
RUNS = max(2, os.cpu_count() or 2)

Host = Annotated[str, typer.Option(help="The address to listen on, of this machine alone.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port of Prefect's API and pages.")]
DataDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where data and logs are kept.", show_default=False),
]
Limit = Annotated[int, typer.Option(min=1, help="Runs at the same time.")]


def serve(
    *,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    data_dir: DataDir = None,
    limit: Limit = RUNS,
) -> int:
    """Serve runs: starts PostgreSQL, Prefect and a worker, prints the addresses, stops all on Ctrl-C."""
    return until_told(_serve(host, port, data_dir or default_folder(), limit))


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


async def _serve(host: str, port: int, data: Path, limit: int) -> int:
    from app.installation.running import running

    print(f"Starting on {data} …", file=sys.stderr)
    async with running(host, port, data, limit) as installation:
        out, addresses = show.console(), installation.addresses
        out.print("[bold green]ready[/]")
        out.print(f"  runs    {addresses.prefect}")
        out.print(f"  data    {addresses.data}")
        out.print(f"  logs    {addresses.log}")
        out.print(
            f"  generate with: stackwright generate FILE --out DIR --server {addresses.prefect}"
        )
        out.print("Ctrl-C stops everything.")
        raise await installation.broken()
