"""The type checker: what kind of value each part has, and what does not fit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from stackwright.domain.expression.functions import FUNCTIONS
from stackwright.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    IsNull,
    Kind,
    Literal,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    children,
    walk,
)
from stackwright.domain.suggestion import closest

Kinds = Mapping[str, Kind]
_WIDTHS = (Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT)  # of two numbers, the later kind wins


class Problem(NamedTuple):
    """One thing that is wrong with an expression; `at` counts characters from 0."""

    message: str
    hint: str
    at: int


def kind_of(node: Node, kinds: Kinds) -> Kind:
    """What kind of value a node of a checked tree has."""
    match node:
        case Literal(value):
            return _literal_kind(value)
        case Name(name):
            return kinds.get(name, Kind.UNKNOWN)
        case Negative(value):
            return kind_of(value, kinds)
        case Arithmetic(operator, left, right):
            both = common((kind_of(left, kinds), kind_of(right, kinds))) or Kind.UNKNOWN
            return Kind.DECIMAL if operator == "/" and both is Kind.INTEGER else both
        case Call(function, arguments):
            gives = FUNCTIONS[function].gives
            if gives is not None:
                return gives
            return common([kind_of(part, kinds) for part in arguments]) or Kind.UNKNOWN
        case _:
            return Kind.BOOLEAN


def common(kinds: Sequence[Kind]) -> Kind | None:
    """The kind to which all of these can be brought; None if there is none."""
    known = {kind for kind in kinds if kind not in (Kind.NULL, Kind.UNKNOWN)}
    if not known:
        return Kind.UNKNOWN if Kind.UNKNOWN in kinds else Kind.NULL
    if known <= set(_WIDTHS):
        return max(known, key=_WIDTHS.index)
    if known == {Kind.TEXT, Kind.ENUM}:
        return Kind.ENUM
    return known.pop() if len(known) == 1 else None


def problems(
    tree: Node, kinds: Kinds, values: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Problem]:
    """Everything in a tree that names or combines what does not exist or fit.

    Args:
        tree: A parsed expression.
        kinds: The kind of every field of the row.
        values: For enum fields, the names of their values.
    """
    unknown = [n for n in walk(tree) if isinstance(n, Name) and n.name not in kinds]
    for name in unknown:
        yield Problem(f"there is no field `{name.name}`", closest(name.name, kinds), name.at)
    for node in walk(tree):
        yield from _node_problems(node, kinds)
        yield from _value_problems(node, kinds, values or {})


def _node_problems(  # noqa: C901  # one branch a kind of node
    node: Node, kinds: Kinds
) -> Iterator[Problem]:
    match node:
        case Negative(value):
            yield from _not_number((value,), "-", kinds)
        case Arithmetic(operator, left, right):
            yield from _not_number((left, right), operator, kinds)
            if operator in "/%" and isinstance(right, Literal) and right.value == 0:
                yield Problem("nothing can be divided by zero", "", right.at)
            if operator == "%" and Kind.FLOAT in (kind_of(left, kinds), kind_of(right, kinds)):
                yield Problem(
                    "`%` does not work with floating-point numbers", "Use round().", node.at
                )
        case Comparison(operator, left, right):
            yield from _comparison(operator, left, right, node.at, kinds)
        case Membership(value, items):
            yield from _unfit((value, *items), "in", node.at, kinds)
        case IsNull(value):
            if isinstance(value, Literal):
                yield Problem("a literal is never in doubt", "Put a field before `is`.", node.at)
        case Not(value):
            yield from _not_boolean((value,), "not", kinds)
        case Logic(operator, parts):
            yield from _not_boolean(parts, operator, kinds)
        case Call(function, arguments):
            yield from _call(function, arguments, node.at, kinds)


def _comparison(operator: str, left: Node, right: Node, at: int, kinds: Kinds) -> Iterator[Problem]:
    both = tuple(kind_of(part, kinds) for part in (left, right))
    if Kind.NULL in both:
        negated = " not" if operator == "!=" else ""
        yield Problem(f"`{operator} null` is never true", f"Write `is{negated} null`.", at)
        return
    yield from _unfit((left, right), operator, at, kinds)
    kind = common(both)
    if kind is None or operator in ("=", "!="):
        return
    if not kind.is_ordered and kind is not Kind.OPAQUE:
        why = "databases order texts differently" if kind is Kind.TEXT else "it has no order"
        yield Problem(f"`{operator}` does not work with {kind.named}: {why}", "", at)


def _unfit(parts: Sequence[Node], what: str, at: int, kinds: Kinds) -> Iterator[Problem]:
    """Parts of which one cannot be compared with the others."""
    found = [kind_of(part, kinds) for part in parts]
    if Kind.OPAQUE in found:
        yield Problem(
            f"`{what}` does not work with lists, json, points and files",
            "Only `is null` and `is not null` do.",
            at,
        )
        return
    if common(found) is None or _two_enums(parts, kinds):
        names = " and ".join(dict.fromkeys(kind.named for kind in found))
        yield Problem(f"`{what}` cannot bring together {names}", "", at)
    for part in parts:
        if isinstance(part, Logic | Not | Comparison | Membership | IsNull):
            yield Problem(
                f"the result of a comparison cannot be compared with `{what}`",
                "Join comparisons with `and` and `or`.",
                part.at,
            )


def _two_enums(parts: Sequence[Node], kinds: Kinds) -> bool:
    enums = {p.name for p in parts if isinstance(p, Name) and kinds.get(p.name) is Kind.ENUM}
    return len(enums) > 1


def _not_number(parts: Sequence[Node], operator: str, kinds: Kinds) -> Iterator[Problem]:
    for part in parts:
        kind = kind_of(part, kinds)
        if not kind.is_number:
            hint = ""
            if kind is Kind.TEXT:
                hint = "Join texts with concat(a, b)."
            elif kind in (Kind.DATE, Kind.DATETIME):
                hint = "Count days with days_between(a, b)."
            yield Problem(f"`{operator}` works with numbers, not with {kind.named}", hint, part.at)


def _not_boolean(parts: Sequence[Node], operator: str, kinds: Kinds) -> Iterator[Problem]:
    for part in parts:
        kind = kind_of(part, kinds)
        if kind not in (Kind.BOOLEAN, Kind.UNKNOWN):
            yield Problem(f"`{operator}` joins conditions, not {kind.named}", "", part.at)


def _call(name: str, arguments: Sequence[Node], at: int, kinds: Kinds) -> Iterator[Problem]:
    function = FUNCTIONS[name]
    hint = f"Like this: `{function.example}`."
    for argument in arguments:
        kind = kind_of(argument, kinds)
        match function.takes:
            case "number":
                fits = kind.is_number
            case "ordered":
                fits = kind.is_ordered
            case "any":
                fits = kind is not Kind.OPAQUE
            case wanted:
                fits = kind in wanted or kind is Kind.UNKNOWN
        if not fits:
            yield Problem(f"`{name}` does not take {kind.named}", hint, argument.at)
    found = [kind_of(argument, kinds) for argument in arguments]
    if function.takes in ("ordered", "any") and Kind.OPAQUE not in found:
        yield from _unfit(arguments, name, at, kinds)


def _value_problems(
    node: Node, kinds: Kinds, values: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Texts that an enum field cannot have."""
    if not isinstance(node, Comparison | Membership | Call):
        return
    parts = children(node)
    enums = [p.name for p in parts if isinstance(p, Name) and kinds.get(p.name) is Kind.ENUM]
    if isinstance(node, Comparison) and not enums:  # coalesce(status, 'draft') = 'sold'
        enums = [n.name for p in parts for n in walk(p) if isinstance(n, Name) and n.name in values]
        if kind_of(parts[0], kinds) is not Kind.ENUM and kind_of(parts[1], kinds) is not Kind.ENUM:
            return
    for enum in enums[:1]:
        known = values.get(enum, ())
        for part in parts:
            text = part.value if isinstance(part, Literal) else None
            if isinstance(text, str) and known and text not in known:
                hint = closest(text, known) or f"There are: {', '.join(known)}."
                yield Problem(f"`{enum}` has no value '{text}'", hint, part.at)


def _literal_kind(value: object) -> Kind:
    match value:
        case None:
            return Kind.NULL
        case bool():
            return Kind.BOOLEAN
        case int():
            return Kind.INTEGER
        case Decimal():
            return Kind.DECIMAL
        case date():
            return Kind.DATE
        case _:
            return Kind.TEXT
