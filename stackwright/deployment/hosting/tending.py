"""What the host does next with one program: a pure function of what is wanted, what was seen and what lives."""

from typing import Literal

from stackwright.deployment.hosting.program import Program, Seen
from stackwright.value import Value

STEADY_S = 1.0  # a program that lives so long counts as running
CALM_S = 60.0  # after so long its crashes are forgotten
DELAYS_S = (
    0.0,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    30.0,
)  # after the first crash, the second…; the last one repeats

Action = Literal["nothing", "start", "signal", "kill", "forget"]


class Next(Value):
    """What to do, and what to remember from then on; none: nothing is left to remember."""

    action: Action = "nothing"
    seen: Seen | None = None


def delay_s(crashes: int) -> float:
    """How long to wait after so many crashes in a row."""
    return DELAYS_S[min(max(crashes, 1), len(DELAYS_S)) - 1]


def tend(
    program: Program | None, digest: str, seen: Seen | None, ended: str | None, now: float
) -> Next:
    """The next move.

    Args:
        program: What is to run; none: it is to end.
        digest: Of the program.
        seen: What was noted last; none: it was never started.
        ended: How its process ended; none: it lives.
        now: Seconds since 1970.
    """
    if seen is None:
        return Next(action="start" if program else "nothing")
    if seen.state == "waiting":
        return _waiting(program, digest, seen, now)
    if ended is None:
        return _living(program, digest, seen, now)
    if program is None:
        return Next(action="forget")
    if seen.state == "stopping" or seen.program != digest:
        return Next(action="start", seen=seen.model_copy(update={"crashes": 0, "last": ended}))
    crashes = seen.crashes + 1
    gone = {
        "state": "waiting",
        "crashes": crashes,
        "last": ended,
        "since": now,
        "next_at": now + delay_s(crashes),
        "pid": 0,
        "identity": "",
    }
    return Next(seen=seen.model_copy(update=gone))


def _waiting(program: Program | None, digest: str, seen: Seen, now: float) -> Next:
    if program is None:
        return Next(action="forget")
    if seen.program != digest:
        return Next(action="start", seen=seen.model_copy(update={"crashes": 0}))
    return Next(action="start" if now >= seen.next_at else "nothing", seen=seen)


def _living(program: Program | None, digest: str, seen: Seen, now: float) -> Next:
    if seen.state == "stopping":
        return Next(action="kill" if now >= seen.next_at else "nothing", seen=seen)
    if program is None or seen.program != digest:
        ending = {"state": "stopping", "since": now, "next_at": now + seen.grace_s}
        return Next(action="signal", seen=seen.model_copy(update=ending))
    if seen.state == "starting" and now - seen.since >= STEADY_S:
        return Next(seen=seen.model_copy(update={"state": "running"}))
    if seen.crashes and now - seen.since >= CALM_S:
        return Next(seen=seen.model_copy(update={"crashes": 0}))
    return Next(seen=seen)
