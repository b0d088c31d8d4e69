"""The value of an expression for one row, with SQL's three-valued logic: None is null or unknown."""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from stackwright.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    IsNull,
    Literal,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
)

Row = Mapping[str, Any]
_WIDE = Context(prec=80)
NOW = "now()"  # the row's key for the current moment; no field is called that

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def evaluate_node(node: Node, row: Row) -> Any:  # noqa: C901  # one branch a kind of node
    """The value of a checked tree; the moment that `now()` gives stands in the row as `now()`."""
    match node:
        case Literal(value):
            return value
        case Name(name):
            return row.get(name)
        case Negative(value):
            inner = evaluate_node(value, row)
            return None if inner is None else -inner
        case Arithmetic(sign, left, right):
            return _arithmetic(sign, evaluate_node(left, row), evaluate_node(right, row))
        case Comparison(sign, left, right):
            one, two = _alike(evaluate_node(left, row), evaluate_node(right, row))
            return None if one is None or two is None else bool(_COMPARE[sign](one, two))
        case Membership(value, items, negated):
            inner = evaluate_node(value, row)
            return None if inner is None else (inner in [i.value for i in items]) is not negated
        case IsNull(value, negated):
            return (evaluate_node(value, row) is None) is not negated
        case Not(value):
            inner = evaluate_node(value, row)
            return None if inner is None else not inner
        case Logic(word, parts):
            decisive = word == "or"  # one true part decides an `or`, one false part an `and`
            values = [evaluate_node(part, row) for part in parts]
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case Call(function, arguments, digits):
            values = [evaluate_node(argument, row) for argument in arguments]
            return _call(function, values, digits, row)


def _arithmetic(sign: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    if sign in _ARITHMETIC:
        return _ARITHMETIC[sign](left, right)
    if right == 0:
        return None  # as NULLIF in the databases
    if sign == "/":
        return left / right if isinstance(left, float) else Decimal(left) / right
    rest = Decimal(left) % Decimal(right)  # the sign of the left side, as in SQL
    return int(rest) if isinstance(left, int) and isinstance(right, int) else rest


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values that Python compares as SQL does: 0.1 equals 0.1 whatever holds it."""
    if isinstance(left, float) and isinstance(right, Decimal):
        return left, float(right)
    if isinstance(left, Decimal) and isinstance(right, float):
        return float(left), right
    return left, right


def _call(function: str, values: list[Any], digits: int, row: Row) -> Any:
    if function == "coalesce":
        return next((value for value in values if value is not None), None)
    if function in ("today", "now"):
        now = row.get(NOW)
        return now.date() if now is not None and function == "today" else now
    if None in values:
        return None
    return _STRICT[function](digits, *values)


def _round(digits: int, value: Any) -> Any:
    if isinstance(value, int):
        return value
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    return float(rounded) if isinstance(value, float) else rounded


def _in_utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


_STRICT: dict[str, Callable[..., Any]] = {
    "len": lambda _, text: len(text),
    "lower": lambda _, text: text.lower(),
    "upper": lambda _, text: text.upper(),
    "trim": lambda _, text: text.strip(" "),
    "concat": lambda _, *texts: "".join(texts),
    "abs": lambda _, number: abs(number),
    "round": _round,
    "min": lambda _, *values: min(values),
    "max": lambda _, *values: max(values),
    "year": lambda _, moment: _in_utc(moment).year,
    "month": lambda _, moment: _in_utc(moment).month,
    "day": lambda _, moment: _in_utc(moment).day,
    "days_between": lambda _, start, end: (end - start).days,
}
