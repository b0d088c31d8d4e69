"""`stackwright credentials`: which credentials are saved on a server, and whether their provider takes them."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import show
from app.cli.serve import PORT

if TYPE_CHECKING:
    from blocks.connection import Credentials

credentials = typer.Typer(
    name="credentials",
    help="Saved credentials of clouds, clusters and Git hosts: list them, test them.",
    no_args_is_help=True,
)
Server = Annotated[
    str, typer.Option("--server", metavar="URL", help="Where Prefect's API and pages are.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the saved credentials.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
HERE = f"http://127.0.0.1:{PORT}"


@credentials.command("list")
def list_saved(*, server: Server = HERE, as_json: AsJson = False) -> int:
    """List what is saved: kinds and names, never what is in them."""
    there = asyncio.run(_saved(server))
    if as_json:
        show.as_json({"credentials": [{"kind": kind, "name": name} for kind, name in there]})
        return 0
    for kind, name in there:
        print(f"{name:<24} {kind}")
    if not there:
        show.warning(f"No credentials are saved. Save some at {server.rstrip('/')}/blocks/catalog")
    return 0


@credentials.command("test")
def try_saved(name: Name, *, server: Server = HERE, as_json: AsJson = False) -> int:
    """Ask their provider who we are, where, and which rights are missing; 1 when some are."""
    kind, found = asyncio.run(_found(server, name))
    said = found.ask()
    if as_json:
        show.as_json({"kind": kind, "name": name, **said.model_dump(mode="json")})
    else:
        print(said.sentence())
    return int(bool(said.missing))


async def _saved(server: str) -> list[tuple[str, str]]:
    from prefect.client.orchestration import get_client

    from app import runs
    from flows.credentials import saved

    with runs.on(server):
        async with get_client() as client:
            return await saved(client)


async def _found(server: str, name: str) -> "tuple[str, Credentials]":
    from prefect.client.orchestration import get_client

    from app import runs
    from flows.credentials import find

    with runs.on(server):
        async with get_client() as client:
            return await find(client, name)
