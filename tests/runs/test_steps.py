"""Steps, what is left, and statistics, from messages and history alone."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from stackwright.generation.config import Config
from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.request import StepTime
from stackwright.runs.expected import expected, rest
from stackwright.runs.record import Outcome, Run
from stackwright.runs.state import FINAL, RunState, Steer, from_orchestrator, possible
from stackwright.runs.statistics import statistics
from stackwright.runs.steps import Progress, after, beginning

K = MessageKind
ROAD = [
    (K.STARTED, "read", 0.0, 0, 0),
    (K.VALIDATED, "read", 0.2, 0, 0),
    (K.PLANNED, "plan", 0.5, 0, 0),
    (K.PROCESSING, "render", 0.6, 0, 20),
    (K.FILES, "render", 1.6, 10, 20),
    (K.PROCESSING, "render", 1.7, 10, 20),
    (K.FILES, "render", 2.5, 20, 20),
    (K.WRITTEN, "write", 3.0, 0, 0),
    (K.PROCESSING, "publish", 3.1, 0, 0),
    (K.COMPLETE, "done", 4.0, 0, 0),
]


def told(road: list[tuple[MessageKind, str, float, int, int]], attempt: int = 1) -> list[Message]:
    return [
        Message(
            kind=kind,
            text=f"{kind}",
            step=step,
            done=done,
            total=total,
            number=number,
            attempt=attempt,
            seconds=seconds,
            eta_s=(total - done) / 10 if done else None,
        )
        for number, (kind, step, seconds, done, total) in enumerate(road, 1)
    ]


def states(progress: Progress) -> str:
    return " ".join(f"{step.name}:{step.state}" for step in progress.steps)


def test_steps_end_where_the_next_begins_and_their_times_add_up() -> None:
    progress = after(beginning(restores=False, verifies=False), told(ROAD))
    assert {step.state for step in progress.steps} == {"done"}
    times = {step.name: step.seconds for step in progress.times()}
    assert times == {"read": 0.2, "plan": 0.3, "render": 2.0, "write": 0.5, "publish": 1.0}
    assert sum(times.values()) == pytest.approx(progress.seconds)


def test_progress_says_where_a_run_is() -> None:
    progress = after(beginning(restores=False, verifies=True), told(ROAD[:5]))
    assert states(progress) == (
        "read:done plan:done render:running write:waiting publish:waiting verify:waiting"
    )
    assert (progress.done, progress.total, progress.pace_s) == (10, 20, 1.0)


def test_messages_that_come_twice_or_late_change_nothing() -> None:
    once = after(beginning(restores=False, verifies=False), told(ROAD))
    assert after(once, told(ROAD)) == once
    assert after(once, told(ROAD)[3:5]) == once


def test_an_error_fails_the_step_that_ran_and_a_retry_begins_anew() -> None:
    failed = [*ROAD[:5], (K.ERROR, "", 1.9, 0, 0)]
    progress = after(beginning(restores=True, verifies=False), told(failed))
    assert states(progress) == (
        "restore:done read:done plan:done render:failed write:waiting publish:waiting"
    )
    again = after(progress, told(ROAD[:3], attempt=2))
    assert (again.attempt, again.text) == (2, "PLAN_COMPLETE")
    assert "render:running" in states(again)
    assert again.sequence > progress.sequence


def test_what_is_left_stands_on_runs_before_scaled_to_the_files() -> None:
    history = [
        Outcome(
            files=10, steps=(StepTime(name="render", seconds=s), StepTime(name="read", seconds=1))
        )
        for s in (1.0, 2.0, 3.0, 4.0)
    ]
    known = {one.name: one for one in expected(history, files=20)}
    assert (known["render"].seconds, known["read"].seconds) == (5.0, 1.0)
    assert known["render"].low_s < 5.0 < known["render"].high_s
    fresh = beginning(restores=False, verifies=False)
    left = rest(fresh, list(known.values()), 0.0)
    assert left is not None
    assert (left.seconds, left.runs) == (6.0, 4)
    assert left.error_s > 0
    assert rest(fresh, [], 0.0) is None


def test_the_pace_of_the_rendering_is_believed_once_there_is_one() -> None:
    progress = after(beginning(restores=False, verifies=False), told(ROAD[:5]))
    left = rest(progress, [], progress.seconds)
    assert left is not None
    assert left.seconds == 1.0
    later = rest(progress, [], progress.seconds + 5)
    assert later is not None
    assert later.seconds == 0


def test_each_state_of_the_orchestrator_is_one_of_ours_and_ends_with_nothing_but_a_retry() -> None:
    ours = {
        from_orchestrator(name)
        for name in (
            *("SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"),
            *("COMPLETED", "FAILED", "CRASHED", "CANCELLED"),
        )
    }
    assert ours == set(RunState)
    assert {steer for state in FINAL for steer in possible(state)} == {Steer.RETRY}
    assert possible(RunState.RUNNING) == (Steer.PAUSE, Steer.CANCEL)


def test_statistics_count_what_ended_and_show_every_day() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    runs = [
        _run(RunState.DONE, noon, 4.0),
        _run(RunState.DONE, noon - timedelta(days=1), 2.0),
        _run(RunState.FAILED, noon, 1.0),
        _run(RunState.QUEUED, noon, None),
    ]
    found = statistics(runs, date(2026, 3, 2), days=3)
    assert (found.runs, found.success, found.median_s, found.p90_s) == (4, 0.6667, 3.0, None)
    assert found.files == 14
    assert [(day.day.day, day.done, day.not_done) for day in found.days] == [
        (28, 0, 0),
        (1, 1, 0),
        (2, 1, 1),
    ]


def _run(state: RunState, at: datetime, seconds: float | None) -> Run:
    return Run(
        id=uuid4(),
        project_id=uuid4(),
        owner_id=uuid4(),
        number=1,
        title="Shop",
        model=1,
        config=Config(),
        verify=False,
        state=state,
        made_at=at,
        started_at=at,
        ended_at=None if seconds is None else at + timedelta(seconds=seconds),
        outcome=Outcome(files=7) if state is RunState.DONE else None,
    )
