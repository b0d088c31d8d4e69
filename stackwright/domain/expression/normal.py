"""The usual form of an expression: what means the same is printed the same, as linters like it."""

from dataclasses import replace
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

_TURNED: dict[str, Any] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def normal(node: Node) -> Node:
    """The same condition or value, with the same three truth values.

    `3 < x` becomes `x > 3`; `x = true` becomes `x`; `s = 'a' or s = 'b'` becomes `s in ['a', 'b']`.
    """
    match node:
        case Comparison(operator, left, right):
            left, right = normal(left), normal(right)
            if isinstance(left, Literal) and not isinstance(right, Literal):
                left, right, operator = right, left, _TURNED[operator]
            if isinstance(right, Literal) and isinstance(right.value, bool):
                return left if right.value is (operator == "=") else Not(left, node.at)
            return Comparison(operator, left, right, node.at)
        case Logic(operator, parts):
            return _merged(Logic(operator, tuple(normal(part) for part in parts), node.at))
        case Not(Not(value)):
            return normal(value)
        case Negative(value) | IsNull(value) | Not(value) | Membership(value):
            return replace(node, value=normal(value))
        case Arithmetic(_, left, right):
            return replace(node, left=normal(left), right=normal(right))
        case Call(_, arguments):
            return replace(node, arguments=tuple(normal(argument) for argument in arguments))
        case _:
            return node


def _merged(logic: Logic) -> Node:
    """Parts that compare the same field with several values become one."""
    negated = logic.operator == "and"
    listed: dict[str, list[Literal]] = {}
    for part in logic.parts:
        name, items = _choice(part, negated=negated)
        listed.setdefault(name, []).extend(items)
    parts: list[Node] = []
    for part in logic.parts:
        name, items = _choice(part, negated=negated)
        if not name or len(listed[name]) == len(items):
            parts.append(part)
        elif listed[name]:
            choices = tuple(dict.fromkeys(listed[name]))
            parts.append(Membership(Name(name, part.at), choices, negated, part.at))
            listed[name] = []  # said once
    return parts[0] if len(parts) == 1 else replace(logic, parts=tuple(parts))


def _choice(part: Node, *, negated: bool) -> tuple[str, list[Literal]]:
    """The field and the values that a part compares it with, if it does nothing else."""
    sign = "!=" if negated else "="
    match part:
        case Comparison(operator, Name(name), Literal() as literal) if operator == sign:
            return name, [literal]
        case Membership(Name(name), items, is_not) if is_not is negated:
            return name, list(items)
        case _:
            return "", []
