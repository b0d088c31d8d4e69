"""What the doors to published projects have in common: whose it is, against what, and who has it already."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.api.etags import etag, is_known, unchanged
from app.api.runs import Reader, the_run
from app.edge.parts import Its
from app.edge.problems import not_found
from app.storage import runs
from stackwright.access.accounts import Caller
from stackwright.errors import ProjectError
from stackwright.generation.lock import digest
from stackwright.runs.record import Run

FRESH = {"Cache-Control": "private, no-cache"}  # kept by browsers, and asked for each time
PREVIOUS = "previous"

Path = Annotated[
    str, Query(min_length=1, max_length=1000, description="Of the file.", examples=["README.md"])
]


async def _run(run_id: UUID, caller: Reader, parts: Its) -> Run:
    async with parts.storage.session() as session:
        return await the_run(session, run_id, caller)


Theirs = Annotated[Run, Depends(_run)]


async def older_run(run: Run, against: str, caller: Caller, parts: Its) -> Run:
    """The run whose output another one is compared with.

    Args:
        run: The other one.
        against: The id of a run, or `previous`: the one of this project that published before.
        caller: Who asks.
        parts: Of the application.

    Raises:
        ProjectError: There is none, it is somebody else's (HTTP 404), or this is no id (422).
    """
    async with parts.storage.session() as session:
        if against != PREVIOUS:
            return await the_run(session, _id(against), caller)
        found = await runs.latest_output(session, run.project_id, before=run.number)
    if found is None:
        raise ProjectError(
            "No earlier run of this project has published its files.",
            hint="Compare with another run by its id.",
            http_status=404,
        )
    return found


async def answered(
    request: Request, parts: tuple[str, ...], make: Callable[[], Awaitable[BaseModel]]
) -> Response:
    """What `make` gives, as JSON, or nothing to a client that has it already.

    Args:
        request: What was asked.
        parts: All that decides the answer, beside the address.
        make: Makes the answer; called only if the client has it not.
    """
    tag = etag(digest("\0".join((str(request.url), *parts)).encode()))
    if is_known(request, tag):
        return unchanged(tag)
    made = await make()
    headers = {**FRESH, "ETag": tag}
    return JSONResponse(made.model_dump(mode="json"), headers=headers)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise not_found("run") from None
