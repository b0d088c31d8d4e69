"""Two versions of a text side by side, row by row."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from pydantic import Field

from stackwright.generation.preview.matching import Stretch, stretches
from stackwright.value import Value

CONTEXT = 3  # equal lines around a difference
MAX_ROWS = 5_000  # that are shown
FINE_ROWS = 400  # rows whose words are compared; in the others, what lies between equal ends counts as changed
FINE_WORDS = 80
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")

Kind = Literal["same", "changed", "added", "removed", "folded"]


class Segment(Value):
    """A part of a line."""

    text: str
    changed: bool = False


class Side(Value):
    """A line of one version."""

    number: int = Field(description="Counted from 1.")
    text: str
    segments: tuple[Segment, ...] = Field((), description="Its parts, when only some changed.")


class Row(Value):
    """One row; what was added has no left side, what was removed no right one."""

    kind: Kind
    left: Side | None = None
    right: Side | None = None
    count: int = Field(0, description="Equal lines that are folded away after this place.")


class Comparison(Value):
    """Two versions of a text."""

    rows: tuple[Row, ...]
    added: int = Field(description="Lines that are new, changed ones included.")
    removed: int = Field(description="Lines that are gone, changed ones included.")
    left_out: int = Field(0, description="Rows after the last one that are not shown.")


def side_by_side(old: str, new: str, context: int | None = CONTEXT) -> Comparison:
    """The rows of two versions; a folded row carries the numbers of the first lines it hides.

    Args:
        old: The text on the left.
        new: The text on the right.
        context: Equal lines shown around a difference; None: all of them.
    """
    left, right = _lines(old), _lines(new)
    parts = stretches(left, right)
    rows: list[Row] = []
    total = 0
    for place, part in enumerate(parts):
        if part.equal:
            shown = _same(left, part, context, is_first=not place, is_last=part is parts[-1])
        else:
            shown = _different(left, right, part)
        for row in shown:
            total += 1
            if len(rows) < MAX_ROWS:
                rows.append(row)
    differing = [part for part in parts if not part.equal]
    return Comparison(
        rows=tuple(_finely(rows)),
        added=sum(part.j2 - part.j1 for part in differing),
        removed=sum(part.i2 - part.i1 for part in differing),
        left_out=total - len(rows),
    )


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def _same(
    left: Sequence[str], part: Stretch, context: int | None, *, is_first: bool, is_last: bool
) -> Iterator[Row]:
    length = part.i2 - part.i1
    head = 0 if is_first else context or 0
    tail = 0 if is_last else context or 0
    folds = context is not None and length > head + tail + 1
    for offset in range(length):
        if folds and head <= offset < length - tail:
            if offset == head:
                number = (part.i1 + offset + 1, part.j1 + offset + 1)
                yield Row(
                    kind="folded",
                    left=Side(number=number[0], text=""),
                    right=Side(number=number[1], text=""),
                    count=length - head - tail,
                )
            continue
        line = left[part.i1 + offset]
        yield Row(
            kind="same",
            left=Side(number=part.i1 + offset + 1, text=line),
            right=Side(number=part.j1 + offset + 1, text=line),
        )


def _different(left: Sequence[str], right: Sequence[str], part: Stretch) -> Iterator[Row]:
    both = min(part.i2 - part.i1, part.j2 - part.j1)
    for offset in range(max(part.i2 - part.i1, part.j2 - part.j1)):
        i, j = part.i1 + offset, part.j1 + offset
        if offset < both:
            yield Row(
                kind="changed",
                left=Side(number=i + 1, text=left[i]),
                right=Side(number=j + 1, text=right[j]),
            )
        elif i < part.i2:
            yield Row(kind="removed", left=Side(number=i + 1, text=left[i]))
        else:
            yield Row(kind="added", right=Side(number=j + 1, text=right[j]))


def _finely(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows with the changed parts of their lines."""
    compared = 0
    for row in rows:
        if row.kind != "changed" or row.left is None or row.right is None:
            yield row
            continue
        compared += 1
        left, right = _segments(row.left.text, row.right.text, fine=compared <= FINE_ROWS)
        yield Row(
            kind="changed",
            left=row.left.model_copy(update={"segments": left}),
            right=row.right.model_copy(update={"segments": right}),
        )


def _segments(old: str, new: str, *, fine: bool) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    if fine and max(len(one), len(other)) <= FINE_WORDS:
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        codes: Sequence[tuple[str, int, int, int, int]] = matcher.get_opcodes()
    else:
        codes = _ends(one, other)
    left = [("".join(one[a1:a2]), tag != "equal") for tag, a1, a2, _, _ in codes]
    right = [("".join(other[b1:b2]), tag != "equal") for tag, _, _, b1, b2 in codes]
    return _joined(left), _joined(right)


def _ends(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What is the same at both ends, and everything between."""
    most, head = min(len(one), len(other)), 0
    while head < most and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < most - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    end, stop = len(one) - tail, len(other) - tail
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, end, head, stop),
        ("equal", end, len(one), stop, len(other)),
    ]


def _joined(parts: Sequence[tuple[str, bool]]) -> tuple[Segment, ...]:
    return tuple(Segment(text=text, changed=changed) for text, changed in parts if text)
