"""Cases for tests: for every rule of a field the values that just break it, and those that just keep it."""

import functools
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pydantic import JsonValue

from stackwright.domain.field import MOMENTS, TEXTS, Field, FieldType
from stackwright.generation.samples import patterns
from stackwright.generation.samples.native import (
    BIGINT_MAX,
    INTEGER_MAX,
    as_json,
    item_field,
    lengths,
    native,
    precision_scale,
)
from stackwright.generation.samples.values import is_valid, value
from stackwright.value import Value

_SECOND = timedelta(seconds=1)
_LONGEST = 100_000  # characters of a text in a case; longer limits are not tried


class Case(Value):
    """One value for one rule."""

    rule: str  # required, type, min, max, min_length, max_length, pattern, scale, precision, range, values, item
    title: str  # ends a sentence that begins with the field's name: `is longer than 200 characters`
    value: JsonValue  # as the API carries it
    native: Any = None  # as Python knows it; only for valid values


def invalid_values(field: Field) -> tuple[Case, ...]:
    """Values that break exactly one rule of the field; the generated API must answer 422 to each."""
    found = [case for case in _invalid(field) if case.value is None or not _too_long(case.value)]
    distinct: dict[str, Case] = {}
    for case in found:
        distinct.setdefault(repr(case.value), case)
    return tuple(distinct.values())


def boundary_values(field: Field) -> tuple[Case, ...]:
    """Valid values at the edge of each rule, and every value of an enum."""
    found: dict[str, Case] = {}
    for rule, title, candidate in _boundaries(field):
        if candidate is None or not is_valid(field, candidate):
            continue
        case = Case(rule=rule, title=title, value=as_json(field, candidate), native=candidate)
        if not _too_long(case.value) and not _too_precise(candidate):
            found.setdefault(repr(case.value), case)
    return tuple(found.values())


def _too_precise(candidate: Any) -> bool:
    """Whether a number has more digits than every database keeps (SQLite: 15)."""
    return isinstance(candidate, Decimal) and len(candidate.normalize().as_tuple().digits) > 15


def _too_long(shown: JsonValue) -> bool:
    return isinstance(shown, (str, list)) and len(shown) > _LONGEST


def _invalid(field: Field) -> Iterator[Case]:
    if field.required:
        yield Case(rule="required", title="is null", value=None)
    yield from _wrong_types(field)
    if field.type in TEXTS:
        yield from _bad_texts(field)
    elif field.type is FieldType.LIST:
        yield from _bad_lists(field)
    else:
        yield from _beyond_limits(field)


_WRONG: dict[FieldType, tuple[tuple[str, JsonValue], ...]] = {
    FieldType.STRING: (("is a number", 12), ("is a list", ["text"])),
    FieldType.TEXT: (("is a number", 12), ("is a list", ["text"])),
    FieldType.INTEGER: (("is a word", "many"), ("has a fraction", 1.5)),
    FieldType.BIGINT: (("is a word", "many"), ("has a fraction", 1.5)),
    FieldType.FLOAT: (("is a word", "many"),),
    FieldType.DECIMAL: (("is a word", "many"),),
    FieldType.BOOLEAN: (("is a word", "perhaps"), ("is a large number", 12)),
    FieldType.DATE: (("is a word", "yesterday"), ("is the 30th of February", "2025-02-30")),
    FieldType.TIME: (("is a word", "noon"), ("has an hour 25", "25:00:00")),
    FieldType.DATETIME: (("is a word", "yesterday"), ("has a month 13", "2025-13-01T09:30:00Z")),
    FieldType.DURATION: (("is a word", "long"),),
    FieldType.UUID: (("is a word", "not-a-uuid"),),
    FieldType.EMAIL: (("has no at sign", "ada.example.com"), ("has no domain", "ada@")),
    FieldType.URL: (("has no scheme", "example.com"), ("is a script", "javascript:alert(1)")),
    FieldType.POINT: (
        ("is a word", "here"),
        ("has no longitude", {"lat": 47.07}),
        ("has a latitude above 90", {"lat": 91, "lng": 15.44}),
        ("has a longitude below -180", {"lat": 47.07, "lng": -181}),
    ),
    FieldType.ENUM: (("is not one of the values", "no-such-value"),),
    FieldType.LIST: (("is not a list", "word"),),
    FieldType.FILE: (("is not the id of a file", "no-such-file"),),
    FieldType.IMAGE: (("is not the id of a file", "no-such-file"),),
    FieldType.JSON: (),
}


def _wrong_types(field: Field) -> Iterator[Case]:
    for title, shown in _WRONG[field.type]:
        yield Case(rule="type", title=title, value=shown)


def _bad_texts(field: Field) -> Iterator[Case]:
    least, most = lengths(field)
    plain = field.type in (FieldType.STRING, FieldType.TEXT)
    if field.min_length:
        short = _text_of_length(field, field.min_length - 1)
        if short is not None and (plain or short):
            yield Case(
                rule="min_length",
                title=_characters("is shorter than", field.min_length),
                value=short,
            )
    if field.max_length is not None:
        long = _text_of_length(field, field.max_length + 1)
        if long is not None:
            yield Case(
                rule="max_length", title=_characters("is longer than", field.max_length), value=long
            )
    if field.pattern is not None:
        good = value(field, "case", 0)
        near = None if good is None else patterns.missing(field.pattern, good, max(least, 1), most)
        if near is not None:
            yield Case(rule="pattern", title="does not match the pattern", value=near)


def _bad_lists(field: Field) -> Iterator[Case]:
    good = value(field.model_copy(update={"examples": ()}), "case", 0)
    item = item_field(field)
    entry = as_json(item, value(item, "case", 0))
    if entry is None or good is None:
        return
    if field.min_length:
        shown: JsonValue = [entry] * (field.min_length - 1)
        yield Case(rule="min_length", title=_items("has fewer than", field.min_length), value=shown)
    if field.max_length is not None:
        shown = [entry] * (field.max_length + 1)
        yield Case(rule="max_length", title=_items("has more than", field.max_length), value=shown)
    if lengths(field)[1] >= 1 and lengths(field)[0] <= 1:
        yield Case(rule="item", title="has a null among its items", value=[None])
        for case in _invalid(item):
            if case.value is not None:
                yield Case(rule="item", title=f"has an item that {case.title}", value=[case.value])


def _beyond_limits(field: Field) -> Iterator[Case]:
    low, high, step = native(field, field.min), native(field, field.max), _step(field)
    if low is not None and step is not None and (below := _moved(low, -step)) is not None:
        yield Case(rule="min", title=f"is less than {field.min}", value=as_json(field, below))
    if high is not None and step is not None and (above := _moved(high, step)) is not None:
        yield Case(rule="max", title=f"is greater than {field.max}", value=as_json(field, above))
    if field.type is FieldType.INTEGER:
        yield Case(rule="range", title="does not fit into 32 bits", value=INTEGER_MAX + 1)
    elif field.type is FieldType.BIGINT:
        yield Case(rule="range", title="does not fit into 64 bits", value=str(BIGINT_MAX + 1))
    elif field.type is FieldType.DECIMAL:
        yield from _bad_decimals(field)


def _bad_decimals(field: Field) -> Iterator[Case]:
    precision, scale = precision_scale(field)
    good = value(field, "case", 0)
    if good is not None:
        places = f"{scale} decimal place{'' if scale == 1 else 's'}"
        fine = format(good.copy_abs(), "f")
        sign = "-" if good < 0 else ""
        longer = f"{fine}5" if scale else f"{fine}.5"
        yield Case(rule="scale", title=f"has more than {places}", value=sign + longer)
    whole = precision - scale
    big = Decimal(10) ** whole
    yield Case(
        rule="precision",
        title=f"has more than {whole} digit{'' if whole == 1 else 's'} before the point",
        value=as_json(field, big),
    )


def _boundaries(field: Field) -> Iterator[tuple[str, str, Any]]:
    if field.type in TEXTS:
        if field.min_length:
            yield (
                "min_length",
                _characters("has exactly", field.min_length),
                _text_of_length(field, field.min_length),
            )
        if field.max_length is not None:
            yield (
                "max_length",
                _characters("has exactly", field.max_length),
                _text_of_length(field, field.max_length),
            )
    elif field.type is FieldType.LIST:
        yield from _list_boundaries(field)
    elif field.type is FieldType.ENUM:
        for entry in field.values:
            yield "values", f"is {entry.name}", entry.name
    elif field.type is FieldType.BOOLEAN:
        yield from (("values", "is true", True), ("values", "is false", False))
    else:
        yield "min", f"is exactly {field.min}", native(field, field.min)
        yield "max", f"is exactly {field.max}", native(field, field.max)


def _list_boundaries(field: Field) -> Iterator[tuple[str, str, Any]]:
    item = item_field(field)
    for rule, count in (("min_length", field.min_length or 0), ("max_length", field.max_length)):
        if count is not None and count <= 200:
            entries = [value(item, "case", index) for index in range(count)]
            if None not in entries:
                yield rule, _items("has exactly", count), entries


def _text_of_length(field: Field, length: int) -> str | None:
    """A text of exactly this length that breaks no rule but, perhaps, that of its length."""
    if length < 0 or length > _LONGEST:
        return None
    if field.pattern is not None:
        return _of_pattern(field.pattern, length)
    if field.type is FieldType.EMAIL:
        return _email_of_length(length)
    if field.type is FieldType.URL:
        head = "https://example.com/"
        return head + "x" * (length - len(head)) if length > len(head) else None
    return "x" * length


@functools.lru_cache(maxsize=4096)
def _of_pattern(pattern: str, length: int) -> str | None:
    """A text of exactly this length that the pattern matches; back end and front end ask for the same ones."""
    return patterns.matching(pattern, random.Random(length), length, length)


def _email_of_length(length: int) -> str | None:
    """An address with at most 64 characters before the sign and 63 in each part of the domain (RFC 5321)."""
    tail = "@example.com"
    if length <= len(tail):
        return None
    name = min(length - len(tail), 64)
    rest = length - len(tail) - name
    parts: list[str] = []
    while rest > 0:
        part = min(rest - 1, 60)
        if part < 1:
            return None
        parts.append("d" * part)
        rest -= part + 1
    return "x" * name + "@" + "".join(f"{part}." for part in parts) + "example.com"


def _step(field: Field) -> Any:
    if field.type in (FieldType.INTEGER, FieldType.BIGINT):
        return 1
    if field.type is FieldType.FLOAT:
        return 0.5
    if field.type is FieldType.DECIMAL:
        return Decimal(1).scaleb(-precision_scale(field)[1])
    if field.type is FieldType.DATE:
        return timedelta(days=1)
    return _SECOND if field.type in MOMENTS or field.type is FieldType.DURATION else None


def _moved(limit: Any, step: Any) -> Any:
    """The limit and a step; None when the type cannot say it (before midnight, before the year 1)."""
    try:
        if isinstance(limit, time):
            moved = datetime.combine(date(2025, 6, 2), limit) + step
            return moved.time() if moved.date() == date(2025, 6, 2) else None
        return limit + step
    except OverflowError:
        return None


def _characters(words: str, count: int) -> str:
    return f"{words} {count} character{'' if count == 1 else 's'}"


def _items(words: str, count: int) -> str:
    return f"{words} {count} item{'' if count == 1 else 's'}"
