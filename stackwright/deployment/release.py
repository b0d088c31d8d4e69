"""What was deployed, and what may be gone back to: at most once by itself, never onto itself, never to nothing."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.errors import ProjectError
from stackwright.value import Value


class ReleaseState(StrEnum):
    """What became of a release."""

    DEPLOYING = "deploying"
    SERVING = "serving"
    SUPERSEDED = "superseded"  # served well until a later one took over
    ROLLED_BACK = "rolled_back"  # served, and was taken back
    FAILED = "failed"  # never served


HAS_SERVED = frozenset({ReleaseState.SERVING, ReleaseState.SUPERSEDED, ReleaseState.ROLLED_BACK})


class Snapshot(Value):
    """All that a release is made of; putting it back brings the release back."""

    build: Annotated[str, Field(description="Digest of the build.")]
    settings: Annotated[
        str, Field(description="Version of the variables and of the references to secrets.")
    ]
    infrastructure: Annotated[
        str, Field(description="Version of the state of the infrastructure; empty: it has none.")
    ] = ""
    migration: Annotated[
        str, Field(description="The last migration that it knows; empty: none.")
    ] = ""
    image: Annotated[
        str, Field(description="The image that a provider runs; empty: it is no image.")
    ] = ""


class Tombstone(Value):
    """Why a release must not come back by itself: neither by drift nor by a push."""

    why: str
    at: datetime


class Release(Value):
    """One release, numbered from 1 within its deployment."""

    number: Annotated[int, Field(ge=1)]
    snapshot: Snapshot
    state: ReleaseState
    contracts: Annotated[
        bool,
        Field(
            description="Whether its migrations were run and took something away or narrowed it."
        ),
    ] = False
    rollback_of: Annotated[
        int | None,
        Field(description="The release that it was put in the place of; null: it is new."),
    ] = None
    restores: Annotated[
        int | None, Field(description="The release whose snapshot it has; null: it is new.")
    ] = None
    tombstone: Tombstone | None = None
    made_at: datetime


class Choice(Value):
    """A release that could be gone back to, and why not."""

    release: Release
    why_not: Annotated[str, Field(description="A sentence; empty: it may.")] = ""


def serving(releases: Sequence[Release]) -> Release | None:
    """The release that serves, or None."""
    found = [one for one in releases if one.state is ReleaseState.SERVING]
    return max(found, key=lambda one: one.number, default=None)


def choices(releases: Sequence[Release], *, buried: bool = False) -> tuple[Choice, ...]:
    """Every release with whether it may be gone back to by hand, the newest first.

    Args:
        releases: All that there were.
        buried: Whether those with a tombstone may be chosen, as somebody insists.
    """
    return tuple(
        Choice(release=one, why_not=_why_not(one, releases, serving(releases), buried=buried))
        for one in sorted(releases, key=lambda one: -one.number)
    )


def choose(releases: Sequence[Release], number: int, *, buried: bool = False) -> Release:
    """The release to go back to by hand.

    Raises:
        ProjectError: There is none of this number (HTTP 404), or it may not be gone back to (HTTP 409).
    """
    for choice in choices(releases, buried=buried):
        if choice.release.number != number:
            continue
        if choice.why_not:
            raise _refusal(choice.why_not)
        return choice.release
    raise ProjectError(
        f"There is no release {number}.", hint="Look at the history.", http_status=404
    )


def last_good(releases: Sequence[Release]) -> int:
    """The number of the newest release that may be gone back to.

    Raises:
        ProjectError: There is none (HTTP 409).
    """
    found = [one.release.number for one in choices(releases) if not one.why_not]
    if not found:
        raise ProjectError(
            "There is no release to go back to.",
            hint="stackwright deploy history says why.",
            http_status=409,
        )
    return found[0]


def choose_automatically(releases: Sequence[Release], failed: int) -> Release:
    """The release to go back to after `failed` did not become healthy: the last one that served well.

    Raises:
        ProjectError: It must not be rolled back by itself (HTTP 409): the message says why.
    """
    bad = next((one for one in releases if one.number == failed), None)
    if bad is None:
        raise ProjectError(f"There is no release {failed}.", hint="", http_status=404)
    if bad.rollback_of is not None:
        raise _refusal(
            f"Release {failed} is a rollback itself, and one rollback never starts another."
        )
    if any(one.rollback_of == failed for one in releases):
        raise _refusal(f"Release {failed} was rolled back once already.")
    if any(one.number > failed for one in releases):
        raise _refusal(f"Release {failed} is no longer the last one.")
    before = [one for one in releases if one.number < failed and one.state in HAS_SERVED]
    if not before:
        raise _refusal("Nothing has served before it, so there is nothing to go back to.")
    good = [one for one in before if not _why_not(one, releases, bad)]
    if not good:
        last = max(before, key=lambda one: one.number)
        raise _refusal(_why_not(last, releases, bad))
    return max(good, key=lambda one: one.number)


def comes_back(snapshot: Snapshot, releases: Sequence[Release]) -> Release | None:
    """The buried release that deploying this would bring back, or None.

    Drift checks and pushes ask this before they deploy; a person may insist.
    """
    found = [one for one in releases if one.tombstone and _same_work(one.snapshot, snapshot)]
    return max(found, key=lambda one: one.number, default=None)


def bury(release: Release, why: str, at: datetime) -> Release:
    """The release as one that must not come back by itself."""
    served = release.state in HAS_SERVED
    state = ReleaseState.ROLLED_BACK if served else ReleaseState.FAILED
    return release.model_copy(update={"state": state, "tombstone": Tombstone(why=why, at=at)})


def took_over(releases: Sequence[Release], number: int) -> tuple[Release, ...]:
    """All releases after `number` has begun to serve."""
    changed = []
    for one in releases:
        state = one.state
        if one.number == number:
            state = ReleaseState.SERVING
        elif state is ReleaseState.SERVING:
            state = ReleaseState.SUPERSEDED
        changed.append(one.model_copy(update={"state": state}))
    return tuple(changed)


def settled(releases: Sequence[Release], serves: int, at: datetime) -> tuple[Release, ...]:
    """All releases after whoever deployed one of them was killed: it serves, or it is buried.

    Args:
        releases: All that there were; nobody deploys any of them now.
        serves: The release that visitors are sent to; 0: none.
        at: The moment.
    """
    found = tuple(releases)
    for one in releases:
        if one.state is not ReleaseState.DEPLOYING:
            continue
        if one.number == serves:
            found = took_over(found, one.number)
        else:
            buried = bury(one, "Its deployment was interrupted.", at)
            found = tuple(buried if other.number == one.number else other for other in found)
    return found


def expendable(releases: Sequence[Release], keep: int) -> frozenset[str]:
    """Digests of builds that nobody goes back to any more.

    Args:
        releases: All that there were.
        keep: How many that have served are kept, besides the one that serves.
    """
    now = serving(releases)
    served = sorted(
        (one for one in releases if one.state in HAS_SERVED and not one.tombstone and one != now),
        key=lambda one: -one.number,
    )
    needed = {one.snapshot.build for one in served[:keep]}
    needed |= {one.snapshot.build for one in releases if one.state is ReleaseState.DEPLOYING}
    if now is not None:
        needed.add(now.snapshot.build)
    return frozenset({one.snapshot.build for one in releases} - needed)


def _why_not(
    wanted: Release, releases: Sequence[Release], current: Release | None, *, buried: bool = False
) -> str:
    name = f"Release {wanted.number}"
    if wanted.state not in HAS_SERVED:
        return f"{name} has never served."
    if current is not None and wanted.number == current.number:
        return f"{name} is the one that is there."
    if current is not None and wanted.snapshot == current.snapshot:
        return f"{name} is the same as the one that is there."
    if wanted.tombstone and not buried:
        return f"{name} was taken back: {wanted.tombstone.why}"
    narrowed = [one.number for one in releases if one.contracts and one.number > wanted.number]
    if narrowed:
        return f"{name} does not fit the tables any more: release {max(narrowed)} took something away from them."
    return ""


def _same_work(one: Snapshot, other: Snapshot) -> bool:
    return (one.build, one.settings) == (other.build, other.settings)


def _refusal(why: str) -> ProjectError:
    return ProjectError(
        why, hint="Choose another release, or deploy one that puts it right.", http_status=409
    )
