"""Starting an installation: everything that belongs to it, in order, and its end in reverse."""

import asyncio
import ipaddress
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.installation.children import Child
from app.installation.database import database, postgresql
from app.installation.folder import occupied
from app.installation.settings import environment, url_host
from app.installation.web import DATABASE, PROGRAM, web_answers, web_environment, welcome
from stackwright.errors import ProjectError
from stackwright.value import Value

if TYPE_CHECKING:
    import httpx

READY_S = 120  # the first start makes Prefect's tables
POOL = "stackwright"
SERVER = (sys.executable, "-m", "prefect", "server", "start")


class Addresses(Value):
    """Where an installation is reached and what it keeps."""

    prefect: str
    web: str
    data: Path
    log: Path
    database_url: str  # of PostgreSQL itself, without driver
    prefect_database_url: str


class Installation:
    """A running installation.

    Attributes:
        addresses: Where it is reached.
        children: Its programs.
        welcome: The one-time token that makes the first admin; None: there is one.
    """

    def __init__(
        self, addresses: Addresses, children: list[Child], welcome: str | None = None
    ) -> None:
        self.addresses, self.children, self.welcome = addresses, children, welcome

    async def broken(self) -> ProjectError:
        """Wait until one of its programs ends by itself; which one and why."""
        return await _first(child.ended() for child in self.children)

    async def kept(self, say: Callable[[str], None]) -> ProjectError:
        """Start each program again that ends by itself; which one does not stay and why.

        Args:
            say: Is told each time.
        """
        return await _first(child.kept(say) for child in self.children)


async def _first(endings: Iterable[Coroutine[None, None, ProjectError]]) -> ProjectError:
    watched = [asyncio.create_task(ending) for ending in endings]
    try:
        done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for watching in watched:
            watching.cancel()


@asynccontextmanager
async def running(
    host: str, port: int, data: Path, limit: int, web_port: int
) -> AsyncIterator[Installation]:
    """Start database, server, deployments, worker and web application; stop them in reverse order at the end.

    Raises:
        ProjectError: One of them does not start, the port is taken or the folder is in use.
    """
    async with AsyncExitStack() as stack:
        _must_be_loopback(host)
        _must_differ(port, web_port)
        folder = stack.enter_context(occupied(data))
        _must_be_free(host, port)
        _must_be_free(host, web_port, "--web-port")
        log = folder / "log"
        postgres, url = await stack.enter_async_context(
            postgresql(folder / "postgresql", log / "postgresql.log")
        )
        prefect_url = await database(url, "prefect")
        settings = environment(host, port, folder, prefect_url)
        server = await Child.start("Prefect's server", SERVER, settings, log / "server.log")
        stack.push_async_callback(server.stop, 10)
        worker = await Child.start(
            "The worker",
            [sys.executable, "-m", "flows.worker", "--pool", POOL, "--limit", str(limit)],
            settings,
            log / "worker.log",
        )
        stack.push_async_callback(worker.stop, 25)
        web_address = f"http://{url_host(host)}:{web_port}"
        web_url = await database(url, DATABASE)
        first_admin = await welcome(web_url)
        web = await Child.start(
            "The web application",
            [*PROGRAM, "--host", host, "--port", str(web_port)],
            web_environment(web_address, folder, web_url, f"http://{url_host(host)}:{port}"),
            log / "web.log",
        )
        stack.push_async_callback(web.stop, 10)
        addresses = Addresses(
            prefect=f"http://{url_host(host)}:{port}",
            web=web_address,
            data=folder,
            log=log,
            database_url=url,
            prefect_database_url=prefect_url,
        )
        installation = Installation(addresses, [postgres, server, worker, web], first_admin)
        await _unless_broken(installation, _ready(settings, web_address))
        yield installation


async def _ready(settings: Mapping[str, str], web: str) -> None:
    """Wait for the API, tell it what is deployed, wait for the worker and the web application.

    Raises:
        ProjectError: It takes too long.
    """
    import httpx

    async with httpx.AsyncClient(base_url=settings["PREFECT_API_URL"]) as client:
        try:
            async with asyncio.timeout(READY_S):
                while not await _answers(client):  # noqa: ASYNC110 - a server has no event
                    await asyncio.sleep(0.2)
                from app.installation.deployments import offer_forms, register

                api = settings["PREFECT_API_URL"]
                await register(api)
                await asyncio.gather(offer_forms(api), _at_work(client, web))
        except TimeoutError:
            raise ProjectError(
                f"Prefect and the web application were not ready after {READY_S} seconds.",
                hint="Look into the logs in the data folder; try again when the machine is less busy.",
            ) from None


async def _at_work(client: "httpx.AsyncClient", web: str) -> None:
    """Wait for the worker and the web application."""
    while not await _has_worker(client):  # noqa: ASYNC110 - a server has no event
        await asyncio.sleep(0.2)
    while not await web_answers(client, web):  # noqa: ASYNC110 - the same
        await asyncio.sleep(0.2)


async def _answers(client: "httpx.AsyncClient") -> bool:
    import httpx

    try:
        return (await client.get("/health")).is_success
    except httpx.TransportError:
        return False


async def _has_worker(client: "httpx.AsyncClient") -> bool:
    answer = await client.post(f"/work_pools/{POOL}/workers/filter", json={})
    return any(worker["status"] == "ONLINE" for worker in answer.json())


async def _unless_broken(installation: Installation, work: Coroutine[None, None, None]) -> None:
    """Do the work, unless one of the programs ends before it is done."""
    working, breaking = asyncio.create_task(work), asyncio.create_task(installation.broken())
    try:
        await asyncio.wait({working, breaking}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise await breaking
        await working
    finally:
        working.cancel()
        breaking.cancel()


def port_to_serve(host: str, wanted: int) -> int:
    """The port that is wanted, or another one when it is taken."""
    try:
        _must_be_free(host, wanted)
    except ProjectError:
        return free_port(host)
    return wanted


def free_port(host: str) -> int:
    """A port that nobody uses now."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _must_be_loopback(host: str) -> None:
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ProjectError.bad_input(
            f"{host} is not an address of this machine alone, and who reaches Prefect can run code.",
            hint="Stay on 127.0.0.1 and put a proxy with a login before it (docs/orchestration.md).",
        )


def _must_differ(port: int, web_port: int) -> None:
    if port == web_port:
        raise ProjectError.bad_input(
            f"Port {port} is asked for by both Prefect and the web application.",
            hint="Choose another --web-port, or another --port.",
        )


def _must_be_free(host: str, port: int, option: str = "--port") -> None:
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ProjectError(
                f"Port {port} of {host} cannot be used: {(error.strerror or str(error)).lower()}.",
                hint=f"Stop what listens there, or choose another one: {option} {free_port(host)}",
            ) from error
