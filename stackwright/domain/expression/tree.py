"""The parts of a parsed expression; `at` is the position in the text, counted from 0."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal as OneOf

from stackwright.domain.field import NUMBERS, TEXTS, FieldType


class ExpressionError(Exception):
    """The text is no expression."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


class Kind(StrEnum):
    """What kind of value an expression has, as far as operators care."""

    INTEGER = "whole number"
    DECIMAL = "number"
    FLOAT = "floating-point number"
    TEXT = "text"
    ENUM = "enum value"
    BOOLEAN = "true or false"
    DATE = "date"
    TIME = "time"
    DATETIME = "moment"
    DURATION = "duration"
    UUID = "UUID"
    NULL = "null"
    OPAQUE = "value without operators"  # json, point, file, image, list
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, type_: FieldType) -> "Kind":
        """The kind of a field's values."""
        if type_ in (FieldType.INTEGER, FieldType.BIGINT):
            return cls.INTEGER
        if type_ in TEXTS:
            return cls.TEXT
        if type_ in NUMBERS or type_.name in cls.__members__:
            return cls[type_.name]
        return cls.OPAQUE

    @property
    def named(self) -> str:
        """As people say it: `a whole number`."""
        if self is Kind.BOOLEAN:
            return "a condition"
        return f"an {self}" if self is Kind.ENUM else f"a {self}"

    @property
    def is_number(self) -> bool:
        """Whether it can be reckoned with."""
        return self in (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.UNKNOWN)

    @property
    def is_ordered(self) -> bool:
        """Whether `<` means the same in every database and language; texts are collated differently."""
        return self.is_number or self in (Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.DURATION)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the text."""

    value: int | Decimal | str | bool | date | None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A field of the row."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """`-value`."""

    value: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right` with numbers."""

    operator: OneOf["+", "-", "*", "/", "%"]
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, true, false or unknown."""

    operator: OneOf["=", "!=", "<", "<=", ">", ">="]
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """`value in [items]`, or `not in`."""

    value: "Node"
    items: tuple[Literal, ...]
    negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    """`value is null`, or `is not null`."""

    value: "Node"
    negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not value`."""

    value: "Node"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Two or more parts joined by the same `and` or `or`."""

    operator: OneOf["and", "or"]
    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language; `digits` is the second argument of `round`."""

    function: str
    arguments: tuple["Node", ...]
    digits: int = 0
    at: int = field(default=0, compare=False)


Node = (
    Literal | Name | Negative | Arithmetic | Comparison | Membership | IsNull | Not | Logic | Call
)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in the order of the text."""
    match node:
        case Negative(value) | IsNull(value) | Not(value):
            return (value,)
        case Membership(value, items):
            return (value, *items)
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return (left, right)
        case Logic(_, parts):
            return parts
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)
