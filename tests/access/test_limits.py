"""How often something may happen, how long a session lasts, and whether the audit trail is whole."""

from datetime import UTC, datetime, timedelta

import pytest

from stackwright.access.audit import BEGINNING, Entry, Link, chain, first_broken
from stackwright.access.limits import Bucket, Limit, decide, locked_for_s, network
from stackwright.access.sessions import Lifetime

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIMIT = Limit(burst=2, per_minute=6)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_bucket_gives_what_it_holds_and_then_says_when_there_is_more() -> None:
    bucket: Bucket | None = None
    for _ in range(2):
        decision = decide(LIMIT, bucket, NOW)
        assert decision.allowed
        bucket = decision.bucket
    refused = decide(LIMIT, bucket, later(0.5))
    assert (refused.allowed, refused.retry_after_s) == (False, 10)
    assert not decide(LIMIT, refused.bucket, later(9)).allowed
    assert decide(LIMIT, refused.bucket, later(10.01)).allowed


def test_a_bucket_is_never_more_than_full_and_a_clock_set_back_takes_nothing() -> None:
    assert decide(LIMIT, Bucket(left=0, at=NOW), later(3600)).bucket.left == 1
    assert decide(LIMIT, Bucket(left=1.5, at=NOW), later(-60)).bucket.left == 0.5


@pytest.mark.parametrize(
    ("failures", "locked_s"),
    [
        ([], 0),
        ([0] * 9, 0),
        ([0] * 10, 240),
        ([0] * 5 + [30] * 5, 240),
        ([-241] * 5 + [0] * 9, 0),
        ([-100] * 20 + [0] * 10, 240),
        ([-100] * 10, 140),
    ],
)
def test_ten_failures_within_five_minutes_lock(failures: list[float], locked_s: int) -> None:
    assert locked_for_s([later(seconds) for seconds in failures], later(60)) == locked_s


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_counts_as_its_customer(address: str, counted: str) -> None:
    assert network(address) == counted


def test_a_session_ends_by_rest_and_by_age() -> None:
    lifetime = Lifetime(idle=timedelta(minutes=10), absolute=timedelta(hours=1))
    assert not lifetime.is_over(NOW, NOW, later(599))
    assert lifetime.is_over(NOW, NOW, later(600))
    assert not lifetime.is_over(NOW, later(3500), later(3599))
    assert lifetime.is_over(NOW, later(3599), later(3600))


def links(count: int) -> list[Link]:
    made: list[Link] = []
    for number in range(1, count + 1):
        entry = Entry(action="test", at=later(number), details={"n": number, "words": "äöü"})
        made.append(chain(number, made[-1].digest if made else BEGINNING, entry))
    return made


def test_a_chain_is_whole_also_from_its_middle_on_and_in_another_time_zone() -> None:
    whole = links(4)
    assert first_broken([]) is None
    assert first_broken(whole) is None
    assert first_broken(whole[2:], 3, whole[1].digest) is None
    moved = whole[0].entry.model_copy(update={"at": later(1).astimezone()})
    assert first_broken([whole[0].model_copy(update={"entry": moved})]) is None


@pytest.mark.parametrize("field", ["action", "actor", "subject", "address", "details", "at"])
def test_a_changed_entry_breaks_the_chain(field: str) -> None:
    whole = links(4)
    changed = {
        "details": {"n": 99},
        "at": later(99),
        "actor": "00000000-0000-0000-0000-000000000001",
    }.get(field, "changed")
    entry = Entry.model_validate(whole[1].entry.model_dump() | {field: changed})
    whole[1] = whole[1].model_copy(update={"entry": entry})
    assert first_broken(whole) == 2


def test_a_missing_an_added_and_a_moved_entry_break_the_chain() -> None:
    whole = links(4)
    assert first_broken(whole[:1] + whole[2:]) == 2
    assert first_broken([whole[0], whole[0], *whole[1:]]) == 2
    assert first_broken([whole[1], whole[0], *whole[2:]]) == 1
    again = chain(2, whole[0].digest, Entry(action="forged", at=NOW))
    assert first_broken([whole[0], again, *whole[2:]]) == 3
