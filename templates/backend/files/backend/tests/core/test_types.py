"""Values come back from every kind of database as they were."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.core.database import make_engine
from app.core.references import display, optional
from app.core.types import Amount, Condition, Duration, Moment, Structure

DIALECTS: list[Dialect] = [make() for make in (postgresql.dialect, mysql.dialect, sqlite.dialect)]
NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)


class Colour(StrEnum):
    """An enum of a row."""

    RED = "red"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: str(dialect.name))
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Moment(), NOON),
        (Duration(), timedelta(hours=1, microseconds=3)),
        (Amount(10, 2), Decimal("12.30")),
        (Structure(list[int]), [1, 2]),
        (Structure(list[str]), None),
        (Moment(), None),
        (Duration(), None),
        (Amount(10, 2), None),
    ],
)
def test_a_value_comes_back_as_it_was(
    kind: TypeDecorator[Any], value: object, dialect: Dialect
) -> None:
    assert kind.load_dialect_impl(dialect) is not None
    stored = kind.process_bind_param(value, dialect)
    assert kind.process_result_value(stored, dialect) == value


def test_moments_are_stored_in_utc() -> None:
    vienna = datetime(2025, 6, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert Moment().process_bind_param(vienna, sqlite.dialect()) == NOON.replace(tzinfo=None)


def test_amounts_have_exactly_their_digits() -> None:
    assert str(Amount(10, 2).process_result_value(0.1, sqlite.dialect())) == "0.10"


def test_a_condition_is_written_as_each_database_needs_it() -> None:
    condition = Condition('"a" > 1', sqlite="a > 1")
    written = [str(condition.compile(dialect=dialect)) for dialect in DIALECTS]
    assert written == ['"a" > 1', "`a` > 1", "a > 1"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("plain", "plain"),
        (Colour.RED, "red"),
        (Decimal("1E+2"), "100"),
        (NOON, "2025-06-02T12:00:00Z"),
        (timedelta(minutes=90), "PT1H30M"),
        (None, "7"),
    ],
)
def test_rows_are_shown_in_words(value: object, words: str) -> None:
    assert display(SimpleNamespace(id=7, name=value), "name") == words
    assert display(SimpleNamespace(id=7), None) == "7"


def test_no_row_is_shown_as_nothing() -> None:
    assert optional(None, "name") is None
    shown = optional(SimpleNamespace(id=7, name="Ada"), "name")
    assert shown is not None
    assert shown.display == "Ada"


def test_engines_of_servers_check_their_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def create(url: str, **options: Any) -> object:
        asked.append(options)
        return SimpleNamespace(dialect=SimpleNamespace(name=url.partition("+")[0]))

    monkeypatch.setattr("app.core.database.create_engine", create)
    make_engine("postgresql+psycopg://h/d")
    make_engine("mysql+pymysql://h/d")
    assert all(options["pool_pre_ping"] and options["hide_parameters"] for options in asked)
    assert "timezone=UTC" in asked[0]["connect_args"]["options"]
    assert "+00:00" in asked[1]["connect_args"]["init_command"]
