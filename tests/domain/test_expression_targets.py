"""Printed expressions mean what `evaluate` says: in Python, in SQLite, and for every null."""

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from stackwright.domain.expression import Expression, Operand, evaluate, typed
from stackwright.domain.expression_targets import (
    Marks,
    python_imports,
    to_python,
    to_sql,
    to_typescript,
    typescript_helpers,
)
from stackwright.domain.field import FieldType

FIELDS = (
    Operand(name="a", type=FieldType.INTEGER),
    Operand(name="b", type=FieldType.INTEGER, nullable=False),
    Operand(name="p", type=FieldType.DECIMAL),
    Operand(name="q", type=FieldType.DECIMAL, nullable=False),
    Operand(name="f", type=FieldType.FLOAT),
    Operand(name="d", type=FieldType.DATE),
    Operand(name="e", type=FieldType.DATE, nullable=False),
    Operand(name="m", type=FieldType.DATETIME),
    Operand(name="h", type=FieldType.TIME),
    Operand(name="l", type=FieldType.DURATION),
    Operand(name="t", type=FieldType.STRING),
    Operand(name="u", type=FieldType.STRING, nullable=False),
    Operand(name="s", type=FieldType.ENUM, values=("draft", "sold")),
    Operand(name="ok", type=FieldType.BOOLEAN),
    Operand(name="on", type=FieldType.BOOLEAN, nullable=False),
    Operand(name="big", type=FieldType.BIGINT),
    Operand(name="tags", type=FieldType.LIST),
)
NAMES = {"datetime": datetime, "date": date, "UTC": UTC, "Decimal": Decimal}


def read(text: str) -> Expression:
    expression, problems = typed(text, FIELDS)
    assert expression is not None, problems
    return expression


def check(text: str, python: str, typescript: str, sql: str) -> None:
    """What an expression becomes, with the accessors left out."""
    expression = read(text)
    assert to_python(expression, "") == python
    assert to_typescript(expression, "") == typescript
    assert to_sql(expression, "postgresql").replace('"', "") == sql


@pytest.mark.parametrize(
    ("text", "python", "typescript", "sql"),
    [
        ("d >= e", "d is None or d >= e", "!d || d >= e", "d >= e"),
        ("b > 0", "b > 0", "b > 0", "b > 0"),
        (
            "not (a < 3 and ok)",
            "a is None or a >= 3 or ok is None or not ok",
            "a == null || a >= 3 || ok == null || !ok",
            "NOT (a < 3 AND ok)",
        ),
        (
            "d is not null and d > e",
            "d is not None and d > e",
            "!!d && d > e",
            "d IS NOT NULL AND d > e",
        ),
        (
            "d is null or d > e",
            "d is None or d > e",
            "!d || d > e",
            "d IS NULL OR d > e",
        ),
        (
            "s in ['draft', 'sold']",
            's is None or s in ("draft", "sold")',
            '!s || ["draft", "sold"].includes(s)',
            "s IN ('draft', 'sold')",
        ),
        (
            "not s in ['sold']",
            's is None or s not in ("sold",)',
            '!s || !["sold"].includes(s)',
            "NOT (s IN ('sold'))",
        ),
        (
            "q * b <= 10.5",
            'q * b <= Decimal("10.5")',
            "Number(q) * b - 10.5 < 1e-9",
            "q * b <= 10.5",
        ),
        (
            "days_between(e, d) < 30",
            "d is None or (d - e).days < 30",
            "!d || (Date.parse(d) - Date.parse(e)) / 86400000 < 30",
            "d - e < 30",
        ),
        (
            "b / b > 1",
            "b == 0 or Decimal(b) / b > 1",
            "b === 0 || b / b - 1 > 1e-9",
            "CAST(b AS NUMERIC) / NULLIF(b, 0) > 1",
        ),
        (
            "coalesce(a, b) = 1",
            "(a if a is not None else b) == 1",
            "(a ?? b) === 1",
            "COALESCE(a, b) = 1",
        ),
        (
            "coalesce(a, big) = 1",
            "(a is not None and a == 1) or (a is None and (big is None or big == 1))",
            "(a != null && a === 1) || (a == null && (!big || Number(big) === 1))",
            "COALESCE(a, big) = 1",
        ),
        ("ok", "ok is None or ok", "ok == null || ok", "ok"),
        ("true or on", "True", "true", "TRUE OR on"),
        ("u = 'it''s'", 'u == "it\'s"', 'u === "it\'s"', "u = 'it''s'"),
        (
            "year(m) = 2024",
            "m is None or m.astimezone(UTC).year == 2024",
            "!m || new Date(Date.parse(m)).getUTCFullYear() === 2024",
            "CAST(EXTRACT(YEAR FROM m AT TIME ZONE 'UTC') AS INTEGER) = 2024",
        ),
        (
            "e <= date '2024-02-29'",
            "e <= date(2024, 2, 29)",
            'e <= "2024-02-29"',
            "e <= DATE '2024-02-29'",
        ),
        (
            "h = h",
            "h is None or h == h",
            "!h || `${h}:00`.slice(0, 8) === `${h}:00`.slice(0, 8)",
            "h = h",
        ),
        ("tags is not null", "tags is not None", "tags != null", "tags IS NOT NULL"),
        (
            "max(a, b) = 2",
            "a is None or max(a, b) == 2",
            "a == null || Math.max(a, b) === 2",
            "CASE WHEN a IS NULL THEN NULL ELSE GREATEST(a, b) END = 2",
        ),
        (
            "max(d, e) = e",
            "d is None or max(d, e) == e",
            "!d || [d, e].reduce((one, two) => (one > two ? one : two)) === e",
            "CASE WHEN d IS NULL THEN NULL ELSE GREATEST(d, e) END = e",
        ),
        (
            "-a % 3 * 2 = b",
            "a is None or int(Decimal(-a) % 3) * 2 == b",
            "a == null || (-a % 3) * 2 === b",
            "MOD(-a, 3) * 2 = b",
        ),
        (
            "round(f, 2) != q",
            'f is None or float(Decimal(str(f)).quantize(Decimal("0.01"), ROUND_HALF_UP, Context(prec=80)))'
            " != float(q)",
            "f == null || Math.round(Number((f * 100).toPrecision(15))) / 100 !== Number(q)",
            "CAST(ROUND(CAST(f AS NUMERIC), 2) AS DOUBLE PRECISION) <> q",
        ),
    ],
)
def test_a_condition_passes_when_it_is_not_definitely_false(
    text: str, python: str, typescript: str, sql: str
) -> None:
    check(text, python, typescript, sql)


@pytest.mark.parametrize(
    ("text", "python", "typescript", "sql"),
    [
        ("q * 1.1", 'q * Decimal("1.1")', "Number(q) * 1.1", "q * 1.1"),
        ("p", "None if p is None else p", "!p ? null : Number(p)", "p"),
        (
            "coalesce(a, p)",
            "(None if p is None else p) if a is None else (Decimal(a))",
            "a != null ? a : !p ? null : Number(p)",
            "COALESCE(a, p)",
        ),
        (
            "concat(u, ' ', trim(t))",
            'None if t is None else u + " " + t.strip(" ")',
            '!t ? null : u + " " + t.replace(/^ +| +$/g, "")',
            "u || ' ' || TRIM(t)",
        ),
        (
            "len(upper(u)) + abs(b)",
            "len(u.upper()) + abs(b)",
            "[...u.toUpperCase()].length + Math.abs(b)",
            "LENGTH(UPPER(u)) + ABS(b)",
        ),
        ("round(b)", "b", "b", "ROUND(b, 0)"),
        (
            "round(q)",
            "q.quantize(Decimal(1), ROUND_HALF_UP, Context(prec=80))",
            "Math.round(Number(q))",
            "ROUND(q, 0)",
        ),
        (
            "month(e) * 100 + day(e)",
            "e.month * 100 + e.day",
            "Number(e.slice(5, 7)) * 100 + Number(e.slice(8, 10))",
            "CAST(EXTRACT(MONTH FROM e) AS INTEGER) * 100 + CAST(EXTRACT(DAY FROM e) AS INTEGER)",
        ),
        (
            "q * (b - 1) / 4 * 2",
            "q * (b - 1) / 4 * 2",
            "((Number(q) * (b - 1)) / 4) * 2",
            "q * (b - 1) / 4 * 2",
        ),
        (
            "b + b % 2",
            "b + int(Decimal(b) % 2)",
            "b + (b % 2)",
            "b + MOD(b, 2)",
        ),
        ("f * q", "None if f is None else f * float(q)", "f == null ? null : f * Number(q)", "f * q"),
        ("min(f, b)", "None if f is None else min(f, float(b))", "f == null ? null : Math.min(f, b)",
         "CASE WHEN f IS NULL THEN NULL ELSE LEAST(f, b) END"),
        ("lower(u)", "u.lower()", "u.toLowerCase()", "LOWER(u)"),
        ("-(b + 1)", "-(b + 1)", "-(b + 1)", "-(b + 1)"),
    ],
)  # fmt: skip
def test_a_value_is_null_when_one_of_its_operands_is(
    text: str, python: str, typescript: str, sql: str
) -> None:
    check(text, python, typescript, sql)


@pytest.mark.parametrize(
    ("text", "python", "typescript"),
    [
        ("b > 1", "b > 1", "b > 1"),
        (
            "a > 1",
            "(a is not None and a > 1) or None if a is None or a > 1 else False",
            "a == null || a > 1 ? (a != null && a > 1) || null : false",
        ),
        ("ok", "None if ok is None else ok", "ok == null ? null : ok"),
        ("coalesce(ok, on)", "ok if ok is not None else on", "ok ?? on"),
        ("d is null", "d is None", "!d"),
    ],
)
def test_a_computed_condition_has_three_values(text: str, python: str, typescript: str) -> None:
    expression = read(text)
    assert to_python(expression, "", value=True) == python
    written = to_typescript(expression, "", value=True).replace("(a != null && a > 1)", "PAIR")
    assert written.replace("a != null && a > 1", "PAIR") == typescript.replace(
        "(a != null && a > 1)", "PAIR"
    )


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("mysql", "`e` <= DATE '2024-02-29' AND CHAR_LENGTH(CONCAT(`u`, 'a\\\\b')) = YEAR(`e`)"),
        (
            "sqlite",
            '"e" <= \'2024-02-29\' AND LENGTH("u" || \'a\\b\') = CAST(SUBSTR("e", 1, 4) AS INTEGER)',
        ),
    ],
)
def test_each_database_has_its_own_spelling(dialect: Any, expected: str) -> None:
    text = "e <= date '2024-02-29' and len(concat(u, 'a\\b')) = year(e)"
    assert to_sql(read(text), dialect) == expected


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_no_percent_sign_reaches_a_database_driver(dialect: Any) -> None:
    for text in ("a % 3 = 1", "p % q > 1", "year(m) = month(e)", "days_between(d, e) = 1"):
        assert "%" not in to_sql(read(text), dialect)


def test_the_current_day_and_moment_can_be_asked_of_every_target() -> None:
    expression = read("d <= today() and m <= now()")
    assert not expression.is_deterministic
    assert (
        to_python(expression, "")
        == "(d is None or d <= datetime.now(UTC).date()) and (m is None or m <= datetime.now(UTC))"
    )
    assert "new Date().toISOString().slice(0, 10)" in to_typescript(expression)
    assert "UTC_DATE()" in to_sql(expression, "mysql")
    assert "DATE('now')" in to_sql(expression, "sqlite")
    assert "NOW()" in to_sql(expression, "postgresql")


def test_imports_and_helpers_are_named() -> None:
    assert python_imports(read("round(q, 2) > 1.5")) == (
        ("decimal", "Context"),
        ("decimal", "Decimal"),
        ("decimal", "ROUND_HALF_UP"),
    )
    assert python_imports(read("a > 1")) == ()
    assert typescript_helpers(read("l > l")) == ("durationSeconds",)
    assert typescript_helpers(read("a > 1")) == ()
    assert to_typescript(read("l is null or l <= l")) == (
        "!values.l || durationSeconds(values.l) <= durationSeconds(values.l)"
    )


def test_sqlite_and_javascript_forgive_binary_fractions_what_decimals_do_not_have() -> None:
    row = {"q": Decimal("0.1"), "b": 3, "p": Decimal("0.3")}
    for text, expected in {
        "q * b = p": True,
        "q * b != p": False,
        "q * b <= p": True,
        "q * b > p": False,
        "p >= q * b": True,
        "p < q * b": False,
        "q * b + 1 > p": True,
    }.items():
        expression = read(text)
        assert evaluate(expression, row) is expected
        sql = f"SELECT {to_sql(expression, 'sqlite')} FROM (SELECT 0.1 AS q, 3 AS b, 0.3 AS p)"
        database = sqlite3.connect(":memory:")
        assert database.execute(sql).fetchone() == (int(expected),), sql
        database.close()


def test_untyped_names_are_taken_as_nullable_values() -> None:
    expression = Expression(text="sale_starts_on >= published_on")
    assert to_python(expression) == (
        "data.sale_starts_on is None or data.published_on is None "
        "or data.sale_starts_on >= data.published_on"
    )


def test_a_layout_mark_can_stand_where_a_long_condition_breaks() -> None:
    expression = read("d >= e and b > 1")
    assert to_python(expression, "", marks=Marks(line="¶")) == ("(d¶is None¶or d¶>= e)¶and b¶> 1")
    assert to_typescript(expression, "", line="¶") == "(!d ||¶d >= e) &&¶b > 1"
