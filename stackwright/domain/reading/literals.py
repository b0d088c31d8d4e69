"""Values of fields as they are written in a model: defaults, limits, examples."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from uuid import UUID

import yaml
from pydantic import JsonValue

from stackwright.domain.field import Field, FieldType
from stackwright.domain.reading.nodes import json_value, scalar
from stackwright.domain.suggestion import closest

DURATION = re.compile(
    r"P(?=.)(?:(\d+)W|(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,6})?)S)?)?)"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_LIMITS = {FieldType.INTEGER: 2**31, FieldType.BIGINT: 2**63}


class LiteralError(Exception):
    """Not a value of the type."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_literal(  # noqa: C901  # one branch a kind of type
    node: yaml.Node, field: Field
) -> JsonValue:
    """The value as the model keeps it: JSON, with decimals, moments and durations as text.

    Raises:
        LiteralError: It is no value of the field's type.
    """
    kind = field.type
    if kind is FieldType.JSON:
        return json_value(node)
    if kind is FieldType.POINT:
        return _point(json_value(node))
    if kind is FieldType.LIST:
        if not isinstance(node, yaml.SequenceNode):
            raise LiteralError("The value of a list is a list.", "Write [one, two].")
        item = field.model_copy(update={"type": field.items, "items": None})
        return [read_literal(part, item) for part in node.value]
    if not isinstance(node, yaml.ScalarNode):
        raise LiteralError(f"This is no {kind}.")
    value = scalar(node)
    if value is None:
        raise LiteralError("There is no value.", "Leave the key out.")
    if kind in _SCALARS:
        return _SCALARS[kind](str(node.value).strip(), value)
    if kind is FieldType.ENUM:
        known = [choice.name for choice in field.values]
        if known and node.value not in known:
            hint = closest(node.value, known) or f"There are: {', '.join(known)}."
            raise LiteralError(f"`{node.value[:60]}` is none of the values.", hint)
        return str(node.value)
    if not isinstance(value, str):
        raise LiteralError(f"`{node.value}` is no text.", "Put it in quotes.")
    return value


def comparable(value: JsonValue, kind: FieldType) -> Decimal | date | time | float:
    """A value of an ordered type, read with `read_literal`, in a form that can be compared."""
    text = str(value)
    match kind:
        case FieldType.DATE:
            return date.fromisoformat(text)
        case FieldType.TIME:
            return time.fromisoformat(text)
        case FieldType.DATETIME:
            return datetime.fromisoformat(text).astimezone(UTC)
        case FieldType.DURATION:
            return seconds(text)
        case _:
            return Decimal(text)


def seconds(text: str) -> Decimal:
    """How long an ISO 8601 duration is."""
    found = DURATION.fullmatch(text)
    parts = [Decimal(part or 0) for part in found.groups()] if found else [Decimal(0)] * 5
    weeks, days, hours, minutes, rest = parts
    return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + rest


def _integer(kind: FieldType) -> Callable[[str, object], JsonValue]:
    limit = _LIMITS[kind]

    def read(text: str, value: object) -> JsonValue:
        if not isinstance(value, int) or isinstance(value, bool):
            raise LiteralError(f"`{text}` is no whole number.", "Write digits alone, such as 12.")
        if not -limit <= value < limit:
            hint = "Use the type bigint." if limit == 2**31 else "Use the type decimal."
            raise LiteralError(f"{text} does not fit into the type {kind}.", hint)
        return value

    return read


def _float(text: str, value: object) -> JsonValue:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise LiteralError(f"`{text}` is no number.")
    if abs(value) > 1e300:
        raise LiteralError(f"{text} does not fit into the type float.")
    return value


def _decimal(text: str, value: object) -> JsonValue:
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        raise LiteralError(f"`{text}` is no number.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise LiteralError(f"`{text}` is no number.") from None
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise LiteralError(f"`{text}` is no usable number.")
    return f"{number:f}"


def _boolean(text: str, value: object) -> JsonValue:
    if not isinstance(value, bool):
        raise LiteralError(f"`{text}` is neither true nor false.", "Write true or false.")
    return value


def _date(text: str, _: object) -> JsonValue:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise LiteralError(f"`{text}` is no date.", "Write 2024-01-31.") from None


def _time(text: str, _: object) -> JsonValue:
    try:
        read = time.fromisoformat(text)
    except ValueError:
        raise LiteralError(f"`{text}` is no time.", 'Write "09:30" or "09:30:15".') from None
    if read.tzinfo is not None:
        raise LiteralError("A time has no zone.", "Use the type datetime.")
    return read.isoformat()


def _datetime(text: str, _: object) -> JsonValue:
    example = "Write 2024-01-31T09:30:00Z."
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise LiteralError(f"`{text}` is no moment.", example) from None
    if read.tzinfo is None:
        raise LiteralError(f"`{text}` has no zone.", example)
    if not 1 < read.year < 9999:  # so that no zone moves it out of the calendar
        raise LiteralError(f"`{text}` is too far away.", example)
    return read.isoformat()


def _duration(text: str, _: object) -> JsonValue:
    if not DURATION.fullmatch(text):
        example = "Write ISO 8601: PT1H30M, P2D."
        raise LiteralError(f"`{text}` is no duration.", example)
    return text


def _uuid(text: str, _: object) -> JsonValue:
    try:
        return str(UUID(text))
    except ValueError:
        raise LiteralError(f"`{text}` is no UUID.") from None


def _email(text: str, _: object) -> JsonValue:
    if not _EMAIL.fullmatch(text):
        raise LiteralError(f"`{text}` is no email address.", "Write ann@example.org.")
    return text


def _url(text: str, _: object) -> JsonValue:
    if not _URL.fullmatch(text):
        raise LiteralError(f"`{text}` is no web address.", "Write https://example.org/page.")
    return text


def _point(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict) or set(value) != {"lat", "lng"}:
        raise LiteralError(
            "A point has a latitude and a longitude.", "Write {lat: 48.2, lng: 16.4}."
        )
    for name, most in (("lat", 90), ("lng", 180)):
        number = value[name]
        if not isinstance(number, int | float) or isinstance(number, bool) or abs(number) > most:
            raise LiteralError(f"`{name}` is a number from -{most} to {most}.")
    return value


_SCALARS: dict[FieldType, Callable[[str, object], JsonValue]] = {
    FieldType.INTEGER: _integer(FieldType.INTEGER),
    FieldType.BIGINT: _integer(FieldType.BIGINT),
    FieldType.FLOAT: _float,
    FieldType.DECIMAL: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
    FieldType.DATETIME: _datetime,
    FieldType.DURATION: _duration,
    FieldType.UUID: _uuid,
    FieldType.EMAIL: _email,
    FieldType.URL: _url,
}
