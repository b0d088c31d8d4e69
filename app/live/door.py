"""How doors get at the runs that happen."""

from typing import Annotated, cast

from fastapi import Depends
from fastapi.requests import HTTPConnection

from app.live.hub import Hub


def hub_of(connection: HTTPConnection) -> Hub:
    """The hub of the application that got this request or socket."""
    return cast("Hub", connection.app.state.hub)


Live = Annotated[Hub, Depends(hub_of)]
