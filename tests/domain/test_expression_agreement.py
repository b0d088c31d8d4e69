"""What is printed for Python and SQLite says the same as the evaluation."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isclose
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.expression import evaluate, typed
from stackwright.domain.expression_targets import (
    to_python,
    to_sql,
)
from tests.domain.test_expression_targets import FIELDS, NAMES, read

numbers = st.sampled_from(
    ["a", "b", "p", "q", "2", "0.5", "3", "len(u)", "abs(a)", "coalesce(p, 1)"]
)
values = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
        st.tuples(inner, inner).map(lambda x: f"coalesce({x[0]}, {x[1]})"),
        st.tuples(inner, inner).map(lambda x: f"max({x[0]}, {x[1]})"),
    ),
    max_leaves=4,
)
comparisons = st.one_of(
    st.tuples(values, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), values).map(" ".join),
    st.sampled_from(
        """ok; on; d >= e; d is null; t = u; s = 'sold'; s not in ['draft']; a is not null;
        days_between(d, e) > 2; coalesce(ok, on); year(d) = 2024""".split(";")
    ),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map(lambda x: f"not ({x})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda x: f"({x[0]}) {x[1]} ({x[2]})"
        ),
    ),
    max_leaves=5,
)
rows = st.fixed_dictionaries(
    {
        "a": st.none() | st.integers(-5, 5),
        "b": st.integers(-5, 5),
        "p": st.none() | st.decimals(-4, 4, places=1),
        "q": st.decimals(-4, 4, places=1),
        "d": st.none() | st.dates(date(2023, 12, 25), date(2024, 1, 9)),
        "e": st.dates(date(2023, 12, 25), date(2024, 1, 9)),
        "t": st.none() | st.sampled_from(["x", "it's"]),
        "u": st.sampled_from(["x", "it's", ""]),
        "s": st.none() | st.sampled_from(["draft", "sold"]),
        "ok": st.none() | st.booleans(),
        "on": st.booleans(),
    }
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(conditions, rows)
def test_python_passes_a_row_unless_the_condition_is_false(text: str, row: dict[str, Any]) -> None:
    expression, problems = typed(text, FIELDS)
    if expression is None:  # such as a division by the literal zero
        assert problems
        return
    expected = evaluate(expression, row)
    names = {**NAMES, "ROUND_HALF_UP": "ROUND_HALF_UP", "data": SimpleNamespace(**row)}
    assert bool(eval(to_python(expression), names)) is (expected is not False)
    assert eval(to_python(expression, value=True), names) is expected


@settings(max_examples=200, deadline=None, derandomize=True)
@given(conditions, rows)
def test_sqlite_agrees_about_all_three_values(text: str, row: dict[str, Any]) -> None:
    expression, _ = typed(text, FIELDS)
    if expression is None or re.search(r"[/%]", text):  # binary fractions differ in the last digit
        return
    columns = ", ".join(f'? AS "{name}"' for name in row)
    native = [
        float(v) if isinstance(v, Decimal) else str(v) if isinstance(v, date) else v
        for v in row.values()
    ]
    database = sqlite3.connect(":memory:")
    sql = f"SELECT {to_sql(expression, 'sqlite')} FROM (SELECT {columns})"
    (found,) = database.execute(sql, native).fetchone()
    database.close()
    expected = evaluate(expression, row)
    assert (None if found is None else bool(found)) is expected


@settings(max_examples=150, deadline=None, derandomize=True)
@given(values, rows)
def test_python_computes_the_same_number(text: str, row: dict[str, Any]) -> None:
    expression, _ = typed(text, FIELDS)
    if expression is None:
        return
    expected: Any = evaluate(expression, row)
    found = eval(to_python(expression), {**NAMES, "data": SimpleNamespace(**row)})
    assert (found is None) is (expected is None)
    assert found is None or isclose(found, expected)


def test_evaluation_knows_moments_durations_and_texts() -> None:
    row = {
        "m": datetime(2024, 1, 1, 0, 30, tzinfo=UTC),
        "l": timedelta(minutes=30),
        "u": " Ab ",
        "f": 0.125,
        "b": -7,
        "q": Decimal("2.5"),
    }
    for text, expected in {
        "year(m)": 2024,
        "lower(trim(u))": "ab",
        "upper(u)": " AB ",
        "round(f, 2)": 0.13,
        "round(q)": Decimal(3),
        "round(b, 2)": -7,
        "b % 5": -2,
        "b / 2": Decimal("-3.5"),
        "q % 2": Decimal("0.5"),
        "min(q, b)": -7,
        "f * q": 0.3125,
        "l = l": True,
        "concat(u, t)": None,
        "-b": 7,
        "-a": None,
        "today()": None,
        "now()": None,
        "f = 0.125": True,
        "0.125 = f": True,
        "b / (b + 7)": None,
    }.items():
        assert evaluate(read(text), row) == expected, text
    now = datetime(2024, 5, 1, tzinfo=UTC)
    assert evaluate(read("today()"), {}, now) == date(2024, 5, 1)
    assert evaluate(read("m < now()"), row, now) is True
