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
from stackwright.domain.expression_targets.quoting import quoted
from stackwright.domain.field import FieldType

_TERNARY, _OR, _AND, _EQUAL, _ORDER, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)  # binding strength
_AS_VALUES = frozenset(
    {FieldType.INTEGER, FieldType.FLOAT, FieldType.BOOLEAN, FieldType.JSON, FieldType.POINT}
    | {FieldType.LIST}
)  # held as they are; everything else is a text
_DURATION_SECONDS = "durationSeconds"


def to_typescript(
    expression: Expression, accessor: str = "values.", *, value: bool = False, line: str = " "
) -> str:
    """The expression as one TypeScript expression.

    A condition is true unless it is definitely false; any other expression is null when it is null.

    Args:
        expression: A checked expression.
        accessor: What stands before a field's name.
        value: Print a condition as a value: true, false, or null for unknown.
        line: What stands behind each `&&` and `||`: a layout mark lets long conditions break.
    """
    return _TypeScript(expression, accessor, line).whole(value=value)


def typescript_helpers(expression: Expression) -> tuple[str, ...]:
    """Functions that the printed expression calls.

    `durationSeconds(text: string): number` reads an ISO 8601 duration.
    """
    names = (node.name for node in walk(expression.tree) if isinstance(node, Name))
    has_durations = any(expression.kinds.get(name) is Kind.DURATION for name in names)
    return (_DURATION_SECONDS,) if has_durations else ()


class _TypeScript:
    def __init__(self, expression: Expression, accessor: str, line: str) -> None:
        self._expression = expression
        self._accessor = accessor
        self._line = line
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
        return f"{possible} ? {sure} || null : false"

    def _or_null(self, node: Node, nullable: Nullable) -> str:
        call = doubtful_coalesce(node, nullable)
        if call is not None:
            first, with_first, without = cases(node, call)
            known = nullable - frozenset(not_null_names(first))
            test = self._condition(opposite(null(first, nullable)), _OR)[0]
            return (
                f"{test} ? {self._or_null(with_first, known)} : {self._or_null(without, nullable)}"
            )
        text, is_null = self._print(node), null(node, nullable)
        if is_null is False:
            return text
        return f"{self._condition(is_null, _OR)[0]} ? null : {text}"

    def _condition(self, test: Condition, strength: int = _TERNARY) -> tuple[str, int]:
        text, own = self._bare(test)
        return (f"({text})", _ATOM) if own < strength else (text, own)

    def _bare(self, test: Condition) -> tuple[str, int]:
        match test:
            case bool():
                return str(test).lower(), _ATOM
            case NullTest(name, negated):
                if self._is_text(name):
                    return f"{'!!' if negated else '!'}{self._accessor}{name}", _SIGN
                return f"{self._accessor}{name} {'!=' if negated else '=='} null", _EQUAL
            case ZeroTest(value, negated):
                return f"{self._print(value, _SUM)} {'!==' if negated else '==='} 0", _EQUAL
            case Join(operator, parts):
                sign, own = ("||", _OR) if operator == "or" else ("&&", _AND)
                inner = [self._condition(part, _EQUAL)[0] for part in parts]
                return f" {sign}{self._line}".join(inner), own
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
        return f"({text})" if own < strength else text

    def _value(self, node: Node) -> tuple[str, int]:
        match node:
            case Literal():
                return self._literal(node)
            case Name(name):
                return self._name(name)
            case Negative(value):
                return f"-{self._print(value, _SIGN)}", _SIGN
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case Comparison():
                return self._comparison(node)
            case Membership(value, items, negated):
                listed = ", ".join(self._print(item) for item in items)
                text = f"[{listed}].includes({self._print(value)})"
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
                return f"Number({text})", _ATOM
            case FieldType.DATETIME:
                return f"Date.parse({text})", _ATOM
            case FieldType.DURATION:
                return f"{_DURATION_SECONDS}({text})", _ATOM
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
        return f"{self._print(node.left, _SUM)} {sign} {self._print(node.right, _SUM)}", own

    def _nearly(self, node: Comparison) -> tuple[str, int]:
        """Binary fractions are off by a little: 0.1 + 0.2 is to equal 0.3."""
        if node.operator in ("=", "!="):
            difference = f"{self._print(node.left, _SUM)} - {self._print(node.right, _PRODUCT)}"
            return f"Math.abs({difference}) {'<' if node.operator == '=' else '>='} 1e-9", _ORDER
        one, two = (
            (node.left, node.right) if node.operator in ("<=", ">") else (node.right, node.left)
        )
        difference = f"{self._print(one, _SUM)} - {self._print(two, _PRODUCT)}"
        return f"{difference} {'<' if '=' in node.operator else '>'} 1e-9", _ORDER

    def _arithmetic(self, operator: str, left: Node, right: Node) -> tuple[str, int]:
        if operator in "+-":
            parts = (self._term(left, _SUM), self._term(right, _PRODUCT))
            return f" {operator} ".join(parts), _SUM
        one = self._print(left, _PRODUCT)
        inner = left.operator if isinstance(left, Arithmetic) else ""
        if inner in ("*", "/", "%") and (inner != operator or operator == "%"):
            one = f"({self._print(left)})"  # Prettier shows how `*`, `/` and `%` mix
        return f"{one} {operator} {self._print(right, _SIGN)}", _PRODUCT

    def _term(self, node: Node, strength: int) -> str:
        is_rest = isinstance(node, Arithmetic) and node.operator == "%"
        return self._print(node, _ATOM if is_rest else strength)

    def _call(self, function: str, arguments: tuple[Node, ...], digits: int) -> tuple[str, int]:
        texts = [self._print(argument) for argument in arguments]
        first = self._print(arguments[0], _ATOM) if arguments else ""
        match function:
            case "coalesce":
                return self._coalesce(arguments)
            case "concat":
                return " + ".join(self._print(part, _PRODUCT) for part in arguments), _SUM
            case "min" | "max":
                return self._extreme(function, arguments), _ATOM
            case "year" | "month" | "day":
                return self._part(function, arguments[0]), _ATOM
            case "days_between":
                return f"(Date.parse({texts[1]}) - Date.parse({texts[0]})) / 86400000", _PRODUCT
            case "round":
                return self._round(arguments[0], digits)
            case _:
                return {
                    "len": f"[...{first}].length",
                    "lower": f"{first}.toLowerCase()",
                    "upper": f"{first}.toUpperCase()",
                    "trim": f'{first}.replace(/^ +| +$/g, "")',
                    "abs": f"Math.abs({', '.join(texts)})",
                    "today": "new Date().toISOString().slice(0, 10)",
                    "now": "Date.now()",
                }[function], _ATOM

    def _extreme(self, function: str, arguments: tuple[Node, ...]) -> str:
        texts = ", ".join(self._print(argument) for argument in arguments)
        kind = common([self._kind(argument) for argument in arguments])
        if kind not in (Kind.DATE, Kind.TIME):
            return f"Math.{function}({texts})"
        sign = "<" if function == "min" else ">"
        return f"[{texts}].reduce((one, two) => (one {sign} two ? one : two))"

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
            return f"Math.round({self._print(node)})", _ATOM
        factor = 10**digits
        scaled = self._arithmetic("*", node, Literal(factor))[0]
        return f"Math.round(Number(({scaled}).toPrecision(15))) / {factor}", _PRODUCT

    def _coalesce(self, arguments: tuple[Node, ...]) -> tuple[str, int]:
        first, *others = arguments
        test = null(first, self._expression.nullable)
        if test is False or not others:
            return self._value(first)
        rest = self._coalesce(tuple(others))[0]
        if isinstance(first, Name) and not self._is_text(first.name):
            return f"{self._print(first, _OR)} ?? {rest}", _TERNARY
        return f"{self._test(opposite(test))} ? {self._print(first)} : {rest}", _TERNARY
