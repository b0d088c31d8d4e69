"""What is decided about states of Terraform: what they say, who may write them, which versions stay."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from stackwright.deployment.state import (
    KEPT,
    TTL_S,
    Facts,
    HeldError,
    Holder,
    StateLock,
    facts_of,
    given_back,
    must_be_free,
    must_follow,
    renumbered,
    staying,
    taken,
    taken_away,
    written_by,
)
from stackwright.errors import ProjectError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = {
    "version": 4,
    "outputs": {"of": {"value": '{"serial": 7}'}},
    "serial": 7,
    "lineage": "one",
    "resources": [
        {"mode": "managed", "instances": [{"serial": 7}, {}]},
        {"mode": "data", "instances": [{}]},
    ],
}
ANN = Holder.model_validate(
    {
        "ID": "a",
        "Who": "ann@lap\u0000top",
        "Operation": "OperationTypeApply",
        "Created": "2026-03-01T12:00:00.5Z",
        "Later": "unknown",
    }
)
BOB = Holder(id="b", who="bob@desk")


def hold(current: StateLock | None = None, holder: Holder = ANN, now: datetime = NOW) -> StateLock:
    return taken(current, state="The state of shop", holder=holder, by="ann@example.org", now=now)


def test_a_state_says_its_serial_its_lineage_and_how_much_it_manages() -> None:
    assert facts_of(json.dumps(STATE).encode()) == Facts(serial=7, lineage="one", resources=2)


@pytest.mark.parametrize(
    "changed",
    [
        *({"version": 3}, {"serial": "7"}, {"serial": -1}, {"serial": 2**63}, {"lineage": ""}),
        *({"lineage": "a\u0000"}, {"resources": {}}, {"resources": [1]}),
    ],
)
def test_what_is_no_state_is_refused_and_not_quoted(changed: dict[str, object]) -> None:
    with pytest.raises(ProjectError, match="This is no state of Terraform") as caught:
        facts_of(json.dumps({**STATE, **changed}).encode())
    assert caught.value.http_status == 422
    for text in (b"canary", b'["canary"]', b"\xff", b"[" * 100_000):
        with pytest.raises(ProjectError) as caught:
            facts_of(text)
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("first", ["serial", "resources"])
def test_only_the_serial_of_the_whole_is_changed_and_no_other_byte(first: str) -> None:
    nested = {first: STATE[first], **STATE}
    text = json.dumps(nested, indent=2)[:-1] + ', "exact": 0.10000000000000000000001}'
    after = renumbered(text.encode(), 12).decode()
    assert json.loads(after) == {**json.loads(text), "serial": 12}
    assert after.replace('"serial": 12', '"serial": 7') == text


def test_a_state_follows_the_newest_one_of_its_lineage() -> None:
    newest = Facts(serial=7, lineage="one", resources=2)
    must_follow(None, newest)
    must_follow(newest, newest.model_copy(update={"serial": 8}))
    for changed in ({"serial": 7}, {"serial": 6}, {"lineage": "two", "serial": 8}):
        with pytest.raises(ProjectError) as caught:
            must_follow(newest, newest.model_copy(update=changed))
        assert caught.value.http_status == 409


def test_a_held_state_tells_who_holds_it_in_the_words_that_terraform_shows() -> None:
    held = hold()
    with pytest.raises(HeldError, match=r"ann@laptop \(ann@example.org\).*: apply") as caught:
        hold(held, BOB)
    assert caught.value.http_status == 423
    assert caught.value.members["ID"] == "a"
    assert caught.value.members["Who"] == "ann@laptop (ann@example.org)"
    assert caught.value.members["Created"] == "2026-03-01T12:00:00.5Z"
    assert hold(held).lease.token == held.lease.token  # asked twice


@pytest.mark.parametrize("name", ["", "\u0000", "a b", "a\n", "a" * 201])
def test_a_lock_has_a_name_that_can_be_compared(name: str) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({"ID": name})


def test_a_lock_that_nobody_uses_ends_and_writing_moves_its_end() -> None:
    held = hold()
    later = NOW + timedelta(seconds=TTL_S - 1)
    beaten = written_by(held, "a", later)
    with pytest.raises(HeldError):
        hold(beaten, BOB, NOW + timedelta(seconds=TTL_S + 1))
    bobs = hold(held, BOB, NOW + timedelta(seconds=TTL_S))
    assert bobs.lease.token == held.lease.token + 1
    with pytest.raises(HeldError, match="bob@desk") as caught:
        written_by(bobs, "a", NOW + timedelta(seconds=TTL_S))
    assert caught.value.http_status == 409
    # Nobody took it: what took longer than an hour is still kept.
    assert written_by(held, "a", NOW + timedelta(days=1)).lease.ends_at > NOW + timedelta(days=1)


def test_nothing_is_written_without_its_lock() -> None:
    held = hold()
    broken = taken_away(held, by="eve", now=NOW)
    for lock, lock_id in ((None, ""), (None, "a"), (held, ""), (held, "b"), (broken, "a")):
        with pytest.raises(ProjectError) as caught:
            written_by(lock, lock_id, NOW)
        assert caught.value.http_status == 409


def test_only_its_own_lock_gives_a_state_back() -> None:
    held = hold()
    with pytest.raises(HeldError) as caught:
        given_back(held, "b", NOW)
    assert caught.value.http_status == 409
    assert given_back(held, "b", NOW + timedelta(days=1)) == held
    free = given_back(held, "a", NOW)
    must_be_free(free, "", NOW)
    must_be_free(held, "a", NOW)
    with pytest.raises(HeldError):
        must_be_free(held, "", NOW)
    assert "broken by eve" in taken_away(held, by="eve", now=NOW).lease.reason


def test_a_long_run_does_not_drive_out_what_was_before_it() -> None:
    before = [(serial, f"run {serial}") for serial in range(10, 0, -1)]
    long = [(serial, "long") for serial in range(100, 10, -1)]
    stay = staying([*long, *before])
    assert stay == {*range(81, 101), *range(1, 11)}
    assert staying([(serial, "") for serial in range(100, 0, -1)]) == {*range(81, 101)}
    assert len(staying([*long, *((-n, f"run {n}") for n in range(50))])) == 2 * KEPT - 1
