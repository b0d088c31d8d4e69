"""Which addresses lead somewhere: a page links what exists, and nothing else."""

import re
from collections.abc import Iterator

from fastapi import FastAPI

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"\{[^}]*\}")


def leads(app: FastAPI, path: str) -> bool:
    """Whether a page or a route of the API answers at this address, whatever the ids in it."""
    return _ID.sub("{}", path) in {_NAME.sub("{}", one) for one in _known(app)}


def _known(app: FastAPI) -> Iterator[str]:
    yield from app.state.page_paths
    for included in app.routes:  # OpenAPI lists them, too, but takes a second to be made
        router = getattr(included, "original_router", None)
        for route in router.routes if router else ():
            yield getattr(route, "path", "")
