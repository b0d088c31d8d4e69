"""The bundled files that browsers load: what a page calls `app.js`, and the file that holds it now."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from app.web.building import BUILT
from stackwright.errors import ProjectError

ADDRESS = "/assets"
FOR_EVER = "public, max-age=31536000, immutable"  # the name changes with the content
NAME = re.compile(r"[\w-]+(\.[\w-]+)*")
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


class AssetsMissingError(ProjectError):
    """The files that pages load were never built on this machine, or not all of them."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The files that pages load are not built ({what} is missing).",
            hint="Run `make setup` in the checkout, then load this page again.",
            http_status=503,
        )


def asset(name: str) -> str:
    """The address of a bundled file, such as `app.js`, for a page.

    Raises:
        AssetsMissingError: There is no such file, as nothing was built.
    """
    known = manifest()
    if name not in known:
        raise AssetsMissingError(name)
    return f"{ADDRESS}/{known[name]['file']}"


def imports(name: str) -> list[str]:
    """The addresses of the files that a script loads at once."""
    return [f"{ADDRESS}/{file}" for file in manifest()[name]["imports"]]


def manifest() -> dict[str, dict[str, Any]]:
    """What was built: name in a page → file, and the files it loads at once.

    Raises:
        AssetsMissingError: Nothing was built.
    """
    path = BUILT / "manifest.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise AssetsMissingError(path.name) from error


@router.get(f"{ADDRESS}/{{name}}")
async def send(request: Request, name: str) -> FileResponse:
    """One bundled file, compressed for browsers that take it so; it may be kept for ever."""
    path = BUILT / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    kind = KINDS.get(path.suffix)
    small = BUILT / f"{name}.br"
    if "br" in _accepted(request.headers.get("accept-encoding", "")) and small.is_file():
        return FileResponse(small, headers={**headers, "Content-Encoding": "br"}, media_type=kind)
    return FileResponse(path, headers=headers, media_type=kind)


def _accepted(header: str) -> set[str]:
    """The encodings that a browser takes."""
    offered = (one.partition(";") for one in header.replace(" ", "").split(","))
    return {name for name, _, weight in offered if weight not in {"q=0", "q=0.0"}}


@lru_cache(maxsize=2)
def _read(path: Path, changed_ns: int) -> dict[str, dict[str, Any]]:  # noqa: ARG001 - read again when it changed
    known: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return known
