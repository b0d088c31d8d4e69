"""Two versions side by side: what is the same, what is not, and how long it may take."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.generation.preview.matching import stretches
from stackwright.generation.preview.side_by_side import Comparison, side_by_side


def kinds(found: Comparison) -> list[str]:
    """The kinds of the rows."""
    return [row.kind for row in found.rows]


def test_what_changed_stands_beside_what_it_was_with_its_words() -> None:
    found = side_by_side("a\ntotal: float = 1\nb\n", "a\ntotal: Decimal = 1\nb\n")
    assert kinds(found) == ["same", "changed", "same"]
    row = found.rows[1]
    assert row.left
    assert row.right
    assert [s.text for s in row.left.segments if s.changed] == ["float"]
    assert [s.text for s in row.right.segments if s.changed] == ["Decimal"]
    assert (row.left.number, row.right.number) == (2, 2)
    assert (found.added, found.removed) == (1, 1)


def test_what_is_new_or_gone_has_one_side() -> None:
    found = side_by_side("a\nb\nc\n", "a\nc\nd\n")
    assert kinds(found) == ["same", "removed", "same", "added"]
    assert found.rows[1].right is None
    assert found.rows[3].left is None
    assert (found.rows[2].left, found.rows[2].right) != (None, None)


def test_long_equal_stretches_are_folded_around_differences() -> None:
    old = [f"line {n}" for n in range(100)]
    new = [*old[:50], "other", *old[51:]]
    found = side_by_side("\n".join(old), "\n".join(new))
    assert kinds(found) == ["folded", *["same"] * 3, "changed", *["same"] * 3, "folded"]
    assert [row.count for row in found.rows if row.count] == [47, 46]
    folded = found.rows[-1]
    assert folded.left
    assert (folded.left.number, folded.count) == (55, 46)
    assert len(side_by_side("\n".join(old), "\n".join(new), context=None).rows) == 100


def test_one_line_is_never_folded() -> None:
    old = "\n".join("abcdefghi")
    assert "folded" not in kinds(side_by_side(old, old.replace("e", "E")))


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("", "", []),
        ("", "a\n", ["added"]),
        ("a\n", "", ["removed"]),
        ("a\n", "a\n", ["same"]),
        ("a", "a\n", ["same"]),
        ("<b>\n", "<i>\n", ["changed"]),
    ],
)
def test_the_ends_of_the_range(old: str, new: str, wanted: list[str]) -> None:
    assert kinds(side_by_side(old, new)) == wanted


@settings(deadline=None)  # others use this machine, too
@given(*(st.lists(st.sampled_from("abcdefghij"), max_size=40) for _ in range(2)))
def test_both_texts_can_be_read_from_the_rows(old: list[str], new: list[str]) -> None:
    found = side_by_side("\n".join(old) + "\n", "\n".join(new) + "\n", context=None)
    left = [row.left.text for row in found.rows if row.left]
    right = [row.right.text for row in found.rows if row.right]
    assert left == (old or [""])
    assert right == (new or [""])
    for row in found.rows:
        for side in (row.left, row.right):
            assert (
                not side or not side.segments or "".join(s.text for s in side.segments) == side.text
            )


@settings(deadline=None)  # others use this machine, too
@given(*(st.lists(st.integers(0, 30), max_size=60) for _ in range(2)))
def test_equal_stretches_are_equal_also_with_anchors(old: list[int], new: list[int]) -> None:
    parts = stretches([str(n) for n in old], [str(n) for n in new], small=4)
    for part in parts:
        assert not part.equal or old[part.i1 : part.i2] == new[part.j1 : part.j2]
    assert [(p.i1, p.j1) for p in parts[1:]] == [(p.i2, p.j2) for p in parts[:-1]]
    if parts:
        assert (parts[0].i1, parts[0].j1, parts[-1].i2, parts[-1].j2) == (0, 0, len(old), len(new))


def _large(sort: str) -> tuple[str, str]:
    chance = random.Random(7)
    old = [f"    value_{n} = {chance.random()}" for n in range(20_000)]
    match sort:
        case "few changes":
            new = [line if n % 97 else f"{line} + 1" for n, line in enumerate(old)]
        case "all new":
            new = [f"    other_{n} = {n}" for n in range(20_000)]
        case "shuffled":
            new = old[:]
            chance.shuffle(new)
        case _:
            old = [chance.choice(["{", "}", "", "return", "pass"]) for _ in range(20_000)]
            new = [chance.choice(["{", "}", "", "return", "pass"]) for _ in range(20_000)]
    return "\n".join(old), "\n".join(new)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "sort", ["few changes", "all new", "shuffled", "a few lines over and over"]
)
def test_twenty_thousand_lines_are_compared_while_one_waits(sort: str) -> None:
    old, new = _large(sort)
    best = 9.0
    for _ in range(4):  # the machine may be busy
        began = time.process_time()
        found = side_by_side(old, new)
        best = min(best, time.process_time() - began)
    assert best < 2  # 0.4 s on a quiet machine
    assert found.rows
    if sort == "few changes":
        assert found.added == found.removed == 207
    else:
        assert len(found.rows) == 5000
        assert found.left_out > 0
