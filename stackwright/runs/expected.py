"""How long the rest of a run will take, by what the runs before it took, and how sure that is."""

from collections.abc import Sequence
from math import sqrt
from statistics import median, quantiles

from pydantic import Field

from stackwright.runs.record import Outcome
from stackwright.runs.steps import Progress, beginning
from stackwright.value import Value

BY_FILES = frozenset({"restore", "render", "write", "publish"})  # take longer for more files
VERIFY = "verify"
MIN_SPREAD_RUNS = 4  # fewer give a range, not quartiles


class Expected(Value):
    """What a step took before."""

    name: str
    seconds: float = Field(description="The median, scaled to the files of this run.")
    low_s: float
    high_s: float
    runs: int = Field(description="How many runs it stands on.")


class Rest(Value):
    """What is left of a run."""

    seconds: float
    error_s: float = Field(description="It may be that much more or less.")
    runs: int = Field(description="How many runs that stands on; 0: on the pace so far alone.")


class Whole(Value):
    """What a whole run will take."""

    seconds: float
    low_s: float
    high_s: float
    runs: int = Field(description="How many runs it stands on.")
    verify: Expected | None = Field(
        description="The part of it that the project's own tools take; null: not wanted, or never done."
    )


def whole(
    history: Sequence[Outcome], files: int, *, restores: bool, verifies: bool
) -> Whole | None:
    """What all of a run will take, from the runs before; None without any.

    Args:
        history: Runs that ended well, of this project or of the whole installation.
        files: How many there will be.
        restores: Whether it goes on from an earlier output.
        verifies: Whether the project's own tools are run.
    """
    wanted = {step.name for step in beginning(restores=restores, verifies=verifies).steps}
    known = [one for one in expected(history, files) if one.name in wanted]
    if not known:
        return None
    seconds = sum(one.seconds for one in known)
    less = sqrt(sum(max(0.0, one.seconds - one.low_s) ** 2 for one in known))
    more = sqrt(sum(max(0.0, one.high_s - one.seconds) ** 2 for one in known))
    return Whole(
        seconds=round(seconds, 1),
        low_s=round(max(0.0, seconds - less), 1),
        high_s=round(seconds + more, 1),
        runs=max(one.runs for one in known),
        verify=next((one for one in known if one.name == VERIFY), None),
    )


def expected(history: Sequence[Outcome], files: int) -> tuple[Expected, ...]:
    """What each step took in these runs, scaled to this number of files where that matters.

    Args:
        history: Runs that ended well, of this project or of the whole installation.
        files: How many are to be done now; 0: not known, as many as then.
    """
    rates: dict[str, list[float]] = {}
    for outcome in history:
        for step in outcome.steps:
            scale = 1.0
            if step.name in BY_FILES and files and outcome.files:
                scale = files / outcome.files
            rates.setdefault(step.name, []).append(step.seconds * scale)
    return tuple(_expected(name, sorted(seconds)) for name, seconds in rates.items())


def rest(progress: Progress, known: Sequence[Expected], seconds: float) -> Rest | None:
    """What is left; None while nothing tells.

    Args:
        progress: How far the run is.
        known: What its steps took before.
        seconds: Since the attempt began.
    """
    by_name = {one.name: one for one in known}
    left, spread, runs = 0.0, 0.0, 0
    for step in progress.steps:
        if step.state == "done":
            continue
        before = by_name.get(step.name)
        spent = max(0.0, seconds - (step.since_s or 0.0)) if step.state == "running" else 0.0
        if step.name == "render" and step.state == "running" and progress.pace_s is not None:
            left += max(0.0, progress.pace_s - (seconds - progress.seconds))
        elif before is not None:
            left += max(0.0, before.seconds - spent)
        else:
            continue
        if before is not None:
            spread += ((before.high_s - before.low_s) / 2) ** 2
            runs = max(runs, before.runs)
    if not runs and progress.pace_s is None:
        return None
    return Rest(seconds=round(left, 1), error_s=round(sqrt(spread), 1), runs=runs)


def _expected(name: str, seconds: Sequence[float]) -> Expected:
    low, high = seconds[0], seconds[-1]
    if len(seconds) >= MIN_SPREAD_RUNS:
        low, _, high = quantiles(seconds, n=4)
    return Expected(
        name=name,
        seconds=round(median(seconds), 3),
        low_s=round(max(0.0, low), 3),
        high_s=round(high, 3),
        runs=len(seconds),
    )
