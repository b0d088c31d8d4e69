"""What many runs have in common: how they ended, how long they took, day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median, quantiles

from pydantic import Field

from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from stackwright.value import Value

MIN_FOR_P90 = 10


class Day(Value):
    """The runs that were started on one day (UTC)."""

    day: date
    done: int
    not_done: int = Field(description="Failed, crashed and cancelled ones.")


class Statistics(Value):
    """What many runs have in common."""

    runs: int
    by_state: Mapping[RunState, int]
    success: float | None = Field(
        description="Share of done among done, failed and crashed ones; null without any."
    )
    median_s: float | None = Field(description="Of those that are done; null without any.")
    p90_s: float | None = Field(description=f"The same; null below {MIN_FOR_P90}.")
    files: int = Field(description="Of all outputs together.")
    lines: int
    tests: int
    days: Sequence[Day] = Field(description="The last ones, oldest first, without gaps.")


def statistics(runs: Sequence[Run], today: date, days: int = 14) -> Statistics:
    """What these runs have in common.

    Args:
        runs: In any order.
        today: The last day that is shown.
        days: How many are.
    """
    by_state = {state: n for state in RunState if (n := sum(run.state is state for run in runs))}
    done = [run for run in runs if run.state is RunState.DONE]
    ended = sum(
        by_state.get(state, 0) for state in (RunState.DONE, RunState.FAILED, RunState.CRASHED)
    )
    seconds = [run.seconds for run in done if run.seconds is not None]
    outcomes = [run.outcome for run in done if run.outcome]
    return Statistics(
        runs=len(runs),
        by_state=by_state,
        success=round(len(done) / ended, 4) if ended else None,
        median_s=round(median(seconds), 2) if seconds else None,
        p90_s=round(quantiles(seconds, n=10)[-1], 2) if len(seconds) >= MIN_FOR_P90 else None,
        files=sum(one.files for one in outcomes),
        lines=sum(one.lines for one in outcomes),
        tests=sum(one.tests for one in outcomes),
        days=[_day(today - timedelta(days=back), runs) for back in range(days - 1, -1, -1)],
    )


def _day(day: date, runs: Sequence[Run]) -> Day:
    states = [run.state for run in runs if run.made_at.date() == day and run.state.is_final]
    done = states.count(RunState.DONE)
    return Day(day=day, done=done, not_done=len(states) - done)
