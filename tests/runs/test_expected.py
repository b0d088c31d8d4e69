"""How long all of a run will take, before it begins."""

from collections.abc import Mapping

from stackwright.generation.request import StepTime
from stackwright.runs.expected import Whole, whole
from stackwright.runs.record import Outcome


def ran(files: int, **steps: float) -> Outcome:
    return Outcome(
        files=files,
        steps=tuple(StepTime(name=name, seconds=seconds) for name, seconds in steps.items()),
    )


def check(
    history: list[Outcome], files: int, *, restores: bool = False, verifies: bool = False
) -> Mapping[str, object]:
    found = whole(history, files, restores=restores, verifies=verifies)
    assert isinstance(found, Whole)
    return found.model_dump(include={"seconds", "low_s", "high_s", "runs"})


def test_nothing_is_known_before_the_first_run() -> None:
    assert whole([], 100, restores=False, verifies=True) is None
    assert whole([Outcome(files=10)], 100, restores=False, verifies=False) is None


def test_one_run_is_scaled_to_the_files_where_that_matters() -> None:
    history = [ran(100, read=1.0, plan=0.5, render=2.0, write=1.0, publish=1.0)]
    assert check(history, 100) == {"seconds": 5.5, "low_s": 5.5, "high_s": 5.5, "runs": 1}
    assert check(history, 200)["seconds"] == 9.5


def test_only_the_steps_that_will_be_there_count() -> None:
    history = [ran(10, restore=4.0, render=1.0, verify=60.0)]
    assert check(history, 10)["seconds"] == 1.0
    assert check(history, 10, restores=True)["seconds"] == 5.0
    assert check(history, 10, verifies=True)["seconds"] == 61.0


def test_the_spread_is_the_root_of_the_squares_and_never_below_nothing() -> None:
    history = [ran(10, render=seconds, plan=seconds) for seconds in (1.0, 2.0, 5.0)]
    assert check(history, 10) == {"seconds": 4.0, "low_s": 2.6, "high_s": 8.2, "runs": 3}
    wide = [ran(10, render=seconds) for seconds in (0.0, 1.0)]
    assert check(wide, 10)["low_s"] == 0.0


def test_what_verifying_takes_is_told_apart_and_honest_when_nobody_has_done_it() -> None:
    history = [ran(10, render=1.0), ran(10, render=1.0, verify=30.0)]
    found = whole(history, 10, restores=False, verifies=True)
    assert found is not None
    assert found.verify is not None
    assert (found.verify.seconds, found.verify.runs) == (30.0, 1)
    never = whole(history[:1], 10, restores=False, verifies=True)
    assert never is not None
    assert never.verify is None
