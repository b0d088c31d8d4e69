"""Locks of Terraform's states: taken, given back, broken by somebody who says why."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deployments import the_deployment
from app.api.states import Keeper
from app.edge.parts import Its, Work
from app.storage import states
from app.storage.trail import note
from stackwright.deployment.lease import is_held
from stackwright.deployment.state import (
    Holder,
    StateLock,
    Word,
    given_back,
    taken,
    taken_away,
)
from stackwright.value import Value

router = APIRouter(prefix="/api/v1/states/{deployment_id}/lock", tags=["states"])

Force = Annotated[
    Word | None,
    Query(min_length=3, description="Why the lock of somebody else is broken; kept in the audit."),
]


class Held(Value):
    """Who holds a state."""

    lock: StateLock | None = Field(description="Null: nobody does.")


@router.get("")
async def state_lock(deployment_id: UUID, caller: Keeper, parts: Its, session: Work) -> Held:
    """Who holds the state, since when, and what for."""
    stored = await the_deployment(session, deployment_id, caller)
    lock = await states.lock_of(session, stored.id)
    return Held(lock=lock if lock and is_held(lock.lease, parts.now()) else None)


@router.post("")
async def lock_state(
    deployment_id: UUID, holder: Holder, caller: Keeper, parts: Its, session: Work
) -> Held:
    """Take the lock. Whoever holds it is told (423). It ends an hour after the last version was written under it."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    current = await states.lock_of(session, stored.id)
    lock = taken(
        current,
        state=f"The state of {stored.name}",
        holder=holder,
        by=caller.account.email,
        now=parts.now(),
    )
    await states.keep_lock(session, stored.id, lock)
    return Held(lock=lock)


@router.delete("")
async def unlock_state(
    deployment_id: UUID,
    caller: Keeper,
    parts: Its,
    session: Work,
    given: Holder | None = None,
    force: Force = None,
) -> Held:
    """Give the lock back that was sent; or break the one of somebody else, with a reason."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    lock, now, by = await states.lock_of(session, stored.id), parts.now(), caller.account.email
    if lock is None or lock.lease.released:
        return Held(lock=None)
    mine = given.id if given else ""
    breaks = force is not None
    after = taken_away(lock, by=by, now=now) if breaks else given_back(lock, mine, now)
    if breaks or (after != lock and lock.by != by):  # `terraform force-unlock` gives no reason
        told = {"holder": lock.holder.who, "lock": lock.holder.id, "reason": force or "unlocked"}
        note(session, caller.did("state.lock_broken", now, stored.id, **told))
    await states.keep_lock(session, stored.id, after)
    return Held(lock=None)
