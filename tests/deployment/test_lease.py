import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.lease import Lease, acquire, beat, broken, is_held, release
from stackwright.errors import ProjectError
from tests.deployment.examples import NOON, after

MOVES = st.tuples(
    st.sampled_from(["ada", "bob"]),
    st.sampled_from(["acquire", "beat", "release"]),
    st.integers(0, 50),
)


def taken(owner: str = "run 1", seconds: float = 0, current: Lease | None = None) -> Lease:
    return acquire(current, name="shop", owner=owner, reason="deploys", now=after(seconds))


@given(st.lists(MOVES, max_size=40))
def test_a_lease_is_never_held_by_two(moves: list[tuple[str, str, int]]) -> None:
    stored: Lease | None = None
    mine: dict[str, Lease | None] = {"ada": None, "bob": None}
    seconds, tokens = 0, [0]
    for who, move, wait in moves:
        seconds += wait
        now, held = after(seconds), mine[who]
        try:
            if move == "acquire":
                stored = mine[who] = taken(who, seconds, stored)
                tokens.append(stored.token)
            elif held is not None and move == "beat":
                stored = mine[who] = beat(stored, owner=who, token=held.token, now=now)
            elif held is not None:
                stored, mine[who] = release(stored, owner=who, token=held.token), None
        except ProjectError:
            pass
        assert sum(is_held(one, now) for one in mine.values()) <= 1
        believers = [name for name, one in mine.items() if is_held(one, now)]
        assert all(stored and stored.owner == name for name in believers)
    assert tokens == sorted(tokens)


def test_a_second_owner_is_told_who_has_it_and_why() -> None:
    with pytest.raises(ProjectError, match=r"locked by run 1 .*: deploys") as caught:
        taken("run 2", 5, taken())
    assert caught.value.http_status == 423
    assert "12:01:00" in caught.value.hint


def test_a_lock_whose_owner_is_gone_heals() -> None:
    lost = taken("run 2", 61, taken())
    assert (lost.owner, lost.token) == ("run 2", 2)


def test_an_owner_that_comes_too_late_has_to_stop() -> None:
    old = taken()
    new = taken("run 2", 61, old)
    with pytest.raises(ProjectError, match="has lost its lock to run 2") as caught:
        beat(new, owner="run 1", token=old.token, now=after(62))
    assert caught.value.http_status == 409
    assert release(new, owner="run 1", token=old.token) == new


def test_a_heartbeat_moves_the_end() -> None:
    lease = beat(taken(), owner="run 1", token=1, now=after(50))
    assert is_held(lease, after(100))
    assert not is_held(lease, after(110))


def test_giving_it_back_lets_the_next_one_in_and_tokens_grow() -> None:
    back = release(taken(), owner="run 1", token=1)
    assert release(back, owner="run 1", token=1) == back
    assert taken("run 2", 1, back).token == 2
    assert release(None, owner="run 1", token=1) is None


def test_who_breaks_it_is_named() -> None:
    lease = broken(taken(), by="ada", now=NOON)
    assert not is_held(lease, NOON)
    assert lease.reason.startswith("broken by ada")


def test_the_same_owner_asks_twice_and_has_it_once() -> None:
    assert taken("run 1", 10, taken()).token == 1
