"""What stands behind the equals sign of a field in a schema, and values as Python source."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from stackwright.domain.field import MOMENTS, Field, FieldType
from stackwright.generation.backend.classes import Owner, enum_class
from stackwright.generation.backend.models import member
from stackwright.generation.samples.native import native
from stackwright.rendering.text import py_str


def default(field: Field, owner: Owner, uses: set[str]) -> tuple[str, list[str] | None] | None:
    """What stands behind the equals sign."""
    if field.default is None:
        return None
    if field.default == "now" and field.type in MOMENTS:
        uses.add("Field")
        make = {"datetime": "now", "date": "today", "time": "time_of_day"}[field.type.value]
        return "Field", [f"default_factory=values.{make}"]
    if field.default == "uuid" and field.type is FieldType.UUID:
        uses |= {"Field", "uuid4"}
        return "Field", ["default_factory=uuid4"]
    if field.type is FieldType.ENUM:
        return f"{enum_class(owner, field.name)}.{member(str(field.default))}", None
    value = native(field, field.default)
    if value is None:
        return None
    if field.type is FieldType.LIST and field.items is FieldType.ENUM:
        cls = enum_class(owner, field.name)
        shown = f"[{', '.join(f'{cls}.{member(str(item))}' for item in value)}]"
    elif field.type is FieldType.POINT:
        shown = f"values.Point(lat={value['lat']}, lng={value['lng']})"
        return shown.partition("(")[0], [f"lat={value['lat']}", f"lng={value['lng']}"]
    else:
        shown = literal(value, uses)
    if field.type is FieldType.BIGINT:  # OpenAPI shows it as the text that JSON carries
        uses.add("Field")
        return "Field", [f"default={shown}", f'json_schema_extra={{"default": "{shown}"}}']
    if isinstance(value, (list, dict)):
        uses.add("Field")
        return "Field", [f"default_factory=lambda: {shown}"]
    return shown, None


def literal(value: Any, uses: set[str]) -> str:
    """A native value as Python source."""
    if isinstance(value, Decimal):
        uses.add("Decimal")
        return f'Decimal("{value}")'
    if isinstance(value, datetime):
        uses |= {"datetime", "UTC"}
        moment = value.astimezone(UTC)
        parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
        return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)"
    if isinstance(value, date):
        uses.add("date")
        return f"date({value.year}, {value.month}, {value.day})"
    if isinstance(value, time):
        uses.add("time")
        clock = [value.hour, value.minute, *([value.second] if value.second else [])]
        return f"time({', '.join(map(str, clock))})"
    if isinstance(value, timedelta):
        uses.add("timedelta")
        given = zip(("days", "seconds", "microseconds"), _parts(value), strict=True)
        return f"timedelta({', '.join(f'{unit}={number}' for unit, number in given if number)})"
    if isinstance(value, UUID):
        uses.add("UUID")
        return f'UUID("{value}")'
    if isinstance(value, str):
        return py_str(value)
    if isinstance(value, list):
        return f"[{', '.join(literal(item, uses) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{py_str(str(key))}: {literal(item, uses)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return repr(value)


def _parts(length: timedelta) -> tuple[int, int, int]:
    """Days, seconds and microseconds, all of one sign."""
    if length < timedelta():
        days, seconds, micros = _parts(-length)
        return -days, -seconds, -micros
    return length.days, length.seconds, length.microseconds
