"""A browser of this machine, a server that shows the pages under a strict policy, and a client without either."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Request as Asked
from pydantic import SecretStr

from app.edge.parts import Parts
from app.edge.settings import Settings
from app.storage.engine import Storage
from app.web import building
from app.web.pages import add_pages
from app.web.rendering import environment, page
from stackwright.errors import Finding, ProjectError
from tests.api.conftest import database_url, new_world, server, world

__all__ = ["database_url", "new_world", "server", "world"]  # the whole application, for pages

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
PATIENCE_MS = 30_000  # with what a page shall show; how soon it does is for benchmarks
SIGHTS: Sequence[tuple[int, Literal["light", "dark"]]] = (
    (360, "light"),
    (768, "dark"),
    (1280, "light"),
)
AXE = building.SOURCES / "node_modules" / "axe-core" / "axe.min.js"
PLAIN = "body, select { background-image: none !important }"  # axe cannot judge text over pictures
WATCHING = "{% from 'parts/exchange.html.jinja' import live %}<p{{ live('/live') }}></p>"
HTML = {"Accept": "text/html"}
PIECE = {**HTML, "HX-Request": "true", "HX-Request-Type": "partial"}


def application() -> FastAPI:
    """The pages on a bare application, with addresses that fail in each way."""
    app = FastAPI()
    url = SecretStr("postgresql://postgres@127.0.0.1:1/none")  # these pages need none
    settings = Settings(database_url=url, secret_key=SecretStr("k" * 32))
    app.state.parts = Parts(settings=settings, storage=Storage(url.get_secret_value()))

    @app.middleware("http")
    async def strict(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/refused")
    async def refused() -> None:
        finding = Finding(level="error", where="<b>", message="no <i>such</i> thing")
        raise ProjectError.bad_input("<script>alert(1)</script>", hint="&", findings=[finding])

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the password is hunter2")

    @app.get("/away")
    async def away() -> None:
        raise HTTPException(503, headers={"Retry-After": "5"})

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    @app.get("/api/number/{number}")
    async def number_for_programs(number: int) -> int:
        return number

    @app.get("/watched")
    async def watched(request: Request) -> HTMLResponse:
        piece = environment().from_string(WATCHING)
        return page(request, "fragment.html.jinja", title="Watched", piece=piece)

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text('<hx-partial hx-target="#status">first whole state</hx-partial>')
        await socket.receive()

    add_pages(app)
    return app


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The files that pages load, built unless they are there."""
    building.build()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://dashboard", headers=HTML
    ) as made:
        yield made


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where a real server shows the pages."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(application(), log_level="error", ws="websockets-sansio")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        until = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(
    scope="module"
)  # Playwright keeps a loop running, which would disturb other modules
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests are skipped, under CI they fail."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        try:
            made = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        except PlaywrightError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no browser: {str(error).splitlines()[0]} (apt-get install chromium)")
        yield made
        made.close()


def complaints(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is shown; its context bypasses the policy."""
    page.add_style_tag(content=PLAIN)
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', "
        "'best-practice']})"
    )
    assert found["passes"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def broke(request: Asked) -> bool:
    """Whether a request failed by itself: leaving a page aborts what it still loads."""
    return request.failure != "net::ERR_ABORTED"


def chromium() -> str | None:
    """The program to start; None leaves it to Playwright, which may have a copy of its own."""
    named = os.environ.get("STACKWRIGHT_BROWSER")
    if found := named or shutil.which("chromium") or shutil.which("google-chrome"):
        return found
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    if any(own.glob("chromium*")) or os.geteuid() or not shutil.which("apt-get"):
        return None
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False)
    return shutil.which("chromium")


def watched(page: Page) -> list[str]:
    """All that will go wrong in the console of this page or on its way."""
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url) if broke(request) else None)
    return wrong


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Page]:
    """A fresh page, which fails the test when anything is wrong in its console or on its way."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong = watched(page)
    yield page
    context.close()
    assert not wrong
