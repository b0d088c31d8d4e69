"""Values as the API carries them: what is accepted, and how it is shown."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    HttpUrl,
    PlainSerializer,
    Strict,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HTTP_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
_LONGEST = timedelta(days=36_500_000)
_DEEPEST = 32
_MOST_DIGITS = 300
_WIDE = Context(prec=80)


class Input(BaseModel):
    """What clients send: fields that do not exist are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Output(BaseModel):
    """What clients get."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Point(BaseModel):
    """A place on the earth (WGS 84)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lat: Annotated[float, Strict(), Field(ge=-90, le=90, allow_inf_nan=False)]
    lng: Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)]


class Matches:
    """A text of which the whole matches a regular expression, read as JavaScript reads it: `\\w` is ASCII."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern, re.ASCII)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: Callable[[Any], CoreSchema]
    ) -> CoreSchema:
        """The rule as Pydantic applies it."""
        from pydantic_core import core_schema  # noqa: PLC0415 - only models need it

        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The rule as OpenAPI states it."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, value: str) -> str:
        if not self._compiled.fullmatch(value):
            raise ValueError("does not match the pattern")
        return value


def _plain(value: str) -> str:
    if "\x00" in value:
        raise ValueError("contains a character that texts cannot have")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value


def _url(value: str) -> str:
    if not value.lower().startswith(("http://", "https://")):
        raise ValueError("does not begin with http:// or https://")
    _HTTP_URL.validate_python(value)
    return value


def _written(value: object) -> object:
    if not isinstance(value, str) or len(value) > 100:
        raise ValueError("is not written as a text of ISO 8601")
    return value


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("is not a date such as 2025-06-02")
    return value


def _time(value: object) -> object:
    return value if isinstance(value, time) else _written(value)


def _datetime(value: object) -> object:
    return value if isinstance(value, datetime) else _written(value)


def _duration(value: object) -> object:
    return value if isinstance(value, timedelta) else _written(value)


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is beyond the calendar") from error


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("is a time of day, and has no zone")
    return value


def _bounded(value: timedelta) -> timedelta:
    if abs(value) > _LONGEST:
        raise ValueError("is longer than 100,000 years")
    return value


def _number(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and len(value) > _MOST_DIGITS):
        raise ValueError("is not a number")
    if isinstance(value, float):
        return str(value)
    return value


def _whole(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is not a whole number")
    return value


def _fixed(value: Decimal) -> str:
    return format(value, "f")


def _json(value: object) -> object:
    _check_json(value, 0)
    return value


def _check_json(value: object, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"is nested more than {_DEEPEST} levels deep")
    if isinstance(value, str):
        _plain(value)
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError("contains half a character") from error
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("contains a number that JSON does not know")
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("contains a number of more than 64 bits")
    elif isinstance(value, list):
        for item in value:
            _check_json(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_json(key, depth + 1)
            _check_json(item, depth + 1)


PlainText = AfterValidator(_plain)  # no NUL, which databases refuse
EmailAddress = AfterValidator(_email)
WebAddress = AfterValidator(_url)

Text = Annotated[str, PlainText]
Integer = Annotated[int, Strict(), Field(ge=-(2**31), le=2**31 - 1)]
BigInteger = Annotated[
    int,
    BeforeValidator(_whole),
    Field(ge=-(2**63), le=2**63 - 1),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,19}$"}),
]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
DecimalNumber = Annotated[
    Decimal,
    BeforeValidator(_number),
    PlainSerializer(_fixed, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]
Boolean = Annotated[bool, Strict()]
Date = Annotated[date, BeforeValidator(_date)]
ClockTime = Annotated[time, BeforeValidator(_time), AfterValidator(_without_zone)]
Moment = Annotated[AwareDatetime, BeforeValidator(_datetime), AfterValidator(_utc)]
Duration = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_bounded)]
Json = Annotated[Any, AfterValidator(_json)]


def as_decimal(value: Decimal | float | None, scale: int) -> Decimal | None:
    """A computed number with these digits after the point; None when it is none, or too long."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    try:
        return exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _WIDE)
    except InvalidOperation:
        return None


def as_float(value: Decimal | float | None) -> float | None:
    """A computed number as JSON carries it; None when there is none."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def as_whole(value: Decimal | float | None) -> int | None:
    """A computed whole number; None when there is none."""
    return None if value is None else int(value)


def today() -> date:
    """The current day in UTC."""
    return now().date()


def time_of_day() -> time:
    """The current time of day in UTC, to the second."""
    return now().time().replace(microsecond=0)


def now() -> datetime:
    """The current moment in UTC."""
    return datetime.now(UTC)
