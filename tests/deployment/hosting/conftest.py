"""A host of its own for each test, and a tiny project whose back end is a few lines of ASGI."""

import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackwright.deployment.hosting.site import Release, Site
from tasks import hosting
from tasks.host import folder
from tasks.hosting_server import socket_folder

APP = """\
import asyncio
import os

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    status = 200
    if scope["path"] == "/health":
        status = int(os.environ.get("HEALTH", "200"))
    if scope["path"] == "/api/slow":
        await asyncio.sleep(2)
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(BODY))]})
    await send({"type": "http.response.body", "body": BODY})

BODY = os.environ["SAYS"].encode()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site on a host of its own; nothing of it lives after the test."""
    made = Site(root=tmp_path / "host", name="shop-staging", port=free_port())
    yield made
    for name in folder.names(made.root / folder.WANTED):
        folder.wanted(made.root, name).unlink()
    hosting.end_host(made.root)
    if (sockets := socket_folder(made.root)).is_dir():
        shutil.rmtree(sockets)
    left = [one.seen.name for one in hosting.host_status(made.root).programs if one.lives]
    assert not left


def tiny(site: Site, number: int, *, code: str = APP, pages: bool = True) -> Release:
    """A release that was equipped already: our own Python has all that it needs."""
    app = site.release(number) / "backend" / "app"
    app.mkdir(parents=True)
    (app / "__init__.py").touch()
    (app / "main.py").write_text(code, "utf-8")
    dist = site.root / "pages" / f"tiny-{number}" / "dist"
    if pages:
        (dist / "assets").mkdir(parents=True)
        (dist / "index.html").write_text(f"<h1>Release {number}</h1>", "utf-8")
        (dist / "assets" / f"main-{number}.js").write_text(f"// {number}\n" * 200, "utf-8")
    release = Release(
        number=number,
        source=f"tiny-{number}",
        python=str(Path(sys.executable).parent),
        pages=str(dist) if pages else "",
    )
    (site.folder / "releases" / f"{number}.json").write_text(release.model_dump_json(), "utf-8")
    return release
