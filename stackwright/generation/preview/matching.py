"""Which lines of two texts are the same, in a time that grows with their length alone."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

SMALL = 400  # lines that difflib compares at once
EQUAL, DIFFERENT = True, False
BUDGET = 2_000_000  # pairs of lines that it may look at, in all parts of two texts together


class Stretch(NamedTuple):
    """Neighbouring lines, equal or not: `old[i1:i2]` and `new[j1:j2]`."""

    equal: bool
    i1: int
    i2: int
    j1: int
    j2: int


def stretches(old: Sequence[str], new: Sequence[str], small: int = SMALL) -> list[Stretch]:
    """Two texts as equal and different stretches in turn.

    Small differences are found by difflib. Between large ones, lines that occur once in both are anchors;
    what is still large between two anchors counts as replaced.

    Args:
        old: The lines of one text.
        new: The lines of the other.
        small: How many lines difflib may compare at once.
    """
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    end_old, end_new = len(old) - tail, len(new) - tail
    parts = [Stretch(EQUAL, 0, head, 0, head)]
    budget = BUDGET
    for i1, i2, j1, j2 in _between_anchors(old, new, (head, end_old, head, end_new), small):
        cost = (i2 - i1) * (j2 - j1)
        if max(i2 - i1, j2 - j1) > small or cost > budget:
            parts.append(Stretch(DIFFERENT, i1, i2, j1, j2))
            continue
        budget -= cost
        matcher = SequenceMatcher(None, old[i1:i2], new[j1:j2], autojunk=False)
        parts += [
            Stretch(tag == "equal", i1 + a1, i1 + a2, j1 + b1, j1 + b2)
            for tag, a1, a2, b1, b2 in matcher.get_opcodes()
        ]
    parts.append(Stretch(EQUAL, end_old, len(old), end_new, len(new)))
    return list(_merged(parts))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same at the beginning."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _between_anchors(
    old: Sequence[str], new: Sequence[str], area: tuple[int, int, int, int], small: int
) -> Iterator[tuple[int, int, int, int]]:
    """The parts of an area between lines that occur once in both texts; anchors are parts, too."""
    i1, i2, j1, j2 = area
    if max(i2 - i1, j2 - j1) > small:
        for i, j in _anchors(old, new, area):
            if (i1, j1) != (i, j):
                yield i1, i, j1, j
            yield i, i + 1, j, j + 1
            i1, j1 = i + 1, j + 1
    if i1 < i2 or j1 < j2:
        yield i1, i2, j1, j2


def _anchors(
    old: Sequence[str], new: Sequence[str], area: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """The longest row of lines in the same order that occur once in both. Source: patience diff, Bram Cohen."""
    i1, i2, j1, j2 = area
    counts, other = Counter(old[i1:i2]), Counter(new[j1:j2])
    where = {new[j]: j for j in range(j1, j2) if other[new[j]] == 1}
    pairs = [(i, where[old[i]]) for i in range(i1, i2) if counts[old[i]] == 1 and old[i] in where]
    ends: list[int] = []  # the smallest last place of a row of each length
    rows: list[int] = []  # the pair at that end
    before: list[int] = []  # for each pair, the one before it in its row
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(rows[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        rows[length : length + 1] = [at]
    found, at = [], rows[-1] if rows else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _merged(parts: Sequence[Stretch]) -> Iterator[Stretch]:
    """Neighbours of the same sort as one; empty ones are left out."""
    last: Stretch | None = None
    for part in parts:
        if part.i1 == part.i2 and part.j1 == part.j2:
            continue
        if last is not None and last.equal == part.equal:
            last = Stretch(part.equal, last.i1, part.i2, last.j1, part.j2)
        else:
            if last is not None:
                yield last
            last = part
    if last is not None:
        yield last
