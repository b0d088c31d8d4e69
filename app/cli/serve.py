"""`stackwright serve`: database, Prefect and the worker on this machine, until Ctrl-C."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli import show
from app.installation.folder import default_folder

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
    from app.installation.ending import until_told  # an event loop takes a while to load

    return until_told(_serve(host, port, data_dir or default_folder(), limit))


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
