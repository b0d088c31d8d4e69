"""Terraform's state as we keep it: what it says of itself, who holds it, which of its versions stay."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from stackwright.deployment.lease import Lease, acquire, broken, is_held
from stackwright.errors import ProjectError
from stackwright.value import Value

TTL_S = 3600  # Terraform sends no heartbeats, but it writes every 20 s while something changes
KEPT = 20  # versions, and as many runs with their last one
FORMAT = 4  # of the state, since Terraform 0.12
LARGEST_SERIAL = 2**63 - 2
_SERIAL = re.compile(rb'"serial"\s*:\s*(\d+)')


def _shown(text: str) -> str:
    return "".join(character for character in text if character.isprintable())


Word = Annotated[str, Field(max_length=200), AfterValidator(_shown)]


class Facts(Value):
    """What a state says of itself."""

    serial: int = Field(description="Grows with every change.")
    lineage: str = Field(description="The same for all versions of one state.")
    resources: int = Field(description="How many it manages.")


class Holder(Value):
    """Who holds a state, in the words that Terraform sends and shows. Source: Terraform, `statemgr.LockInfo`."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    id: Annotated[str, Field(alias="ID", pattern=r"^[!-~]{1,200}$")]
    operation: Word = Field("", alias="Operation")
    info: Word = Field("", alias="Info")
    who: Word = Field("", alias="Who")
    version: Word = Field("", alias="Version")
    created: Word = Field("", alias="Created")
    path: Word = Field("", alias="Path")


class StateLock(Value):
    """The lock of a state: the lease, and what its holder said."""

    lease: Lease
    holder: Holder
    by: str = Field(description="The account whose token was shown.")


class HeldError(ProjectError):
    """Somebody else holds the state.

    Attributes:
        members: Further members of the problem document, which Terraform shows: who it is.
    """

    def __init__(self, lock: StateLock, message: str, hint: str, http_status: int = 423) -> None:
        super().__init__(message, hint=hint, http_status=http_status)
        self.members = lock.holder.model_dump(by_alias=True)


def facts_of(content: bytes) -> Facts:
    """What this state says of itself.

    Raises:
        ProjectError: It is no state (HTTP 422); nothing of it is quoted.
    """
    found = _loaded(content)
    serial, lineage = found.get("serial"), found.get("lineage")
    if (
        found.get("version") != FORMAT
        or not isinstance(serial, int)
        or not 0 <= serial <= LARGEST_SERIAL
        or not isinstance(lineage, str)
        or not 0 < len(lineage) <= 100
        or not lineage.isprintable()
    ):
        raise _no_state("has no version 4, serial or lineage")
    listed = found.get("resources", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _no_state("has resources that are no list")
    managed = sum(
        len(one["instances"]) if isinstance(one.get("instances"), list) else 1
        for one in listed
        if one.get("mode", "managed") == "managed"
    )
    return Facts(serial=serial, lineage=lineage, resources=managed)


def renumbered(content: bytes, serial: int) -> bytes:
    """The same state with another serial; no other byte changes, as numbers may have more digits than ours keep.

    Raises:
        ProjectError: It is no state (HTTP 422).
    """
    wanted = {**_loaded(content), "serial": serial}
    for found in _SERIAL.finditer(content):
        changed = content[: found.start(1)] + str(serial).encode() + content[found.end(1) :]
        if json.loads(changed) == wanted:
            return changed
    raise _no_state("has no serial")


def must_follow(newest: Facts | None, given: Facts) -> None:
    """See that a state goes on from the newest one.

    Raises:
        ProjectError: It is of another lineage, or older (HTTP 409).
    """
    if newest is None:
        return
    if newest.lineage != given.lineage:
        raise ProjectError(
            "Another state is kept here: its lineage is not the one of what was sent.",
            hint="Use the deployment that it belongs to, or delete the state that is kept first.",
            http_status=409,
        )
    if given.serial <= newest.serial:
        raise ProjectError(
            f"Serial {given.serial} comes too late: serial {newest.serial} is kept.",
            hint="Make a new plan; to go back, restore an earlier version.",
            http_status=409,
        )


def taken(
    current: StateLock | None, *, state: str, holder: Holder, by: str, now: datetime
) -> StateLock:
    """The lock of a new holder; the same one when they ask again, as their answer may have been lost.

    Args:
        current: What is stored; None: nothing.
        state: What is locked, for people.
        holder: What the program says of itself.
        by: Whose token it showed.
        now: The moment.

    Raises:
        HeldError: Somebody else holds it (HTTP 423).
    """
    known = holder.model_copy(update={"who": f"{holder.who} ({by})".strip()})
    operation = holder.operation.removeprefix("OperationType").lower() or "changing it"
    reason = f"{operation}, {holder.info}" if holder.info else operation
    owner = f"{known.who}, lock {known.id},"
    lease = current.lease if current else None
    try:
        mine = acquire(lease, name=state, owner=owner, reason=reason, now=now, ttl_s=TTL_S)
    except ProjectError as error:
        assert current is not None  # noqa: S101 - nobody else could hold it
        hint = f"{error.hint} Somebody who is gone: DELETE …/lock?force=<reason>."
        raise HeldError(current, f"{error.message}.", hint) from error
    return StateLock(lease=mine, holder=known, by=by)


def written_by(lock: StateLock | None, lock_id: str, now: datetime) -> StateLock:
    """The lock of whoever writes, its end moved on. One that ended is still theirs while nobody took it.

    Raises:
        ProjectError: They do not hold it (HTTP 409).
    """
    if lock is not None and lock.holder.id == lock_id and not lock.lease.released:
        beat_at = max(now, lock.lease.beat_at)
        return lock.model_copy(update={"lease": lock.lease.model_copy(update={"beat_at": beat_at})})
    hint = "Lock it first, as Terraform does without -lock=false, and write with ?ID=<the lock>."
    if lock is not None and is_held(lock.lease, now):
        message = f"The state is held by {lock.holder.who}: what was sent is not kept."
        raise HeldError(lock, message, hint, 409)
    said = "The lock was lost" if lock_id else "The state is not locked"
    raise ProjectError(f"{said}: what was sent is not kept.", hint=hint, http_status=409)


def must_be_free(lock: StateLock | None, lock_id: str, now: datetime) -> None:
    """See that nobody else holds the state.

    Raises:
        HeldError: Somebody does (HTTP 423).
    """
    if lock is not None and is_held(lock.lease, now) and lock.holder.id != lock_id:
        message = f"The state is held by {lock.holder.who} since {lock.lease.taken_at:%H:%M:%S %Z}."
        raise HeldError(lock, message, "Wait until it is done.")


def given_back(lock: StateLock, lock_id: str, now: datetime) -> StateLock:
    """The lock given back by whoever knows its id; once it has ended, others change nothing.

    Raises:
        HeldError: It is another one (HTTP 409).
    """
    if lock.holder.id != lock_id:
        if not is_held(lock.lease, now):
            return lock
        message = f"Lock {lock_id or 'without an id'} is not the one of {lock.holder.who}."
        hint = "Give back your own; admins and operators break one with ?force=<reason>."
        raise HeldError(lock, message, hint, 409)
    return lock.model_copy(update={"lease": lock.lease.model_copy(update={"released": True})})


def taken_away(lock: StateLock, *, by: str, now: datetime) -> StateLock:
    """The lock after a person has broken it."""
    return lock.model_copy(update={"lease": broken(lock.lease, by=by, now=now)})


def staying(versions: Sequence[tuple[int, str]]) -> set[int]:
    """The serials that are kept: the newest, and the last one of each of the newest runs.

    A long run writes many versions; what was before it is to outlive them.

    Args:
        versions: Serial and lock of each, the newest first; an empty lock is a run of its own.
    """
    last: dict[str, int] = {}
    for serial, lock in versions:
        last.setdefault(lock or f"serial {serial}", serial)
    return {serial for serial, _ in versions[:KEPT]} | set([*last.values()][:KEPT])


def _loaded(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise _no_state("is no JSON") from None
    if not isinstance(found, dict):
        raise _no_state("is no object")
    return found


def _no_state(why: str) -> ProjectError:
    return ProjectError.bad_input(
        f"This is no state of Terraform: it {why}.", hint="Send what `terraform state pull` gives."
    )
