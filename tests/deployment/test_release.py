import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.release import (
    HAS_SERVED,
    Release,
    ReleaseState,
    Snapshot,
    bury,
    choices,
    choose,
    choose_automatically,
    comes_back,
    expendable,
    serving,
    settled,
    took_over,
)
from stackwright.errors import ProjectError
from tests.deployment.examples import NOON, after, release


@st.composite
def histories(draw: st.DrawFn) -> list[Release]:
    """Anything that may have been deployed."""
    count = draw(st.integers(0, 6))
    found = []
    for number in range(1, count + 1):
        state = draw(st.sampled_from(["superseded", "rolled_back", "failed"]))
        if number == count:
            state = draw(st.sampled_from(["serving", "failed", "deploying"]))
        one = release(
            number,
            state,
            contracts=draw(st.booleans()),
            rollback_of=draw(st.sampled_from([None, None, number - 1 or None])),
            snapshot=Snapshot(build=draw(st.sampled_from("abc")), settings="s1"),
        )
        found.append(bury(one, "It was bad.", NOON) if state == "rolled_back" else one)
    return found


@given(histories(), st.integers(1, 7))
def test_a_rollback_lands_on_another_release_that_has_served_and_fits_the_tables(
    history: list[Release], failed: int
) -> None:
    try:
        good = choose_automatically(history, failed)
    except ProjectError:
        return
    bad = next(one for one in history if one.number == failed)
    assert good.number < failed
    assert good.snapshot != bad.snapshot
    assert good.state in HAS_SERVED
    assert good.tombstone is None
    assert bad.rollback_of is None
    assert not any(one.contracts for one in history if one.number > good.number)


@given(histories())
def test_nobody_goes_back_to_what_is_there(history: list[Release]) -> None:
    now = serving(history)
    for choice in choices(history, buried=True):
        if now and choice.release.snapshot == now.snapshot:
            assert choice.why_not


def test_the_last_good_release_is_gone_back_to() -> None:
    history = [release(1), release(2), release(3, "failed"), release(4, "deploying")]
    assert choose_automatically(history, 4).number == 2


@pytest.mark.parametrize(
    ("history", "failed", "why"),
    [
        ([release(1, "failed")], 1, "nothing to go back to"),
        ([release(1, "failed"), release(2, "failed")], 2, "nothing to go back to"),
        ([release(1), release(2, "failed", rollback_of=1)], 2, "never starts another"),
        (
            [release(1), release(2, "failed"), release(3, "serving", rollback_of=2)],
            2,
            "rolled back once already",
        ),
        ([release(1), release(2, "failed"), release(3)], 2, "no longer the last"),
        ([release(1), release(2, "failed", contracts=True)], 2, "does not fit the tables"),
        (
            [release(1), release(2, "failed", snapshot=Snapshot(build="b1", settings="s1"))],
            2,
            "the same as the one that is there",
        ),
        ([release(1)], 7, "no release 7"),
    ],
)
def test_a_rollback_that_must_not_be_is_refused(
    history: list[Release], failed: int, why: str
) -> None:
    with pytest.raises(ProjectError, match=why):
        choose_automatically(history, failed)


def test_a_buried_release_comes_back_only_when_somebody_insists() -> None:
    history = [release(1), bury(release(2), "It lost orders.", NOON), release(3, "serving")]
    with pytest.raises(ProjectError, match="It lost orders") as caught:
        choose(history, 2)
    assert caught.value.http_status == 409
    assert choose(history, 2, buried=True).number == 2


def test_neither_drift_nor_a_push_brings_a_buried_release_back() -> None:
    bad = bury(release(2), "It lost orders.", NOON)
    assert comes_back(Snapshot(build="b2", settings="s1", migration="later"), [bad]) == bad
    assert comes_back(Snapshot(build="b3", settings="s1"), [bad]) is None


def test_only_one_release_serves() -> None:
    history = took_over([release(1, "serving"), release(2, "deploying")], 2)
    assert [one.state for one in history] == [ReleaseState.SUPERSEDED, ReleaseState.SERVING]
    assert serving(history) == history[1]


def test_builds_that_nobody_goes_back_to_are_expendable() -> None:
    history = [release(1), release(2, "failed"), release(3), release(4), release(5, "serving")]
    assert expendable(history, 2) == {"b1", "b2"}
    assert expendable(history, 9) == {"b2"}


@given(histories(), st.integers(1, 5))
def test_a_build_that_serves_or_starts_is_never_expendable(
    history: list[Release], keep: int
) -> None:
    needed = {
        one.snapshot.build
        for one in history
        if one.state in (ReleaseState.SERVING, ReleaseState.DEPLOYING)
    }
    assert not needed & expendable(history, keep)


def test_a_failed_release_that_is_buried_has_still_never_served() -> None:
    assert bury(release(2, "failed"), "It crashed.", NOON).state is ReleaseState.FAILED


def test_what_was_interrupted_serves_or_is_buried() -> None:
    first, second = release(1, "serving"), release(2, "deploying")
    switched = settled([first, second], 2, after(9))
    assert [one.state.value for one in switched] == ["superseded", "serving"]
    before = settled([first, second], 1, after(9))
    assert [one.state.value for one in before] == ["serving", "failed"]
    assert before[1].tombstone
    assert before[1].tombstone.why == "Its deployment was interrupted."
    assert settled([first], 1, after(9)) == (first,)
