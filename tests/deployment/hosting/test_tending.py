"""What the host decides: wanted, seen and living make the next move, without a clock."""

import pytest

from stackwright.deployment.hosting.program import Program, Seen, State
from stackwright.deployment.hosting.tending import CALM_S, DELAYS_S, STEADY_S, delay_s, tend

PROGRAM = Program(name="shop.backend.1", title="The back end", words=("serve",), folder="/srv")
NOW = 1000.0


def seen(state: State, **other: object) -> Seen:
    known = {
        "name": PROGRAM.name,
        "title": PROGRAM.title,
        "state": state,
        "program": "v1",
        "pid": 7,
    }
    return Seen.model_validate({**known, "identity": "x", "since": NOW, **other})


def test_what_is_wanted_and_was_never_seen_is_started() -> None:
    assert tend(PROGRAM, "v1", None, None, NOW).action == "start"


def test_what_runs_as_it_is_wanted_is_left_alone() -> None:
    assert tend(PROGRAM, "v1", seen("running"), None, NOW).action == "nothing"


def test_what_lives_for_a_while_counts_as_running() -> None:
    told = tend(PROGRAM, "v1", seen("starting"), None, NOW + STEADY_S)
    assert told.seen
    assert told.seen.state == "running"


def test_what_was_taken_over_is_not_started_again() -> None:
    assert tend(PROGRAM, "v1", seen("starting"), None, NOW).action == "nothing"


@pytest.mark.parametrize(("wanted", "digest"), [(None, ""), (PROGRAM, "v2")])
def test_what_is_not_wanted_like_this_any_more_is_asked_to_end(
    wanted: Program | None, digest: str
) -> None:
    told = tend(wanted, digest, seen("running", grace_s=5.0), None, NOW)
    assert told.action == "signal"
    assert told.seen
    assert (told.seen.state, told.seen.next_at) == ("stopping", NOW + 5.0)


def test_what_does_not_end_in_time_is_ended_by_force() -> None:
    assert tend(None, "", seen("stopping", next_at=NOW + 1), None, NOW).action == "nothing"
    assert tend(None, "", seen("stopping", next_at=NOW), None, NOW).action == "kill"


def test_what_ended_as_wanted_is_forgotten_or_started_in_its_new_form() -> None:
    assert tend(None, "", seen("stopping"), "ended", NOW).action == "forget"
    assert tend(PROGRAM, "v2", seen("stopping"), "ended", NOW).action == "start"


def test_crashes_in_a_row_are_waited_for_longer_each_time() -> None:
    told, waits = seen("running"), []
    for _ in DELAYS_S:
        after = tend(PROGRAM, "v1", told, "was killed by SIGKILL", NOW).seen
        assert after
        assert (after.state, after.last, after.pid) == ("waiting", "was killed by SIGKILL", 0)
        waits.append(after.next_at - NOW)
        told = after.model_copy(update={"state": "starting", "pid": 8, "identity": "y"})
    assert tuple(waits) == DELAYS_S
    assert delay_s(99) == DELAYS_S[-1]


def test_a_program_that_waits_is_started_when_its_time_has_come() -> None:
    assert tend(PROGRAM, "v1", seen("waiting", next_at=NOW + 1), "", NOW).action == "nothing"
    assert tend(PROGRAM, "v1", seen("waiting", next_at=NOW), "", NOW).action == "start"
    assert tend(PROGRAM, "v2", seen("waiting", next_at=NOW + 9), "", NOW).action == "start"
    assert tend(None, "", seen("waiting", next_at=NOW + 9), "", NOW).action == "forget"


def test_a_calm_minute_makes_crashes_forgotten() -> None:
    told = tend(PROGRAM, "v1", seen("running", crashes=3), None, NOW + CALM_S)
    assert told.seen
    assert told.seen.crashes == 0
