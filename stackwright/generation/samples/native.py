"""Values as Python knows them and as JSON carries them, for every field type."""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import JsonValue, TypeAdapter, ValidationError

from stackwright.domain.field import Field, FieldType

BASE_DATE = date(2025, 6, 2)  # "today" of all sample data, so that it never changes
BASE_TIME = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)

INTEGER_MAX = 2**31 - 1
BIGINT_MAX = 2**63 - 1
DECIMAL_DEFAULT = (12, 2)  # precision and scale of a decimal that names none
STRING_MAX = 255  # characters of a string, e-mail or URL that names no limit

_WIDE = Context(prec=80)
_DURATION = TypeAdapter(timedelta)
_ADAPTERS: dict[FieldType, TypeAdapter[Any]] = {
    FieldType.DATE: TypeAdapter(date),
    FieldType.TIME: TypeAdapter(time),
    FieldType.DATETIME: TypeAdapter(datetime),
    FieldType.DURATION: _DURATION,
    FieldType.UUID: TypeAdapter(UUID),
}


def item_field(field: Field) -> Field:
    """One item of a list field, as a field of its own; the list's lengths do not apply to it."""
    return field.model_copy(
        update={
            "type": field.items or FieldType.STRING,
            "items": None,
            "min_length": None,
            "max_length": None,
            "examples": (),
            "required": True,
            "unique": False,
            "default": None,
        }
    )


def precision_scale(field: Field) -> tuple[int, int]:
    """Digits in all and digits after the point of a decimal field."""
    precision, scale = DECIMAL_DEFAULT
    if field.precision is not None:
        precision, scale = field.precision, field.scale or 0
    elif field.scale is not None:
        scale = field.scale
    return precision, scale


def native(field: Field, raw: JsonValue) -> Any:
    """A value from the model (default, limit, example) as Python knows it; None when it is not one."""
    if raw is None:
        return None
    try:
        return _native(field, raw)
    except (ValidationError, ValueError, TypeError, InvalidOperation):
        return None


def _native(field: Field, raw: Any) -> Any:
    kind = field.type
    if kind is FieldType.LIST:
        item = item_field(field)
        return [_native(item, entry) for entry in raw] if isinstance(raw, list) else None
    if kind is FieldType.DECIMAL:
        return _scaled(Decimal(str(raw)), precision_scale(field)[1])
    if kind in (FieldType.INTEGER, FieldType.BIGINT):
        if not isinstance(raw, str) and raw != int(raw):
            raise ValueError(raw)
        return int(raw)
    if kind is FieldType.FLOAT:
        return float(raw)
    if kind is FieldType.DATETIME:
        moment: datetime = _ADAPTERS[kind].validate_python(str(raw))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind in _ADAPTERS:
        return _ADAPTERS[kind].validate_python(str(raw))
    if kind in (FieldType.JSON, FieldType.POINT, FieldType.BOOLEAN):
        return raw
    return str(raw)


def rounded(value: Decimal, scale: int, rounding: str | None = None) -> Decimal:
    """The number with so many digits after the point, however many stand before it."""
    return value.quantize(Decimal(1).scaleb(-scale), rounding, _WIDE)


def _scaled(value: Decimal, scale: int) -> Decimal:
    """The number with all digits of its scale; as it is when it has more."""
    scaled = rounded(value, scale)
    return scaled if scaled == value else value


def is_said(field: Field, value: object) -> bool:
    """Whether a sample names the value: an empty one only where the default would come instead."""
    return value is not None or field.default is not None


def as_json(field: Field, value: Any) -> JsonValue:
    """The value as the generated API carries it."""
    if value is None:
        return None
    kind = field.type
    if kind is FieldType.LIST:
        item = item_field(field)
        return [as_json(item, entry) for entry in value]
    if kind is FieldType.DECIMAL:
        _, scale = precision_scale(field)
        return format(rounded(Decimal(value), scale), "f")
    if kind is FieldType.BIGINT:
        return str(value)
    if kind is FieldType.DATETIME:
        moment: datetime = value.astimezone(UTC)
        return moment.replace(tzinfo=None).isoformat() + "Z"
    if kind in (FieldType.DATE, FieldType.TIME):
        text: str = value.isoformat()
        return text
    if kind is FieldType.DURATION:
        return str(_DURATION.dump_python(value, mode="json"))
    if kind is FieldType.UUID:
        return str(value)
    result: JsonValue = value
    return result


def limits(field: Field) -> tuple[Any, Any]:
    """The smallest and largest value that the field's type and rules allow (None: no limit)."""
    low, high = native(field, field.min), native(field, field.max)
    if field.type is FieldType.INTEGER:
        low, high = _inner(low, -INTEGER_MAX - 1, max), _inner(high, INTEGER_MAX, min)
        if isinstance(field.min, float):
            low = math.ceil(field.min)
    elif field.type is FieldType.BIGINT:
        low, high = _inner(low, -BIGINT_MAX - 1, max), _inner(high, BIGINT_MAX, min)
    elif field.type is FieldType.DECIMAL:
        precision, scale = precision_scale(field)
        most = (Decimal(10) ** precision - 1).scaleb(-scale)
        low, high = _inner(low, -most, max), _inner(high, most, min)
    return low, high


def lengths(field: Field) -> tuple[int, int]:
    """The least and most characters of a text, or items of a list."""
    least = field.min_length or 0
    if field.type is FieldType.LIST:
        return least, field.max_length if field.max_length is not None else max(least, 20)
    if field.type is FieldType.TEXT:
        return least, field.max_length if field.max_length is not None else max(least, 2000)
    return least, field.max_length if field.max_length is not None else max(least, STRING_MAX)


def _inner(value: Any, bound: Any, choose: Any) -> Any:
    return bound if value is None else choose(value, bound)
