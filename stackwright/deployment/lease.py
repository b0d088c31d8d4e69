"""Who may change a deployment now: a lock that heals, as nobody who is gone can hold it for long."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from stackwright.errors import ProjectError
from stackwright.value import Value

TTL_S = 60  # three heartbeats of 20 s may go missing


class Lease(Value):
    """A lock with an owner, a reason and an end."""

    name: Annotated[str, Field(description="What is locked: a deployment or a state.")]
    owner: Annotated[str, Field(description="The run or program that holds it.")]
    reason: Annotated[str, Field(description="What it is doing, for those who wait.")]
    token: Annotated[
        int,
        Field(
            description="Grows with every owner. What is written with a smaller one comes too late.",
            ge=1,
        ),
    ] = 1
    taken_at: AwareDatetime
    beat_at: AwareDatetime
    ttl_s: Annotated[int, Field(description="Without a heartbeat it ends after that.", gt=0)] = (
        TTL_S
    )
    released: Annotated[
        bool, Field(description="Whether it was given back; the token lives on.")
    ] = False

    @property
    def ends_at(self) -> datetime:
        """When it ends without another heartbeat."""
        return self.beat_at + timedelta(seconds=self.ttl_s)


def is_held(lease: Lease | None, now: datetime) -> bool:
    """Whether somebody holds it at this moment."""
    return lease is not None and not lease.released and now < lease.ends_at


def acquire(
    current: Lease | None, *, name: str, owner: str, reason: str, now: datetime, ttl_s: int = TTL_S
) -> Lease:
    """The lease of a new owner; the same one when the owner has it already.

    Args:
        current: What is stored under this name; None: nothing.
        name: What is locked.
        owner: Who asks.
        reason: What for.
        now: The moment.
        ttl_s: It ends that many seconds after the last heartbeat.

    Raises:
        ProjectError: Somebody else holds it (HTTP 423).
    """
    if current is not None and is_held(current, now):
        if current.owner == owner:
            return beat(current, owner=owner, token=current.token, now=now)
        raise ProjectError(
            f"{name} is locked by {current.owner} since {current.taken_at:%Y-%m-%d %H:%M:%S %Z}: {current.reason}",
            hint=f"Wait until it is done; without a heartbeat it ends at {current.ends_at:%H:%M:%S %Z}.",
            http_status=423,
        )
    return Lease(
        name=name,
        owner=owner,
        reason=reason,
        token=current.token + 1 if current else 1,
        taken_at=now,
        beat_at=now,
        ttl_s=ttl_s,
    )


def beat(current: Lease | None, *, owner: str, token: int, now: datetime) -> Lease:
    """The lease with its end moved on.

    Raises:
        ProjectError: It is no longer the owner's (HTTP 409): stop, and change nothing more.
    """
    if (
        current is None
        or not is_held(current, now)
        or (current.owner, current.token) != (owner, token)
    ):
        raise ProjectError(
            f"{owner} has lost its lock{f' to {current.owner}' if current and current.owner != owner else ''}.",
            hint="Stop, look at what is there and make a new plan.",
            http_status=409,
        )
    return current.model_copy(update={"beat_at": max(now, current.beat_at)})


def release(current: Lease | None, *, owner: str, token: int) -> Lease | None:
    """The lease given back; giving it back twice, or too late, changes nothing."""
    if current is None or (current.owner, current.token) != (owner, token):
        return current
    return current.model_copy(update={"released": True})


def broken(current: Lease, *, by: str, now: datetime) -> Lease:
    """The lease taken from its owner by a person, who is named in the reason."""
    reason = f"broken by {by} at {now:%Y-%m-%d %H:%M:%S %Z}; it was: {current.reason}"
    return current.model_copy(update={"released": True, "reason": reason})
