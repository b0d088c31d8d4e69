"""The small typed expression language of checks and computed fields.

Operators `+ - * / %`, comparisons, `and or not`, `in [..]`, `is null`; numbers, 'texts', true, false,
null, date '2024-01-31'; the functions of `functions.py`. Logic has SQL's three values: a comparison
with null is unknown, and a check fails only when it is definitely false.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from stackwright.domain.expression.evaluation import NOW, evaluate_node
from stackwright.domain.expression.functions import NON_DETERMINISTIC
from stackwright.domain.expression.kinds import Problem, kind_of, problems
from stackwright.domain.expression.normal import normal
from stackwright.domain.expression.reading import read
from stackwright.domain.expression.tree import Call, ExpressionError, Kind, Name, Node, walk
from stackwright.domain.field import FieldType
from stackwright.value import Value

__all__ = ["Expression", "ExpressionError", "Kind", "Operand", "Problem", "evaluate", "typed"]


class Operand(Value):
    """A field as an expression sees it."""

    name: str
    type: FieldType
    nullable: bool = True
    values: tuple[str, ...] = ()  # names of an enum's values


class Expression(Value):
    """An expression over the fields of one row.

    Made by hand from its text alone, it treats every name as nullable and of unknown type.
    """

    text: str  # as the user wrote it
    operands: tuple[Operand, ...] = ()  # the fields it reads, with what is known of them
    scale: int | None = None  # digits after the point to which the result is rounded

    @cached_property
    def tree(self) -> Node:
        """The parsed text in its usual form; a `round` around it where the result has a scale.

        Raises:
            ExpressionError: The text is no expression.
        """
        tree = normal(read(self.text))
        return tree if self.scale is None else Call("round", (tree,), self.scale, at=0)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields it reads, in the order of the text."""
        return tuple(dict.fromkeys(node.name for node in walk(self.tree) if isinstance(node, Name)))

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """What kind of value each known field has."""
        return {operand.name: Kind.of(operand.type) for operand in self.operands}

    @cached_property
    def kind(self) -> Kind:
        """What kind of value it has."""
        return kind_of(self.tree, self.kinds)

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The fields that may be null."""
        known = {operand.name for operand in self.operands if not operand.nullable}
        return frozenset(self.names) - known

    @cached_property
    def is_deterministic(self) -> bool:
        """Whether it depends on the row alone; `today()` and `now()` do not belong into a CHECK."""
        return not any(
            isinstance(node, Call) and node.function in NON_DETERMINISTIC
            for node in walk(self.tree)
        )


def typed(
    text: str, fields: tuple[Operand, ...], scale: int | None = None
) -> tuple[Expression | None, tuple[Problem, ...]]:
    """The expression with what is known of its fields, or everything that is wrong with it.

    Args:
        text: What the user wrote.
        fields: Every field of the row.
        scale: Digits after the point to which the result is rounded.
    """
    try:
        tree = read(text)
    except ExpressionError as error:
        return None, (Problem(error.message, error.hint, error.at),)
    kinds = {field.name: Kind.of(field.type) for field in fields}
    values = {field.name: field.values for field in fields if field.values}
    found = tuple(problems(tree, kinds, values))
    if found:
        return None, found
    used = {node.name for node in walk(tree) if isinstance(node, Name)}
    operands = tuple(field for field in fields if field.name in used)
    return Expression(text=text, operands=operands, scale=scale), ()


def evaluate(
    expression: Expression, row: Mapping[str, object], now: datetime | None = None
) -> object:
    """The value for a row of native values; None is null, or unknown.

    Args:
        expression: A checked expression.
        row: Values by field; numbers with a point are `Decimal`; a missing field is null.
        now: The current moment in UTC; without it `today()` and `now()` are unknown.
    """
    return evaluate_node(expression.tree, {**row, NOW: now})
