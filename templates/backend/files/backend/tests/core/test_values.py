"""Values as clients write them: what every type refuses."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core import values

EMAIL = Annotated[str, values.EmailAddress]
URL = Annotated[str, values.WebAddress]
CODE = Annotated[str, values.Matches("[A-Z]{2}")]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (values.Text, "a\x00b"),
        (values.Integer, "12"),
        (values.Integer, 2**31),
        (values.BigInteger, True),
        (values.BigInteger, "1.5"),
        (values.BigInteger, str(2**63)),
        (values.Number, "1.5"),
        (values.Number, float("inf")),
        (values.DecimalNumber, True),
        (values.DecimalNumber, "NaN"),
        (values.DecimalNumber, "1" * 400),
        (values.Boolean, "true"),
        (values.Date, "2025-6-2"),
        (values.Date, 20250602),
        (values.ClockTime, 900),
        (values.ClockTime, "09:30:00Z"),
        (values.Moment, "2025-06-02T09:30:00"),
        (values.Moment, "0001-01-01T00:00:00+14:00"),
        (values.Duration, 90),
        (values.Duration, "P99999999999D"),
        (values.Json, {"a": "\x00"}),
        (values.Json, ["\ud800"]),
        (values.Json, float("nan")),
        (values.Json, 2**70),
        (EMAIL, "ada@"),
        (URL, "ftp://example.com"),
        (CODE, "AB\n"),
        (values.Point, {"lat": 91.0, "lng": 0.0}),
    ],
)
def test_a_value_that_is_none_of_its_type_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (values.BigInteger, "-9007199254740993", -9007199254740993),
        (values.DecimalNumber, 0.1, Decimal("0.1")),
        (values.Date, date(2025, 6, 2), date(2025, 6, 2)),
        (values.ClockTime, "09:30:00", time(9, 30)),
        (values.Moment, "2025-06-02T11:30:00+02:00", datetime(2025, 6, 2, 9, 30, tzinfo=UTC)),
        (values.Duration, "PT1H30M", timedelta(hours=1, minutes=30)),
        (values.Json, {"a": [1, None]}, {"a": [1, None]}),
        (EMAIL, "ada@example.com", "ada@example.com"),
        (URL, "https://example.com/a?b=c", "https://example.com/a?b=c"),
        (CODE, "AB", "AB"),
    ],
)
def test_a_value_of_its_type_is_accepted(kind: Any, value: object, expected: object) -> None:
    assert TypeAdapter(kind).validate_python(value) == expected


def test_deep_json_is_refused() -> None:
    deep: object = "end"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(ValidationError, match="nested"):
        TypeAdapter(values.Json).validate_python(deep)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.005"), Decimal("1.01")),
        (2.5, Decimal("2.50")),
        (float("inf"), None),
        (None, None),
        (Decimal("1e90"), None),
    ],
)
def test_computed_decimals_are_rounded(value: Any, expected: object) -> None:
    assert values.as_decimal(value, 2) == expected


def test_computed_numbers_can_be_missing() -> None:
    assert values.as_float(None) is None
    assert values.as_float(float("nan")) is None
    assert values.as_float(Decimal("1.5")) == 1.5
    assert values.as_whole(None) is None
    assert values.as_whole(Decimal("7.0")) == 7
    assert values.today() == values.now().date()
    assert values.time_of_day().microsecond == 0
