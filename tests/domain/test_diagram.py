"""The drawing of a model: everything is there, nothing lies on anything else, the same model looks the same."""

import subprocess
import sys
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.diagram import Diagram, draw
from stackwright.domain.diagram.picture import Box, Line, Multiplicity
from stackwright.domain.parsing import read
from tasks.model import read_examples
from tests.domain.models import FILE, model

KINDS = ("many_to_one", "one_to_one", "many_to_many")
Relations = list[tuple[int, int, str]]


def drawing(text: str) -> Diagram:
    reading = read(text, FILE)
    return draw(reading.sketches, reading.findings)


def text_of(count: int, relations: Relations) -> str:
    """A model of entities E0, E1, … with relations between them."""
    lines = []
    for number in range(count):
        lines += [f"E{number}:", "  fields:", *(f"    f{n}: string" for n in range(number % 5 + 1))]
        own = [one for one in relations if one[0] % count == number]
        lines += ["  relations:"] if own else []
        lines += [
            f"    r{at}: {{kind: {kind}, target: E{target % count}}}"
            for at, (_, target, kind) in enumerate(own)
        ]
    return model("\n".join(lines))


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def passes(line: Line, box: Box) -> bool:
    """Whether a line runs through the inside of a box."""
    for (x1, y1), (x2, y2) in zip(line.points, line.points[1:], strict=False):
        inside_x = min(x1, x2) < box.x + box.width and max(x1, x2) > box.x
        inside_y = min(y1, y2) < box.y + box.height and max(y1, y2) > box.y
        if inside_x and inside_y:
            return True
    return False


def check(shown: Diagram) -> None:
    """What holds for every drawing."""
    for one, other in combinations(shown.boxes, 2):
        assert not overlap(one, other), (one.name, other.name)
    by_name = {box.name: box for box in shown.boxes}
    for box in shown.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= shown.width
        assert box.y + box.height <= shown.height
    for line in shown.lines:
        for (x1, y1), (x2, y2) in zip(line.points, line.points[1:], strict=False):
            assert x1 == x2 or y1 == y2
            assert 0 <= x1 <= shown.width
            assert 0 <= y1 <= shown.height
        for end, name in zip(line.ends, (line.owner, line.target), strict=True):
            box = by_name[name]
            assert end.x == (box.x + box.width if end.side == "right" else box.x)
            assert box.y <= end.y <= box.y + box.height
        assert (line.points[0], line.points[-1]) == tuple((end.x, end.y) for end in line.ends)
        assert not [box.name for box in shown.boxes if passes(line, box)]


@pytest.mark.parametrize("name", read_examples())
def test_an_example_is_drawn_whole(name: str) -> None:
    reading = read(read_examples()[name], FILE)
    shown = draw(reading.sketches, reading.findings)
    check(shown)
    entities = [one.entity.name for one in reading.sketches]
    assert [box.name for box in shown.boxes if box.state != "built-in"] == entities
    drawn = sorted((line.owner, line.name) for line in shown.lines)
    assert drawn == sorted((r.owner, r.name) for s in reading.sketches for r in s.entity.relations)


@settings(deadline=None, max_examples=100)
@given(
    count=st.integers(1, 14),
    relations=st.lists(
        st.tuples(st.integers(0, 13), st.integers(0, 13), st.sampled_from(KINDS)), max_size=30
    ),
)
def test_nothing_lies_on_anything_else(count: int, relations: Relations) -> None:
    shown = drawing(text_of(count, relations))
    check(shown)
    assert len(shown.lines) == len(relations)
    assert shown == drawing(text_of(count, relations))


def test_groups_with_cycles_do_not_mix() -> None:
    pairs = [(0, 4), (1, 3), (1, 5), (2, 1), (3, 5), (5, 2)]
    check(drawing(text_of(6, [(one, other, "many_to_one") for one, other in pairs])))


def test_lines_between_the_same_two_lie_side_by_side() -> None:
    shown = drawing(
        text_of(2, [(0, 1, "many_to_one"), (0, 1, "one_to_one"), (1, 0, "many_to_one")])
    )
    ends = [(end.x, end.y) for line in shown.lines for end in line.ends]
    assert len(set(ends)) == 6


def test_the_ends_of_a_line_say_how_many() -> None:
    entities = """
A:
  fields: {name: string}
  relations:
    one: {kind: many_to_one, target: B, required: true}
    maybe: {kind: one_to_one, target: B}
    some: {kind: many_to_many, target: B, required: true, inverse: those}
B:
  fields: {name: string}
"""
    shown = {line.name: line for line in drawing(model(entities)).lines}
    ends = {name: tuple(end.multiplicity for end in line.ends) for name, line in shown.items()}
    assert ends == {
        "one": (Multiplicity.ANY, Multiplicity.ONE),
        "maybe": (Multiplicity.ZERO_OR_ONE, Multiplicity.ZERO_OR_ONE),
        "some": (Multiplicity.ANY, Multiplicity.ONE_OR_MORE),
    }
    assert shown["some"].said == (
        "A.some: each A has one or more Bs; each B has any number of As (those)."
    )


def test_entities_with_errors_are_marked_and_shown_as_far_as_they_can_be_read() -> None:
    shown = drawing(model("Book:\n  fields: {title: strin, pages: integer}\nShelf:\n"))
    book, shelf = shown.boxes
    assert (book.state, shelf.state) == ("wrong", "warning")
    assert [(row.name, row.kind) for row in book.rows] == [("pages", "field"), ("title", "unsure")]
    assert book.said.endswith("has errors")


def test_long_names_and_many_fields_are_cut_and_told_whole() -> None:
    fields = "\n".join(f"    field_{n}: string" for n in range(20))
    name = f"A{'Very' * 14}Long"[:60]
    shown = drawing(model(f"{name}:\n  fields:\n    {'x' * 60}: string\n{fields}"))
    (box,) = shown.boxes
    assert "".join(box.title) == name
    assert len(box.rows) == 9
    assert box.rows[-1].name == "+ 13 more"
    assert box.rows[0].name.endswith("…")
    assert "x" * 60 in box.rows[0].whole
    assert box.width < 400


def test_nothing_and_too_much_are_said() -> None:
    assert drawing("stackwright: 1\n") == Diagram()
    many = model("\n".join(f"E{n}: {{fields: {{name: string}}}}" for n in range(450)))
    assert drawing(many).is_too_large


@pytest.mark.no_cover
def test_two_hundred_entities_are_drawn_at_once() -> None:
    relations = [(n, n // 3, "many_to_one") for n in range(200)] + [
        (n, n * 7 % 200, "many_to_many") for n in range(0, 200, 3)
    ]
    reading = read(text_of(200, relations), FILE)
    best = 9.0
    for _ in range(3):  # the first one loads what is needed, and the machine may be busy
        began = time.thread_time()
        shown = draw(reading.sketches)
        best = min(best, time.thread_time() - began)
    assert best < 1.5  # 0.15 s on a quiet machine
    assert len(shown.boxes) == 200


def test_checking_a_model_does_not_load_what_draws_it() -> None:
    code = (
        "import sys, stackwright.domain.parsing, tasks.model\n"
        "assert not [n for n in sys.modules if 'sugiyama' in n or 'domain.diagram' in n]"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
