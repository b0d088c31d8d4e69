"""States of Terraform, as its http backend reads and writes them: sealed, in versions, and only under a lock."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.api.deployments import the_deployment
from app.edge.aside import aside
from app.edge.identity import demand_of_program
from app.edge.parts import Its, Work
from app.edge.problems import not_found
from app.storage import states
from app.storage.states import StateVersion
from app.storage.trail import note
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.deployment.state import (
    LARGEST_SERIAL,
    facts_of,
    must_be_free,
    must_follow,
    renumbered,
    written_by,
)
from stackwright.errors import ProjectError
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/states/{deployment_id}", tags=["states"])

Keeper = Annotated[Caller, Depends(demand_of_program(Action.KEEP_STATE))]
LockId = Annotated[str, Query(alias="ID", max_length=200, description="The lock that is held.")]
Serial = Annotated[int, Path(ge=0, le=LARGEST_SERIAL)]

_STATE = {"application/json": {"schema": {"type": "object"}}}
_READ: dict[int | str, dict[str, Any]] = {
    200: {"description": "The state.", "content": _STATE},
    204: {"description": "Nothing was written yet."},
}
_WRITTEN = {"requestBody": {"required": True, "content": _STATE}}


class StateVersions(Value):
    """The versions of a state that are kept, the newest first: of each run the last one, and the newest."""

    versions: Sequence[StateVersion]


@router.get("", responses=_READ, response_class=Response)
async def read_state(deployment_id: UUID, caller: Keeper, parts: Its) -> Response:
    """The state of a deployment; 204 before anything was written."""
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller)
        newest = await states.kept(session, stored.id)
    if newest is None:
        return Response(status_code=204)
    content = await aside(states.opened, parts.settings.key(), stored.id, *newest)
    headers = {"Content-MD5": _md5(content), "Content-Disposition": "attachment"}
    return Response(content, media_type="application/json", headers=headers)


@router.post("", openapi_extra=_WRITTEN)
async def write_state(
    deployment_id: UUID, request: Request, caller: Keeper, parts: Its, lock_id: LockId = ""
) -> StateVersion:
    """Keep the next version of the state. It takes the lock (409 without), and follows the newest version."""
    content = await request.body()
    if request.headers.get("content-md5", _md5(content)) != _md5(content):
        raise ProjectError.bad_input("The state was damaged on its way.", hint="Send it again.")
    facts, key = await aside(facts_of, content), parts.settings.key()
    async with parts.storage.session() as session:
        stored = await the_deployment(session, deployment_id, caller, hold=True)
        now = parts.now()
        lock = written_by(await states.lock_of(session, stored.id), lock_id, now)
        await states.keep_lock(session, stored.id, lock)
        newest = next(iter(await states.versions(session, stored.id)), None)
        if newest is not None and newest.serial == facts.serial:
            kept = await states.kept(session, stored.id)
            if kept and await aside(states.opened, key, stored.id, *kept) == content:
                return newest  # its answer was lost
        must_follow(newest, facts)
        version = StateVersion(
            **facts.model_dump(),
            size_bytes=len(content),
            made_at=now,
            made_by=caller.account.email,
            lock=lock.holder.id,
        )
        closed = await aside(states.sealed, key, stored.id, facts.serial, content)
        await states.add(session, stored.id, version, closed)
        note(session, caller.did("state.write", now, stored.id, **_counted(version)))
    return version


@router.delete("")
async def delete_state(
    deployment_id: UUID, caller: Keeper, parts: Its, session: Work, lock_id: LockId = ""
) -> StateVersions:
    """Forget the state with all of its versions; what it knows stays, and nobody finds it again."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    now = parts.now()
    must_be_free(await states.lock_of(session, stored.id), lock_id, now)
    if known := await states.versions(session, stored.id):
        await states.remove(session, stored.id)
        note(session, caller.did("state.delete", now, stored.id, **_counted(known[0])))
    return StateVersions(versions=())


@router.get("/versions")
async def state_versions(deployment_id: UUID, caller: Keeper, session: Work) -> StateVersions:
    """The versions of the state that are kept, without what they say."""
    stored = await the_deployment(session, deployment_id, caller)
    return StateVersions(versions=await states.versions(session, stored.id))


@router.post("/versions/{serial}/restore")
async def restore_state(
    deployment_id: UUID,
    serial: Serial,
    caller: Keeper,
    parts: Its,
    session: Work,
    lock_id: LockId = "",
) -> StateVersion:
    """Make an earlier version the newest one again, with the next serial. The cloud is not touched."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    now, key = parts.now(), parts.settings.key()
    must_be_free(await states.lock_of(session, stored.id), lock_id, now)
    known = await states.versions(session, stored.id)
    kept = await states.kept(session, stored.id, serial)
    if kept is None:
        raise not_found("version of the state")
    if serial == known[0].serial:
        return known[0]
    earlier = await aside(states.opened, key, stored.id, *kept)
    content = await aside(renumbered, earlier, known[0].serial + 1)
    facts = await aside(facts_of, content)
    version = StateVersion(
        **facts.model_dump(),
        size_bytes=len(content),
        made_at=now,
        made_by=caller.account.email,
        lock="",
    )
    closed = await aside(states.sealed, key, stored.id, version.serial, content)
    await states.add(session, stored.id, version, closed)
    note(session, caller.did("state.restore", now, stored.id, of=serial, serial=version.serial))
    return version


def _counted(version: StateVersion) -> dict[str, int]:
    return {"serial": version.serial, "resources": version.resources}


def _md5(content: bytes) -> str:
    """The checksum of RFC 1864, which Terraform sends and checks; against accidents, not against people."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
