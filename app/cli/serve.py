"""`stackwright serve`: database, Prefect, the worker and the web application on this machine, until Ctrl-C."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import show
from app.installation.folder import default_folder

if TYPE_CHECKING:
    from rich.console import Console

    from app.installation.running import Installation

PORT, WEB_PORT = 4200, 4280
RUNS = max(2, os.cpu_count() or 2)

Host = Annotated[str, typer.Option(help="The address to listen on, of this machine alone.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port of Prefect's API and pages.")]
WebPort = Annotated[
    int, typer.Option(min=1, max=65535, help="The port of the web application and its API.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where data and logs are kept.", show_default=False),
]
Limit = Annotated[int, typer.Option(min=1, help="Runs at the same time.")]


def serve(
    *,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    web_port: WebPort = WEB_PORT,
    data_dir: DataDir = None,
    limit: Limit = RUNS,
) -> int:
    """Serve accounts and runs: starts PostgreSQL, Prefect, a worker and the web application; Ctrl-C stops all."""
    from app.installation.ending import until_told  # an event loop takes a while to load

    return until_told(_serve(host, port, data_dir or default_folder(), limit, web_port))


async def _serve(host: str, port: int, data: Path, limit: int, web_port: int) -> int:
    from app.installation.running import running

    print(f"Starting on {data} …", file=sys.stderr)
    async with running(host, port, data, limit, web_port) as installation:
        out, addresses = show.console(), installation.addresses
        out.print("[bold green]ready[/]")
        show_api(out, installation)
        out.print(f"  runs    {addresses.prefect}")
        out.print(f"  data    {addresses.data}")
        out.print(f"  logs    {addresses.log}")
        out.print(
            f"  generate with: stackwright generate FILE --out DIR --server {addresses.prefect}"
        )
        out.print("Ctrl-C stops everything.")
        raise await installation.broken()


def show_api(out: "Console", installation: "Installation") -> None:
    """Say where the API is, and how the first admin is made while there is none."""
    api = f"{installation.addresses.web}/api/v1"
    out.print(f"  api     {api}  (contract: {api}/openapi.json)")
    if installation.welcome:
        out.print(f"  no admin yet: POST {api}/welcome with this token makes the first one,")
        out.print("  once and within an hour (docs/accounts.md shows how):")
        out.print(f"  welcome {installation.welcome}")
