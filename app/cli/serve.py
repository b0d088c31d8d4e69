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
        show_web(out, installation)
        out.print(f"  runs    {addresses.prefect}")
        out.print(f"  data    {addresses.data}")
        out.print(f"  logs    {addresses.log}")
        out.print(f"  generate with: stackwright generate FILE --out DIR --server {addresses.web}")
        out.print("Ctrl-C stops everything.")
        raise await installation.kept(show.warning)


def show_web(out: "Console", installation: "Installation") -> None:
    """Say where the pages and the API are, and how the first account is made while there is no admin."""
    web = os.environ.get("STACKWRIGHT_PUBLIC_URL", installation.addresses.web).rstrip("/")
    out.print(f"  pages   {web}")
    out.print(f"  api     {web}/api/v1  (contract: {web}/api/v1/openapi.json)", soft_wrap=True)
    if installation.welcome:
        out.print("  no admin yet: this link makes the first account, once and within an hour:")
        # in one piece, however narrow the terminal
        out.print(f"  welcome {web}/welcome?token={installation.welcome}", soft_wrap=True)
