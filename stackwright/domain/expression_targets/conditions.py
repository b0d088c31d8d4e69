"""Three-valued conditions for languages whose comparisons fail on null."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from typing import Literal as OneOf

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
    children,
)

_OPPOSITE: dict[str, Any] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class NullTest:
    """`name` is null, or with `negated` is not."""

    name: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ZeroTest:
    """A divisor is zero, or with `negated` is not."""

    value: Node
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A comparison, membership or boolean value whose operands are not null; `negated` turns it."""

    value: Node
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Two or more conditions joined by `and` or `or`."""

    operator: OneOf["and", "or"]
    parts: tuple["Condition", ...]


Condition = bool | NullTest | ZeroTest | Truth | Join
Nullable = frozenset[str]


def condition(node: Node, nullable: Nullable, *, passes_unknown: bool = True) -> Condition:
    """A two-valued condition for a three-valued one.

    Args:
        node: A tree whose value is true, false or unknown.
        nullable: The names that may be null.
        passes_unknown: Whether unknown counts as true (as in a CHECK) or as false.
    """
    return _condition(node, nullable, negated=False, lenient=passes_unknown)


def null(node: Node, nullable: Nullable) -> Condition:
    """When the value of this node, which is no condition, is null."""
    match node:
        case Name(name):
            return NullTest(name) if name in nullable else False
        case Literal(value):
            return value is None
        case Call("coalesce", arguments):
            return _join("and", [null(argument, nullable) for argument in arguments])
        case Arithmetic("/" | "%", left, right):
            zero = not (isinstance(right, Literal) and right.value)
            tests = [null(left, nullable), null(right, nullable)]
            return _join("or", [*tests, ZeroTest(right)] if zero else tests)
        case _:
            return _join("or", [null(child, nullable) for child in children(node)])


def doubtful_coalesce(node: Node, nullable: Nullable) -> Call | None:
    """The first `coalesce` below this node that may be null itself."""
    if isinstance(node, Call) and node.function == "coalesce" and null(node, nullable) is not False:
        return node
    return next(
        (found for child in children(node) if (found := doubtful_coalesce(child, nullable))), None
    )


def cases(node: Node, call: Call) -> tuple[Node, Node, Node]:
    """The first argument of a `coalesce` below `node`; `node` with that alone; `node` without it."""
    first, *others = call.arguments
    rest = others[0] if len(others) == 1 else replace(call, arguments=tuple(others))
    return first, _with(node, call, first), _with(node, call, rest)


def opposite(test: Condition) -> Condition:
    """The condition that holds when this one does not."""
    match test:
        case bool():
            return not test
        case Join(operator, parts):
            return _join("and" if operator == "or" else "or", [opposite(part) for part in parts])
        case _:
            return replace(test, negated=not test.negated)


def not_null_names(node: Node) -> Iterator[str]:
    """The names that cannot be null when the value of this node is not."""
    if isinstance(node, Name):
        yield node.name
    elif not (isinstance(node, Call) and node.function == "coalesce"):
        for child in children(node):
            yield from not_null_names(child)


def _condition(node: Node, nullable: Nullable, *, negated: bool, lenient: bool) -> Condition:
    match node:
        case Not(value):
            return _condition(value, nullable, negated=not negated, lenient=lenient)
        case Logic(operator, parts):
            word: OneOf["and", "or"] = "and" if (operator == "and") is not negated else "or"
            done: list[Condition] = []
            for part in parts:
                done.append(_condition(part, nullable, negated=negated, lenient=lenient))
                nullable -= _settled(done[-1], word)
            return _join(word, done)
        case IsNull(value, is_not):
            test = null(value, nullable)
            return opposite(test) if is_not is not negated else test
        case _:
            return _atom(node, nullable, negated=negated, lenient=lenient)


def _atom(node: Node, nullable: Nullable, *, negated: bool, lenient: bool) -> Condition:
    call = doubtful_coalesce(node, nullable)
    if call is not None:  # a case of its own for each argument, so that type checkers can follow
        first, with_first, without = cases(node, call)
        whole = Logic(
            "or",
            (
                Logic("and", (IsNull(first, negated=True), with_first)),
                Logic("and", (IsNull(first), without)),
            ),
        )
        return _condition(whole, nullable, negated=negated, lenient=lenient)
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return node.value is not negated
    if isinstance(node, Comparison):
        truth = Truth(replace(node, operator=_OPPOSITE[node.operator]) if negated else node)
    elif isinstance(node, Membership):
        truth = Truth(replace(node, negated=node.negated is not negated))
    else:
        truth = Truth(node, negated)
    test = null(node, nullable)
    return _join("or", [test, truth]) if lenient else _join("and", [opposite(test), truth])


def _settled(condition: Condition, operator: str) -> frozenset[str]:
    """Names that are not null in what follows this condition and `operator`."""
    match condition:
        case NullTest(name, negated) if negated is (operator == "and"):
            return frozenset({name})
        case Join(word, parts) if word == operator:
            return frozenset[str]().union(*(_settled(part, operator) for part in parts))
        case _:
            return frozenset()


def _join(operator: OneOf["and", "or"], parts: Sequence[Condition]) -> Condition:
    decisive = operator == "or"
    flat: list[Condition] = []
    for part in parts:
        inner = part.parts if isinstance(part, Join) and part.operator == operator else (part,)
        flat.extend(one for one in inner if one is not (not decisive) and one not in flat)
    if any(part is decisive for part in flat):
        return decisive
    if not flat:
        return not decisive
    return flat[0] if len(flat) == 1 else Join(operator, tuple(flat))


def _with(node: Node, old: Node, new: Node) -> Node:
    """The tree with one node replaced."""
    if node is old:
        return new
    match node:
        case Negative(value) | IsNull(value) | Not(value) | Membership(value):
            return replace(node, value=_with(value, old, new))
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return replace(node, left=_with(left, old, new), right=_with(right, old, new))
        case Call(_, arguments):
            return replace(node, arguments=tuple(_with(part, old, new) for part in arguments))
        case _:
            return node
