"""Serves a built front end: `uvicorn tasks.host.pages:application`, told by PAGES which folders.

Everything is read when it starts, so that no address can lead to another file, and a folder that is removed
meanwhile harms nobody. Addresses that are no file are pages of the application.
"""

import gzip
import hashlib
import mimetypes
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

SETTING = "PAGES"  # folders, the newest first; of the others only the assets are served
MAX_BYTES = 256 * 2**20
_ASSETS = "assets/"  # their names change with their content
_FOR_EVER, _ASK_AGAIN = b"public, max-age=31536000, immutable", b"no-cache"
_TEXTS = ("text/", "application/json", "image/svg+xml", "application/manifest+json")
_POLICY = (
    b"default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    b"form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS = (
    (b"content-security-policy", _POLICY),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Page(NamedTuple):
    """A file as it is sent."""

    kind: bytes
    tag: bytes
    kept: bytes  # how long browsers may keep it
    plain: bytes
    packed: bytes  # with gzip; empty: that makes nothing smaller


def read_pages(folders: list[Path]) -> dict[str, Page]:
    """Every file by its address; of all folders but the first only the assets.

    People who opened the site before a switch still ask for the assets of the release before.

    Raises:
        ValueError: They are larger than `MAX_BYTES`, or there is no index.html.
    """
    found: dict[str, Page] = {}
    total = 0
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if not path.is_file() or path.is_symlink() or name in found:
                continue
            if folder is folders[0] or name.startswith(_ASSETS):
                content = path.read_bytes()
                total += len(content)
                if total > MAX_BYTES:
                    raise ValueError(f"{folder} holds more than {MAX_BYTES // 2**20} MiB")
                found[name] = _page(name, content)
    if "index.html" not in found:
        raise ValueError(f"{folders[0]} holds no index.html")
    return found


def make_application(
    pages: Mapping[str, Page],
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An ASGI application that serves these pages."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            status, headers, body = _answer(pages, scope)
            sent = b"" if scope["method"] == "HEAD" else body
            headers = [*_ALWAYS, *headers, (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": sent})

    return application


def _answer(
    pages: Mapping[str, Page], scope: Scope
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    if scope["method"] not in {"GET", "HEAD"}:
        return 405, [(b"allow", b"GET, HEAD")], b""
    name = unquote(scope["path"]).lstrip("/")
    page = pages.get(name)
    if page is None:
        if name.startswith(_ASSETS):
            return 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not found."
        page = pages["index.html"]
    asked = dict(scope["headers"])
    headers = [(b"etag", page.tag), (b"cache-control", page.kept)]
    if page.packed:
        headers.append((b"vary", b"accept-encoding"))
    if page.tag in asked.get(b"if-none-match", b""):
        return 304, headers, b""
    headers.append((b"content-type", page.kind))
    if page.packed and b"gzip" in asked.get(b"accept-encoding", b""):
        return 200, [*headers, (b"content-encoding", b"gzip")], page.packed
    return 200, headers, page.plain


def _page(name: str, content: bytes) -> Page:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = kind.startswith(_TEXTS) or "javascript" in kind
    packed = gzip.compress(content, 6, mtime=0) if is_text and len(content) > 500 else b""
    return Page(
        kind=(f"{kind}; charset=utf-8" if is_text else kind).encode(),
        tag=f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'.encode(),
        kept=_FOR_EVER if name.startswith(_ASSETS) else _ASK_AGAIN,
        plain=content,
        packed=packed if len(packed) < len(content) else b"",
    )


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def __getattr__(name: str) -> Any:
    """The application of the folders that PAGES names, made when it is asked for."""
    if name != "application":
        raise AttributeError(name)
    folders = [Path(one) for one in os.environ[SETTING].split(os.pathsep) if one]
    return make_application(read_pages([folder for folder in folders if folder.is_dir()]))
