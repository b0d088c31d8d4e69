"""What is not well is said, the worst first, and nothing is said of what is well."""

from typing import Any

import pytest

from stackwright.deployment.alerts import AlertKind, Failed, ProgramSeen, Standing, alerts
from stackwright.deployment.drift import Drift, DriftKind
from tests.deployment.examples import NOON, after

WELL = Standing(
    serves=2,
    is_up=True,
    programs=(ProgramSeen(title="The back end", lives=True, crashes=0, sentence="It runs."),),
    drifts=(),
)
DOWN = ProgramSeen(title="The back end", lives=False, crashes=3, sentence="It ended with code 1.")
GONE = Drift(kind=DriftKind.MISSING, address="route")
K = AlertKind


def kinds(seconds: float = 0, **changes: Any) -> list[tuple[str, str]]:
    found = alerts(WELL.model_copy(update=changes), after(seconds))
    assert all(one.title and one.cause and one.fix.endswith(".") for one in found)
    return [(one.kind.value, one.level) for one in found]


def test_nothing_is_said_of_what_is_well() -> None:
    assert kinds() == []
    assert alerts(Standing(), NOON) == ()
    assert alerts(Standing(is_kept=False), NOON) == ()  # nothing runs, so nobody has to look


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_up": False}, [("no_answer", "error")]),
        ({"is_kept": False}, [("no_host", "warning")]),
        ({"failed": Failed(number=3, release=3, why="No table.")}, [("failed", "error")]),
        ({"drifts": (GONE, GONE)}, [("drift", "warning")]),
        ({"drifts": None}, []),
        ({"programs": (DOWN.model_copy(update={"crashes": 2}),)}, []),
        ({"programs": (DOWN,)}, [("crashing", "warning")]),
    ],
)
def test_what_is_not_well_is_said(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert kinds(**changes) == expected


def test_a_change_may_take_its_time() -> None:
    change: dict[str, Any] = {"changing": "Deploy release 3", "changing_since": NOON}
    assert kinds(14 * 60, **change) == []
    assert kinds(15 * 60, **change) == [("locked", "warning")]


def test_what_people_notice_comes_first_with_its_cause() -> None:
    sick: dict[str, Any] = {
        "is_up": False,
        "is_kept": False,
        "programs": (DOWN,),
        "drifts": (GONE, GONE),
    }
    assert kinds(**sick) == [
        ("no_answer", "error"),
        ("no_host", "warning"),
        ("drift", "warning"),
    ]
    lives = DOWN.model_copy(update={"lives": True})
    assert ("crashing", "error") in kinds(is_up=False, programs=(lives,))
    found = alerts(WELL.model_copy(update=sick), NOON)
    assert found[0].title == "Release 2 does not answer"
    assert found[0].cause == "It ended with code 1."
    assert found[2].cause == "route is gone. And 1 more."


def test_a_first_release_that_failed_leaves_nothing() -> None:
    failed = Failed(number=1, why="The plan broke off.")
    (only,) = alerts(Standing(failed=failed), NOON)
    assert only.title == "Rollout 1 failed and was not taken back"
    assert only.fix.startswith("Nothing serves.")
