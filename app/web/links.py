"""Which addresses lead somewhere: a page links what exists, and nothing else."""

import re

from fastapi import FastAPI

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"\{[^}]*\}")


def leads(app: FastAPI, path: str) -> bool:
    """Whether a page or a route of the API answers at this address, whatever the ids in it."""
    known = {*app.state.page_paths, *app.openapi()["paths"]}
    return _ID.sub("{}", path) in {_NAME.sub("{}", one) for one in known}
