"""What is not well with a deployment, the worst first, each with what to do about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from stackwright.deployment.drift import Drift
from stackwright.value import Value

AGAIN = 3  # so many crashes in a row are no accident
LONG = timedelta(minutes=15)  # no step takes as long


class AlertKind(StrEnum):
    """What is not well."""

    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CRASHING = "crashing"
    NO_HOST = "no_host"
    LOCKED = "locked"
    DRIFT = "drift"


class Alert(Value):
    """Something that is not well."""

    kind: AlertKind
    level: Annotated[
        Literal["error", "warning"],
        Field(description="error: people notice it. warning: they will."),
    ]
    title: Annotated[str, Field(description="What is not well.")]
    cause: Annotated[str, Field(description="What is known of it.")]
    fix: Annotated[str, Field(description="What to do.")]


class ProgramSeen(Value):
    """A program, as far as alerts need it."""

    title: str
    lives: bool
    crashes: int  # one after the other
    sentence: str


class Failed(Value):
    """The last rollout, where it failed and nothing took it back."""

    number: int
    release: int = 0  # that it made; 0: not known
    why: str


class Standing(Value):
    """What is known of a deployment."""

    serves: int = 0  # the release that people are sent to; 0: none
    is_up: bool = False
    is_kept: bool = True  # whether a host starts programs again that end
    programs: tuple[ProgramSeen, ...] = ()
    changing: str = ""  # why it is being changed; empty: it is not
    changing_since: datetime | None = None
    failed: Failed | None = None
    drifts: tuple[Drift, ...] | None = None  # as last looked for; none: nobody has looked


def alerts(standing: Standing, now: datetime) -> tuple[Alert, ...]:
    """All that is not well, what people notice first.

    Args:
        standing: What is known.
        now: The moment.
    """
    found = [
        _no_answer(standing),
        _failed(standing),
        *_crashing(standing),
        _no_host(standing),
        _locked(standing, now),
        _drift(standing),
    ]
    there = [one for one in found if one]
    return tuple(sorted(there, key=lambda one: one.level != "error"))


def _no_answer(standing: Standing) -> Alert | None:
    if not standing.serves or standing.is_up:
        return None
    down = [one.sentence for one in standing.programs if not one.lives]
    return Alert(
        kind=AlertKind.NO_ANSWER,
        level="error",
        title=f"Release {standing.serves} does not answer",
        cause=" ".join(down) or "Its programs do not run.",
        fix="Read below what the program said last. If that does not help, go back to an earlier release.",
    )


def _failed(standing: Standing) -> Alert | None:
    if standing.failed is None:
        return None
    one = standing.failed
    what = f"Release {one.release}" if one.release else f"Rollout {one.number}"
    left = (
        f"Release {standing.serves} serves: see that it is well, then mend the cause and plan a release, "
        "or go back to an earlier one."
        if standing.serves
        else "Nothing serves. Mend the cause and plan a release."
    )
    return Alert(
        kind=AlertKind.FAILED,
        level="error",
        title=f"{what} failed and was not taken back",
        cause=one.why,
        fix=left,
    )


def _crashing(standing: Standing) -> Sequence[Alert]:
    is_said = bool(standing.serves) and not standing.is_up  # of those that are down
    return [
        Alert(
            kind=AlertKind.CRASHING,
            level="warning" if standing.is_up else "error",
            title=f"{one.title} starts again and again",
            cause=f"It crashed {one.crashes} times in a row. {one.sentence}",
            fix="Its log below says why. A release that worked before can be gone back to.",
        )
        for one in standing.programs
        if one.crashes >= AGAIN and (one.lives or not is_said)
    ]


def _no_host(standing: Standing) -> Alert | None:
    if standing.is_kept or not (standing.serves or standing.programs):
        return None
    return Alert(
        kind=AlertKind.NO_HOST,
        level="warning",
        title="No host looks after the programs",
        cause="What runs goes on, but a program that ends is not started again.",
        fix="The watch starts a host within five minutes. If it does not, see that stackwright serve "
        "runs on this machine.",
    )


def _locked(standing: Standing, now: datetime) -> Alert | None:
    since = standing.changing_since
    if not standing.changing or since is None or now - since < LONG:
        return None
    minutes = int((now - since).total_seconds() // 60)
    return Alert(
        kind=AlertKind.LOCKED,
        level="warning",
        title=f"It is being changed for {minutes} minutes",
        cause=standing.changing,
        fix="Look how far the rollout is; cancel it if it does not move. The lock ends a minute after its "
        "owner has gone.",
    )


def _drift(standing: Standing) -> Alert | None:
    if not standing.drifts:
        return None
    first, more = standing.drifts[0].sentence, len(standing.drifts) - 1
    return Alert(
        kind=AlertKind.DRIFT,
        level="warning",
        title="It is not as it was deployed",
        cause=f"{first} And {more} more." if more else first,
        fix="Look at the drift below: a release puts it right; what is meant to stay can be ignored with a reason.",
    )
