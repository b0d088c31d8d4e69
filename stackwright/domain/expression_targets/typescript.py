"""Expressions as TypeScript over the values of a form, laid out as Prettier leaves a line that fits.

Decimals, bigints, dates, times and moments are texts there, and an empty text is null.
"""

from datetime import date

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
    walk,
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
from stackwright.domain.field import FieldType

_TERNARY, _OR, _AND, _EQUAL, _ORDER, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)  # binding strength
_AS_VALUES = frozenset(
    {FieldType.INTEGER, FieldType.FLOAT, FieldType.BOOLEAN, FieldType.JSON, FieldType.POINT}
    | {FieldType.LIST}
)  # held as they are; everything else is a text
_DURATION_SECONDS = "durationSeconds"
_SHORT = 6  # columns


def to_typescript(
    expression: Expression,
    accessor: str = "values.",
    *,
    value: bool = False,
    line: str = " ",
    marks: Marks = FLAT,
) -> str:
    """The expression as one TypeScript expression.

    A condition is true unless it is definitely false; any other expression is null when it is null.

    Args:
        expression: A checked expression.
        accessor: What stands before a field's name.
        value: Print a condition as a value: true, false, or null for unknown.
        line: What stands behind each `&&` and `||`, when nothing else may break.
        marks: What stands where a long line may break. The result belongs where Prettier indents
            no operands: behind `=>` or `return`, or in a group on one level.
    """
    if marks is FLAT:
        return _TypeScript(expression, accessor, FLAT, line).whole(value=value)
    return _TypeScript(expression, accessor, marks, marks.line).whole(value=value)


def typescript_helpers(expression: Expression) -> tuple[str, ...]:
    """Functions that the printed expression calls.

    `durationSeconds(text: string): number` reads an ISO 8601 duration.
    """
    names = (node.name for node in walk(expression.tree) if isinstance(node, Name))
    has_durations = any(expression.kinds.get(name) is Kind.DURATION for name in names)
    return (_DURATION_SECONDS,) if has_durations else ()


class _TypeScript:
    def __init__(self, expression: Expression, accessor: str, marks: Marks, line: str) -> None:
        self._expression = expression
        self._accessor = accessor
        self._marks = marks
        self._join = line  # behind `&&` and `||`
        self._line = marks.line
        self._types = {operand.name: operand.type for operand in expression.operands}

    def whole(self, *, value: bool) -> str:
        tree, nullable = self._expression.tree, self._expression.nullable
        if self._expression.kind is not Kind.BOOLEAN or (value and isinstance(tree, Name | Call)):
            return self._or_null(tree, nullable)
        passes = condition(tree, nullable)
        if not value:
            return self._condition(passes)[0]
        holds = condition(tree, nullable, passes_unknown=False)
        if holds == passes:
            return self._condition(holds)[0]
        sure, possible = self._condition(holds, _AND)[0], self._condition(passes, _OR)[0]
        return self._either(possible, f"{sure} || null", "false")

    def _or_null(self, node: Node, nullable: Nullable) -> str:
        call = doubtful_coalesce(node, nullable)
        if call is not None:
            first, with_first, without = cases(node, call)
            known = nullable - frozenset(not_null_names(first))
            test = self._condition(opposite(null(first, nullable)), _OR)[0]
            rest = self._or_null(without, nullable)
            return self._either(test, self._or_null(with_first, known), rest)
        text, is_null = self._print(node), null(node, nullable)
        if is_null is False:
            return text
        return self._either(self._condition(is_null, _OR)[0], "null", text)

    def _either(self, test: str, then: str, otherwise: str) -> str:
        rest = f"{self._line}? {self._marks.step(then)}{self._line}: {otherwise}"
        return f"{self._marks.step(test)}{self._marks.step(rest)}"

    def _paren(self, text: str) -> str:
        return f"({self._marks.step(text)})"

    def _called(self, name: str, *arguments: str) -> str:
        steps = [self._marks.step(argument) for argument in arguments]
        return f"{name}({self._marks.inside(self._marks.listed(steps))})"

    def _condition(self, test: Condition, strength: int = _TERNARY) -> tuple[str, int]:
        text, own = self._bare(test)
        return (self._paren(text), _ATOM) if own < strength else (text, own)

    def _bare(self, test: Condition) -> tuple[str, int]:
        match test:
            case bool():
                return str(test).lower(), _ATOM
            case NullTest(name, negated):
                if self._is_text(name):
                    return f"{'!!' if negated else '!'}{self._accessor}{name}", _SIGN
                return self._compared(
                    f"{self._accessor}{name}", "!=" if negated else "==", "null"
                ), _EQUAL
            case ZeroTest(value, negated):
                sign = "!==" if negated else "==="
                return self._compared(self._operand(value, _SUM), sign, "0", value), _EQUAL
            case Join(operator, parts):
                sign, own = ("||", _OR) if operator == "or" else ("&&", _AND)
                inner = [self._marks.step(self._condition(part, _EQUAL)[0]) for part in parts]
                return f" {sign}{self._join}".join(inner), own
            case Truth(value, negated):
                if isinstance(value, Comparison | Membership):
                    return self._value(value)
                text = self._print(value, _ATOM)
                return (f"!{text}", _SIGN) if negated else (text, _ATOM)

    def _test(self, test: Condition) -> str:
        """The condition before a `?`, where a text needs no `!!`."""
        text = self._condition(test, _OR)[0]
        return text.removeprefix("!!") if isinstance(test, NullTest) else text

    def _is_text(self, name: str) -> bool:
        """Whether the form holds the value as text, which is empty when it is null."""
        return self._types.get(name, FieldType.JSON) not in _AS_VALUES

    def _kind(self, node: Node) -> Kind:
        return kind_of(node, self._expression.kinds)

    def _print(self, node: Node, strength: int = _TERNARY) -> str:
        text, own = self._value(node)
        return self._paren(text) if own < strength else text

    def _operand(self, node: Node, strength: int, level: int = _EQUAL) -> str:
        """An operand of an operator; one that binds more strongly breaks by itself."""
        text, own = self._value(node)
        if own < strength:
            return self._paren(text)
        return self._marks.step(text) if own != level and own < _SIGN else text

    def _value(self, node: Node) -> tuple[str, int]:
        match node:
            case Literal():
                return self._literal(node)
            case Name(name):
                return self._name(name)
            case Negative(value):
                return f"-{self._print(value, _ATOM)}", _SIGN
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case Comparison():
                return self._comparison(node)
            case Membership(value, items, negated):
                listed = self._marks.listed([self._print(item) for item in items])
                text = self._called(f"[{self._marks.inside(listed)}].includes", self._print(value))
                return (f"!{text}", _SIGN) if negated else (text, _ATOM)
            case Call(function, arguments, digits):
                return self._call(function, arguments, digits)
            case _:
                return self._condition(condition(node, frozenset()))

    def _literal(self, node: Literal) -> tuple[str, int]:
        match node.value:
            case None | bool():
                return {None: "null", True: "true", False: "false"}[node.value], _ATOM
            case date():
                return f'"{node.value.isoformat()}"', _ATOM
            case str():
                return quoted(node.value), _ATOM
            case number:
                return str(number), _SIGN if number < 0 else _ATOM

    def _name(self, name: str) -> tuple[str, int]:
        text = f"{self._accessor}{name}"
        match self._types.get(name):
            case FieldType.DECIMAL | FieldType.BIGINT:
                return self._called("Number", text), _ATOM
            case FieldType.DATETIME:
                return self._called("Date.parse", text), _ATOM
            case FieldType.DURATION:
                return self._called(_DURATION_SECONDS, text), _ATOM
            case FieldType.TIME:  # 09:30 and 09:30:00 are the same time
                return f"`${{{text}}}:00`.slice(0, 8)", _ATOM
            case _:
                return text, _ATOM

    def _comparison(self, node: Comparison) -> tuple[str, int]:
        kind = common((self._kind(node.left), self._kind(node.right)))
        reckoned = any(isinstance(part, Arithmetic) for part in walk(node))
        if reckoned and kind in (Kind.DECIMAL, Kind.FLOAT):
            return self._nearly(node)
        sign = {"=": "===", "!=": "!=="}.get(node.operator, node.operator)
        own = _EQUAL if node.operator in ("=", "!=") else _ORDER
        one, two = self._operand(node.left, _SUM), self._operand(node.right, _SUM)
        return self._compared(one, sign, two, node.left), own

    def _nearly(self, node: Comparison) -> tuple[str, int]:
        """Binary fractions are off by a little: 0.1 + 0.2 is to equal 0.3."""
        if node.operator in ("=", "!="):
            apart = self._called("Math.abs", self._difference(node.left, node.right))
            return self._compared(apart, "<" if node.operator == "=" else ">=", "1e-9"), _ORDER
        one, two = (
            (node.left, node.right) if node.operator in ("<=", ">") else (node.right, node.left)
        )
        apart = self._marks.step(self._difference(one, two))
        return f"{apart} {'<' if '=' in node.operator else '>'}{self._line}1e-9", _ORDER

    def _compared(self, left: str, sign: str, right: str, reckoned: Node | None = None) -> str:
        """A comparison; it breaks within a call on its left rather than before a short right side."""
        is_quotient = isinstance(reckoned, Call) and reckoned.function == "days_between"
        breaks = len(right) > _SHORT or is_quotient or isinstance(reckoned, Arithmetic)
        return f"{left} {sign}{self._line if breaks else ' '}{right}"

    def _difference(self, one: Node, two: Node) -> str:
        return f"{self._term(one, _SUM)} -{self._line}{self._term(two, _PRODUCT)}"

    def _arithmetic(self, operator: str, left: Node, right: Node) -> tuple[str, int]:
        if operator in "+-":
            parts = (self._term(left, _SUM), self._term(right, _PRODUCT))
            return f" {operator}{self._line}".join(parts), _SUM
        one = self._operand(left, _PRODUCT, _PRODUCT)
        inner = left.operator if isinstance(left, Arithmetic) else ""
        if inner in ("*", "/", "%") and (inner != operator or operator == "%"):
            one = self._paren(self._print(left))  # Prettier shows how `*`, `/` and `%` mix
        return f"{one} {operator}{self._line}{self._operand(right, _SIGN)}", _PRODUCT

    def _term(self, node: Node, strength: int) -> str:
        is_rest = isinstance(node, Arithmetic) and node.operator == "%"
        return self._operand(node, _ATOM if is_rest else strength, _SUM)

    def _call(self, function: str, arguments: tuple[Node, ...], digits: int) -> tuple[str, int]:
        texts = [self._print(argument) for argument in arguments]
        first = self._print(arguments[0], _ATOM) if arguments else ""
        match function:
            case "coalesce":
                return self._coalesce(arguments)
            case "concat":
                parts = [self._operand(part, _PRODUCT) for part in arguments]
                return f" +{self._line}".join(parts), _SUM
            case "min" | "max":
                return self._extreme(function, arguments), _ATOM
            case "year" | "month" | "day":
                return self._part(function, arguments[0]), _ATOM
            case "days_between":
                start, end = (self._called("Date.parse", text) for text in texts)
                return (
                    f"{self._paren(f'{end} -{self._line}{start}')} /{self._line}86400000",
                    _PRODUCT,
                )
            case "round":
                return self._round(arguments[0], digits)
            case _:
                return {
                    "len": f"[...{first}].length",
                    "lower": f"{first}.toLowerCase()",
                    "upper": f"{first}.toUpperCase()",
                    "trim": f'{first}.replace(/^ +| +$/g, "")',
                    "abs": self._called("Math.abs", *texts),
                    "today": "new Date().toISOString().slice(0, 10)",
                    "now": "Date.now()",
                }[function], _ATOM

    def _extreme(self, function: str, arguments: tuple[Node, ...]) -> str:
        texts = [self._print(argument) for argument in arguments]
        kind = common([self._kind(argument) for argument in arguments])
        if kind not in (Kind.DATE, Kind.TIME):
            return self._called(f"Math.{function}", *texts)
        sign = "<" if function == "min" else ">"
        listed = self._marks.inside(self._marks.listed(texts))
        return f"[{listed}].reduce((one, two) => (one {sign} two ? one : two))"

    def _part(self, function: str, node: Node) -> str:
        if self._kind(node) is Kind.DATETIME:
            moment = f"new Date({self._print(node)})"
            return {
                "year": f"{moment}.getUTCFullYear()",
                "month": f"({moment}.getUTCMonth() + 1)",
                "day": f"{moment}.getUTCDate()",
            }[function]
        start, end = {"year": (0, 4), "month": (5, 7), "day": (8, 10)}[function]
        return f"Number({self._print(node, _ATOM)}.slice({start}, {end}))"

    def _round(self, node: Node, digits: int) -> tuple[str, int]:
        if self._kind(node) is Kind.INTEGER:
            return self._value(node)
        if digits == 0:
            return self._called("Math.round", self._print(node)), _ATOM
        factor = 10**digits
        scaled = self._arithmetic("*", node, Literal(factor))[0]
        exact = self._called("Number", f"({scaled}).toPrecision(15)")
        return f"{self._called('Math.round', exact)} /{self._line}{factor}", _PRODUCT

    def _coalesce(self, arguments: tuple[Node, ...]) -> tuple[str, int]:
        first, *others = arguments
        test = null(first, self._expression.nullable)
        if test is False or not others:
            return self._value(first)
        rest = self._coalesce(tuple(others))[0]
        if isinstance(first, Name) and not self._is_text(first.name):
            return f"{self._print(first, _OR)} ??{self._line}{rest}", _TERNARY
        return self._either(self._test(opposite(test)), self._print(first), rest), _TERNARY
