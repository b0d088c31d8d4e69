"""Expressions as Python that mypy accepts; decimals are `Decimal`, moments have a zone."""

from datetime import date
from decimal import Decimal

from stackwright.domain.expression import Expression, Kind
from stackwright.domain.expression.kinds import common, kind_of
from stackwright.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
)
from stackwright.domain.expression_targets.conditions import (
    Condition,
    Join,
    Nullable,
    NullTest,
    Truth,
    ZeroTest,
    cases,
    condition,
    doubtful_coalesce,
    not_null_names,
    null,
    opposite,
)
from stackwright.domain.expression_targets.marks import FLAT, Marks
from stackwright.domain.expression_targets.quoting import quoted

_TERNARY, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)  # binding strength
_IMPORTS = {
    "Context": "decimal",
    "Decimal": "decimal",
    "ROUND_HALF_UP": "decimal",
    "UTC": "datetime",
    "date": "datetime",
    "datetime": "datetime",
    "fmod": "math",
}


def to_python(
    expression: Expression, accessor: str = "data.", *, value: bool = False, marks: Marks = FLAT
) -> str:
    """The expression as one Python expression.

    A condition is true unless it is definitely false; any other expression is None when it is null.

    Args:
        expression: A checked expression.
        accessor: What stands before a field's name: `data.`, `self.`.
        value: Print a condition as a value: True, False, or None for unknown.
        marks: What stands where a long line may break. The result belongs between brackets that
            get lines of their own when it does not fit.
    """
    return _Python(expression, accessor, marks).whole(value=value)


def python_imports(expression: Expression, *, value: bool = False) -> tuple[tuple[str, str], ...]:
    """The (module, name) pairs that the printed expression needs, sorted."""
    printer = _Python(expression, "", FLAT)
    printer.whole(value=value)
    return tuple(sorted((_IMPORTS[name], name) for name in printer.used))


class _Python:
    def __init__(self, expression: Expression, accessor: str, marks: Marks) -> None:
        self._expression = expression
        self._accessor = accessor
        self._marks = marks
        self._line = marks.line
        self.used: set[str] = set()

    def whole(self, *, value: bool) -> str:
        tree, nullable = self._expression.tree, self._expression.nullable
        if self._expression.kind is not Kind.BOOLEAN or (value and isinstance(tree, Name | Call)):
            return self._or_none(tree, nullable, self._expression.kind)
        passes = condition(tree, nullable)
        if not value:
            return self._condition(passes)[0]
        holds = condition(tree, nullable, passes_unknown=False)
        if holds == passes:
            return self._condition(holds)[0]
        sure, possible = self._condition(holds, _NOT)[0], self._condition(passes, _OR)[0]
        return self._either(f"{sure} or None", possible, "False")

    def _or_none(self, node: Node, nullable: Nullable, kind: Kind) -> str:
        call = doubtful_coalesce(node, nullable)
        if call is not None:
            first, with_first, without = cases(node, call)
            known = nullable - frozenset(not_null_names(first))
            test = self._condition(null(first, nullable), _OR)[0]
            absent = self._or_none(without, nullable, kind)
            present = self._or_none(with_first, known, kind)
            return self._either(self._paren(absent), test, self._paren(present))
        text, is_null = self._exactly(node, kind), null(node, nullable)
        if is_null is False:
            return text
        return self._either("None", self._condition(is_null, _OR)[0], text)

    def _either(self, then: str, test: str, otherwise: str, *, rest_is_open: bool = False) -> str:
        """A conditional expression; an open rest is one itself, and breaks with this one."""
        level = self._marks.level
        rest = f"else {otherwise}" if rest_is_open else level(f"else {otherwise}")
        return self._line.join((level(then), level(f"if {test}"), rest))

    def _paren(self, text: str) -> str:
        return f"({self._marks.inside(self._marks.level(text))})"

    def _called(self, name: str, *arguments: str) -> str:
        return f"{name}({self._marks.inside(self._marks.level(self._marks.listed(arguments)))})"

    def _condition(self, test: Condition, strength: int = _TERNARY) -> tuple[str, int]:
        """The text of a condition, in parentheses where it binds weaker than asked."""
        text, own = self._bare(test)
        return (self._paren(text), _ATOM) if own < strength else (text, own)

    def _bare(self, test: Condition) -> tuple[str, int]:
        match test:
            case bool():
                return str(test), _ATOM
            case NullTest(name, negated):
                return (
                    f"{self._accessor}{name}{self._line}is {'not ' if negated else ''}None",
                    _COMPARE,
                )
            case ZeroTest(value, negated):
                operand = self._operand(value, _SUM)
                return f"{operand}{self._line}{'!=' if negated else '=='} 0", _COMPARE
            case Join(operator, parts):
                inner = [self._marks.level(self._condition(part, _NOT)[0]) for part in parts]
                return f"{self._line}{operator} ".join(inner), _OR if operator == "or" else _AND
            case Truth(value, negated):
                if isinstance(value, Comparison | Membership):
                    return self._print(value), _COMPARE
                text = self._print(value, _ATOM)
                return (f"not {text}", _NOT) if negated else (text, _ATOM)

    def _kind(self, node: Node) -> Kind:
        return kind_of(node, self._expression.kinds)

    def _use(self, name: str) -> str:
        self.used.add(name)
        return name

    def _print(self, node: Node, strength: int = _TERNARY) -> str:
        """The text of a value whose operands are not null."""
        text, own = self._value(node)
        return self._paren(text) if own < strength else text

    def _operand(self, node: Node, strength: int, level: int = _COMPARE) -> str:
        """An operand of an operator; one that binds more strongly breaks after it."""
        text, own = self._value(node)
        if own < strength:
            return self._paren(text)
        return self._marks.level(text) if own != level and own < _SIGN else text

    def _value(self, node: Node) -> tuple[str, int]:
        match node:
            case Literal():
                return self._literal(node)
            case Name(name):
                return f"{self._accessor}{name}", _ATOM
            case Negative(value):
                return f"-{self._print(value, _ATOM)}", _SIGN
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case Comparison(operator, left, right):
                kind = common((self._kind(left), self._kind(right))) or Kind.UNKNOWN
                sign = "==" if operator == "=" else operator
                one, two = self._as(left, kind, _SUM), self._as(right, kind, _SUM)
                return f"{one}{self._line}{sign} {two}", _COMPARE
            case Membership(value, items, negated):
                kind = self._kind(value)
                texts = [self._as(item, kind) for item in items]
                listed = self._called("", *texts) if len(texts) > 1 else f"({texts[0]},)"
                word = "not in" if negated else "in"
                return f"{self._operand(value, _SUM)}{self._line}{word} {listed}", _COMPARE
            case Call(function, arguments, digits):
                return self._call(node, function, arguments, digits)
            case _:
                return self._condition(condition(node, frozenset()))

    def _as(self, node: Node, kind: Kind, strength: int = _TERNARY, level: int = _COMPARE) -> str:
        """A value that can be compared and reckoned with values of that kind."""
        own = self._kind(node)
        if own is Kind.DECIMAL and kind is Kind.FLOAT:
            if isinstance(node, Literal):
                return str(node.value)
            return self._called("float", self._print(node))
        if isinstance(node, Literal) and own is Kind.DECIMAL and node.value == 0:
            return "0"
        return self._operand(node, strength, level)

    def _exactly(
        self, node: Node, kind: Kind, strength: int = _TERNARY, level: int = _COMPARE
    ) -> str:
        """A value of that very type, for functions that give back one of several."""
        if kind is Kind.DECIMAL and self._kind(node) is Kind.INTEGER:
            return self._called(self._use("Decimal"), self._print(node))
        if kind is Kind.FLOAT and self._kind(node) is Kind.INTEGER:
            return self._called("float", self._print(node))
        return self._as(node, kind, strength, level)

    def _literal(self, node: Literal) -> tuple[str, int]:
        match node.value:
            case bool() | None:
                return str(node.value), _ATOM
            case int():
                return str(node.value), _SIGN if node.value < 0 else _ATOM
            case Decimal():
                return f'{self._use("Decimal")}("{node.value}")', _ATOM
            case date():
                year, month, day = node.value.timetuple()[:3]
                return f"{self._use('date')}({year}, {month}, {day})", _ATOM
            case _:
                return quoted(str(node.value)), _ATOM

    def _arithmetic(self, operator: str, left: Node, right: Node) -> tuple[str, int]:
        kind = common((self._kind(left), self._kind(right))) or Kind.UNKNOWN
        if operator in "+-":
            one, two = self._as(left, kind, _SUM, _SUM), self._as(right, kind, _PRODUCT, _SUM)
            return f"{one}{self._line}{operator} {two}", _SUM
        if operator == "%":  # Decimal keeps the sign of the left side, as SQL does
            exact = self._exactly(left, Kind.DECIMAL, _PRODUCT, _PRODUCT)
            text = f"{exact}{self._line}% {self._print(right, _SIGN)}"
            is_whole = kind is Kind.INTEGER
            return (self._called("int", text), _ATOM) if is_whole else (text, _PRODUCT)
        one = self._as(left, kind, _PRODUCT, _PRODUCT)
        if operator == "/" and kind is Kind.INTEGER:
            one = self._exactly(left, Kind.DECIMAL, _PRODUCT, _PRODUCT)
        return f"{one}{self._line}{operator} {self._as(right, kind, _SIGN)}", _PRODUCT

    def _call(  # noqa: C901  # one branch a function
        self, node: Node, function: str, arguments: tuple[Node, ...], digits: int
    ) -> tuple[str, int]:
        kind = self._kind(node)
        if function == "coalesce":
            return self._coalesce(arguments, kind)
        if function in ("min", "max"):
            return self._called(function, *(self._exactly(a, kind) for a in arguments)), _ATOM
        if function == "concat":
            parts = [self._operand(argument, _PRODUCT) for argument in arguments]
            return f"{self._line}+ ".join(parts), _SUM
        if function == "days_between":
            start, end = arguments
            days = f"{self._print(end, _SUM)}{self._line}- {self._print(start, _PRODUCT)}"
            return f"{self._paren(days)}.days", _ATOM
        if function == "today":
            return f"{self._use('datetime')}.now({self._use('UTC')}).date()", _ATOM
        if function == "now":
            return f"{self._use('datetime')}.now({self._use('UTC')})", _ATOM
        value = self._print(arguments[0], _ATOM)
        if function in ("lower", "upper"):
            return f"{value}.{function}()", _ATOM
        if function == "trim":
            return f'{value}.strip(" ")', _ATOM
        if function in ("year", "month", "day"):
            moment = self._kind(arguments[0]) is Kind.DATETIME
            zone = f".astimezone({self._use('UTC')})" if moment else ""
            return f"{value}{zone}.{function}", _ATOM
        if function == "round":
            return self._round(arguments[0], kind, digits)
        return self._called(function, self._print(arguments[0])), _ATOM  # len, abs

    def _round(self, node: Node, kind: Kind, digits: int) -> tuple[str, int]:
        if kind is Kind.INTEGER:
            return self._value(node)
        exact = self._print(node, _ATOM)
        if kind is Kind.FLOAT:
            exact = self._called(self._use("Decimal"), self._called("str", self._print(node)))
        least = f'"{Decimal(1).scaleb(-digits)}"' if digits else "1"
        step = f"{self._use('Decimal')}({least})"
        wide = self._called(self._use("Context"), "prec=80")  # the usual 28 digits may be too few
        text = self._called(f"{exact}.quantize", step, self._use("ROUND_HALF_UP"), wide)
        return (self._called("float", text) if kind is Kind.FLOAT else text), _ATOM

    def _coalesce(self, arguments: tuple[Node, ...], kind: Kind) -> tuple[str, int]:
        """A conditional expression; the last argument that is needed is not null."""
        first, *others = arguments
        test = null(first, self._expression.nullable)
        if test is False or not others:
            return self._exactly(first, kind), _TERNARY
        known = self._condition(opposite(test))[0]
        rest = self._coalesce(tuple(others), kind)[0]
        own = self._exactly(first, kind, _OR)
        return self._either(own, known, rest, rest_is_open=len(others) > 1), _TERNARY
