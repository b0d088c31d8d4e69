"""Expressions as SQL of three databases, which know the third truth value themselves."""

from datetime import date
from decimal import Decimal
from typing import Literal as OneOf

from stackwright.domain.expression import Expression, Kind
from stackwright.domain.expression.kinds import common, kind_of
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
    walk,
)
from stackwright.domain.expression_targets.conditions import null

Dialect = OneOf["postgresql", "mysql", "sqlite"]

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)  # binding strength


def to_sql(expression: Expression, dialect: Dialect) -> str:
    """The expression as SQL with quoted columns, without `%` so that no driver takes it for a mark.

    Args:
        expression: A checked expression; in a CHECK it must be `is_deterministic`.
        dialect: The database.
    """
    return _Sql(expression, dialect).text(expression.tree)


class _Sql:
    def __init__(self, expression: Expression, dialect: Dialect) -> None:
        self._expression = expression
        self._dialect = dialect

    def text(self, node: Node, strength: int = _OR) -> str:
        text, own = self._print(node)
        return f"({text})" if own < strength else text

    def _kind(self, node: Node) -> Kind:
        return kind_of(node, self._expression.kinds)

    def _print(self, node: Node) -> tuple[str, int]:  # noqa: C901  # one branch a kind of node
        match node:
            case Literal():
                return self._literal(node)
            case Name(name):
                mark = "`" if self._dialect == "mysql" else '"'
                return f"{mark}{name}{mark}", _ATOM
            case Negative(value):
                return f"-{self.text(value, _ATOM)}", _SIGN
            case Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case Comparison():
                return self._comparison(node), _COMPARE
            case Membership(value, items, negated):
                listed = ", ".join(self.text(item) for item in items)
                word = "NOT IN" if negated else "IN"
                return f"{self.text(value, _SUM)} {word} ({listed})", _COMPARE
            case IsNull(value, negated):
                word = "IS NOT NULL" if negated else "IS NULL"
                return f"{self.text(value, _ATOM)} {word}", _COMPARE
            case Not(value):
                return f"NOT {self.text(value, _ATOM)}", _NOT
            case Logic(operator, parts):
                joined = f" {operator.upper()} ".join(self.text(p, _NOT) for p in parts)
                return joined, _OR if operator == "or" else _AND
            case Call(function, arguments, digits):
                return self._call(function, arguments, digits)

    def _comparison(self, node: Comparison) -> str:
        left, operator, right = node.left, node.operator, node.right
        kind = common((self._kind(left), self._kind(right)))
        reckoned = any(isinstance(part, Arithmetic) for part in walk(node))
        if not (self._dialect == "sqlite" and reckoned and kind in (Kind.DECIMAL, Kind.FLOAT)):
            sign = "<>" if operator == "!=" else operator
            return f"{self.text(left, _SUM)} {sign} {self.text(right, _SUM)}"
        # SQLite reckons with binary fractions, which are off by a little: 0.1 * 3 is to equal 0.3
        one, two = (right, left) if operator in ("<", ">=") else (left, right)
        apart = f"{self.text(one, _SUM)} - {self.text(two, _PRODUCT)}"
        if operator in ("=", "!="):
            return f"ABS({apart}) {'<' if operator == '=' else '>='} 1e-9"
        return f"{apart} {'<' if '=' in operator else '>'} 1e-9"

    def _literal(self, node: Literal) -> tuple[str, int]:
        match node.value:
            case None:
                return "NULL", _ATOM
            case bool():
                return ("TRUE" if node.value else "FALSE"), _ATOM
            case int() | Decimal():
                return str(node.value), _SIGN if node.value < 0 else _ATOM
            case date():
                prefix = "" if self._dialect == "sqlite" else "DATE "
                return f"{prefix}'{node.value.isoformat()}'", _ATOM
            case _:
                text = str(node.value).replace("'", "''")
                if self._dialect == "mysql":
                    text = text.replace("\\", "\\\\")
                return f"'{text}'", _ATOM

    def _arithmetic(self, operator: str, left: Node, right: Node) -> tuple[str, int]:
        if operator in "+-":
            return f"{self.text(left, _SUM)} {operator} {self.text(right, _PRODUCT)}", _SUM
        if operator == "*":
            return f"{self.text(left, _PRODUCT)} * {self.text(right, _SIGN)}", _PRODUCT
        divisor = self.text(right)
        if not (isinstance(right, Literal) and right.value):
            divisor = f"NULLIF({divisor}, 0)"
        elif self.text(right, _ATOM) != divisor:
            divisor = f"({divisor})"
        if operator == "%":
            if (
                self._dialect == "sqlite"
            ):  # its `%` is of whole numbers; `mod` may be left out of a build
                dividend, bare = self.text(left, _SIGN), self.text(left)
                if Kind.DECIMAL in (self._kind(left), self._kind(right)):
                    whole = f"CAST({bare} / {divisor} AS INTEGER)"
                else:
                    whole = f"({dividend} / {divisor})"
                return f"{self.text(left, _SUM)} - {whole} * {divisor}", _SUM
            return f"MOD({self.text(left)}, {divisor})", _ATOM
        whole_numbers = {self._kind(left), self._kind(right)} == {Kind.INTEGER}
        dividend = self.text(left, _PRODUCT)
        if self._dialect == "sqlite" and self._kind(left) is not Kind.FLOAT:
            dividend = f"CAST({self.text(left)} AS REAL)"
        elif self._dialect == "postgresql" and whole_numbers:
            dividend = f"CAST({self.text(left)} AS NUMERIC)"
        return f"{dividend} / {divisor}", _PRODUCT

    def _call(self, function: str, arguments: tuple[Node, ...], digits: int) -> tuple[str, int]:
        texts = [self.text(argument) for argument in arguments]
        listed = ", ".join(texts)
        match function:
            case "len":
                return f"{'CHAR_LENGTH' if self._dialect == 'mysql' else 'LENGTH'}({listed})", _ATOM
            case "concat" if self._dialect != "mysql":
                return " || ".join(self.text(part, _ATOM) for part in arguments), _SUM
            case "round":
                return self._round(arguments[0], digits), _ATOM
            case "min" | "max":
                return self._extreme(function, arguments), _ATOM
            case "year" | "month" | "day":
                return self._part(function, arguments[0]), _ATOM
            case "days_between":
                return self._days(*arguments)
            case "today":
                today = {"mysql": "UTC_DATE()", "sqlite": "DATE('now')"}
                return today.get(self._dialect, "CAST(NOW() AT TIME ZONE 'UTC' AS DATE)"), _ATOM
            case "now":
                now = {"mysql": "UTC_TIMESTAMP()", "sqlite": "DATETIME('now')"}
                return now.get(self._dialect, "NOW()"), _ATOM
            case _:  # lower, upper, trim, abs, coalesce, concat of MySQL
                return f"{function.upper()}({listed})", _ATOM

    def _round(self, node: Node, digits: int) -> str:
        text = self.text(node)
        if self._dialect == "postgresql" and self._kind(node) is Kind.FLOAT:
            return f"CAST(ROUND(CAST({text} AS NUMERIC), {digits}) AS DOUBLE PRECISION)"
        return f"ROUND({text}, {digits})"

    def _extreme(self, function: str, arguments: tuple[Node, ...]) -> str:
        listed = ", ".join(self.text(argument) for argument in arguments)
        if self._dialect == "sqlite":
            return f"{function.upper()}({listed})"
        chosen = f"{'LEAST' if function == 'min' else 'GREATEST'}({listed})"
        if self._dialect == "mysql":
            return chosen
        nullable = self._expression.nullable
        doubtful = [a for a in arguments if null(a, nullable) is not False]
        if not doubtful:
            return chosen
        tests = " OR ".join(f"{self.text(argument, _ATOM)} IS NULL" for argument in doubtful)
        return f"CASE WHEN {tests} THEN NULL ELSE {chosen} END"  # PostgreSQL leaves out nulls

    def _part(self, function: str, node: Node) -> str:
        text = self.text(node)
        if self._dialect == "mysql":
            return f"{function.upper()}({text})"
        if self._dialect == "sqlite":
            start, length = {"year": (1, 4), "month": (6, 2), "day": (9, 2)}[function]
            return f"CAST(SUBSTR({text}, {start}, {length}) AS INTEGER)"
        if self._kind(node) is Kind.DATETIME:
            text = f"{self.text(node, _ATOM)} AT TIME ZONE 'UTC'"
        return f"CAST(EXTRACT({function.upper()} FROM {text}) AS INTEGER)"

    def _days(self, start: Node, end: Node) -> tuple[str, int]:
        if self._dialect == "mysql":
            return f"DATEDIFF({self.text(end)}, {self.text(start)})", _ATOM
        if self._dialect == "sqlite":
            days = f"JULIANDAY({self.text(end)}) - JULIANDAY({self.text(start)})"
            return f"CAST({days} AS INTEGER)", _ATOM
        return f"{self.text(end, _SUM)} - {self.text(start, _PRODUCT)}", _SUM
