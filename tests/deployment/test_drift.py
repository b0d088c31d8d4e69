from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.drift import (
    Decision,
    Drift,
    DriftKind,
    Ignored,
    accepted,
    by_decision,
    compare,
)
from stackwright.deployment.step import UNKNOWN, Resource
from tests.deployment.examples import NOON

RESOURCES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2)),
).map(
    lambda found: tuple(
        Resource(kind="thing", address=address, facts=dict(facts))
        for address, facts in sorted(found.items())
    )
)


def thing(address: str, **facts: str | int) -> Resource:
    return Resource(kind="thing", address=address, facts=dict(facts))


def test_a_difference_says_what_was_and_what_is() -> None:
    (found,) = compare([thing("a", size="small", n=1)], [thing("a", size="large", n=1)])
    assert found.sentence == "a: size was “small” and is “large”."


def test_what_is_gone_and_what_is_foreign_is_named() -> None:
    gone, foreign = compare([thing("a")], [thing("b")])
    assert (gone.sentence, foreign.sentence) == ("a is gone.", "b was not made by a release.")


def test_what_was_not_known_when_it_was_made_is_no_difference() -> None:
    assert compare([thing("a", id=UNKNOWN)], [thing("a", id="vpc-1")]) == ()


def test_what_is_ignored_is_silent() -> None:
    one, other = [thing("a", size=1, tags=1)], [thing("a", size=2, tags=2)]
    hidden = Ignored(address="a", path="tags", by="ada", why="The billing robot.", at=NOON)
    assert [found.path for found in compare(one, other, [hidden])] == ["size"]
    everything = hidden.model_copy(update={"path": ""})
    assert compare(one, other, [everything]) == ()


@given(RESOURCES, RESOURCES)
def test_only_foreign_things_are_left_when_all_is_accepted(
    recorded: tuple[Resource, ...], seen: tuple[Resource, ...]
) -> None:
    found = compare(recorded, seen)
    left = compare(accepted(recorded, found), seen)
    assert all(one.kind is DriftKind.UNEXPECTED for one in left)
    assert compare(recorded, recorded) == ()


def test_each_difference_is_decided_by_itself() -> None:
    one = Drift(kind=DriftKind.CHANGED, address="a", path="x", was=1, found=2)
    other = one.model_copy(update={"path": "y"})
    found = by_decision([one, other], {("a", "x"): Decision.REVERT})
    assert found[Decision.REVERT] == (one,)
    assert found[Decision.ACCEPT] == ()
