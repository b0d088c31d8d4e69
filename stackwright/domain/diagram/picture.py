"""What a diagram is made of once it is laid out: boxes and lines with coordinates in pixels from the upper left."""

from enum import StrEnum
from typing import Literal

from stackwright.value import Value

Side = Literal["left", "right"]
State = Literal["right", "warning", "wrong", "built-in"]


class Multiplicity(StrEnum):
    """How many rows stand at one end of a line for one row at the other end."""

    ONE = "one"
    ZERO_OR_ONE = "zero-or-one"
    ONE_OR_MORE = "one-or-more"
    ANY = "any"


class Row(Value):
    """One line of text in a box."""

    kind: Literal["field", "relation", "unsure", "more"]
    name: str  # as far as it fits
    type: str = ""
    whole: str  # what stands there, whole, for those who point at it
    is_required: bool = False
    y: int  # of its middle


class Box(Value):
    """An entity."""

    name: str
    title: tuple[str, ...]  # the name, in as many lines as it needs
    state: State
    said: str  # name, size and state in words
    line: int  # where it stands in the model; 0: it is built in
    x: int
    y: int
    width: int
    height: int
    head: int  # height of the part with the name
    rule: int | None  # y of the rule between fields and relations
    rows: tuple[Row, ...]


class End(Value):
    """Where a line meets a box."""

    x: int
    y: int
    side: Side  # of the box
    multiplicity: Multiplicity


class Line(Value):
    """A relation, drawn with right angles."""

    owner: str
    target: str
    name: str
    said: str  # the relation in words
    points: tuple[tuple[int, int], ...]
    ends: tuple[End, End]  # at the owner, at the target


class Diagram(Value):
    """The picture of a model. It has the size of nothing when there is nothing to draw."""

    width: int = 0
    height: int = 0
    boxes: tuple[Box, ...] = ()  # in the order of the model
    lines: tuple[Line, ...] = ()
    is_too_large: bool = False  # then nothing is drawn
