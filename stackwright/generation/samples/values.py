"""One valid value for a field: the user's examples first, else something readable that keeps every rule."""

import hashlib
import random
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from stackwright.domain import naming
from stackwright.domain.field import FILES, MOMENTS, NUMBERS, TEXTS, Field, FieldType
from stackwright.generation.samples import patterns, readable
from stackwright.generation.samples.native import (
    BASE_DATE,
    as_json,
    item_field,
    lengths,
    limits,
    native,
    precision_scale,
    rounded,
)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CITIES = (
    (47.0707, 15.4395),
    (38.7223, -9.1393),
    (60.3913, 5.3221),
    (45.0703, 7.6869),
    (50.8503, 4.3517),
)


def seeded(*names: object) -> random.Random:
    """A generator that gives the same numbers for the same names, on every machine."""
    return random.Random(_seed(names))


def chance(*names: object) -> float:
    """A number from 0 to below 1, the same one for the same names."""
    return _seed(names) / 2**64


def _seed(names: tuple[object, ...]) -> int:
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def value(field: Field, place: str, number: int, attempt: int = 0) -> Any:
    """A valid value, as Python knows it, for a field in the row of this number.

    Args:
        field: The field and its rules.
        place: Name of its entity; it decides what reads plausibly.
        number: Of the row, from 0.
        attempt: Raise it to get other values for the same row (duplicates, cross-field checks).

    Returns:
        The value; None when none was found (a pattern nobody can satisfy, say).
    """
    examples = [entry for raw in field.examples if (entry := native(field, raw)) is not None]
    position = number + attempt * 7
    if examples and (attempt == 0 or position < len(examples)):
        example = examples[position % len(examples)]
        if is_valid(field, example):
            return example
    rng = seeded(place, field.name, number, attempt)
    made = _made(field, place, number, attempt, rng)
    return made if made is not None and is_valid(field, made) else None


def is_valid(field: Field, candidate: Any) -> bool:
    """Whether the value keeps every rule that concerns this field alone; None only when not required."""
    if candidate is None:
        return not field.required
    if field.type is FieldType.LIST:
        least, most = lengths(field)
        item = item_field(field)
        return least <= len(candidate) <= most and all(is_valid(item, entry) for entry in candidate)
    if field.type is FieldType.ENUM:
        return candidate in {entry.name for entry in field.values}
    if field.type in TEXTS:
        least, most = lengths(field)
        if not least <= len(candidate) <= most or "\x00" in candidate:
            return False
        if field.type is FieldType.EMAIL and not _EMAIL.fullmatch(candidate):
            return False
        return field.pattern is None or _matches(field.pattern, candidate)
    if field.type is FieldType.DECIMAL:
        _, scale = precision_scale(field)
        if candidate != rounded(candidate, scale):
            return False
    low, high = limits(field)
    return (low is None or candidate >= low) and (high is None or candidate <= high)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text, re.ASCII) is not None
    except re.error:
        return False


def _made(field: Field, place: str, number: int, attempt: int, rng: random.Random) -> Any:
    kind = field.type
    if kind in TEXTS:
        return _text(field, place, number, attempt, rng)
    if kind in NUMBERS:
        return _number(field, attempt, rng)
    if kind is FieldType.LIST:
        return _list(field, place, number, attempt)
    if kind in MOMENTS:
        return _moment(field, rng)
    if kind is FieldType.DURATION:
        return _duration(field, rng)
    if kind in FILES:
        ending = "png" if kind is FieldType.IMAGE else "txt"
        name = f"{naming.kebab(place)}-{naming.kebab(field.name)}"
        return f"{name}-{number + attempt + 1}.{ending}"
    return _simple(field, number, attempt, rng)


def _simple(field: Field, number: int, attempt: int, rng: random.Random) -> Any:
    kind = field.type
    if kind is FieldType.ENUM:
        return field.values[(number + attempt) % len(field.values)].name if field.values else None
    if kind is FieldType.BOOLEAN:
        return (number + attempt) % 3 != 1 if attempt < 2 else bool(attempt % 2)
    if kind is FieldType.UUID:
        return UUID(int=rng.getrandbits(128), version=4)
    if kind is FieldType.POINT:
        lat, lng = _CITIES[(number + attempt) % len(_CITIES)]
        return {
            "lat": round(lat + rng.randrange(-200, 200) / 10000, 4),
            "lng": round(lng + number / 1000, 4),
        }
    return {
        "note": readable.sentences(number, rng, 1),
        "source": "sample",
        "order": number + attempt + 1,
    }


def _text(field: Field, place: str, number: int, attempt: int, rng: random.Random) -> str | None:
    least, most = lengths(field)
    shift = number + attempt
    if field.type is FieldType.EMAIL:
        made = readable.email(shift, place)
    elif field.type is FieldType.URL:
        made = readable.url(field.name, place, shift)
    else:
        made = readable.text(field.name, place, shift, rng, is_long=field.type is FieldType.TEXT)
    if attempt and field.pattern is not None:
        return patterns.matching(field.pattern, rng, least, most)
    if attempt > 1:
        made = _numbered(field.type, made, shift, most)
    made = _fit(field.type, made, least, most, shift)
    if field.pattern is not None and not _matches(field.pattern, made):
        for candidate in (readable.slug(made), made.lower(), made.upper(), made.replace(" ", "")):
            if (
                attempt == 0
                and least <= len(candidate) <= most
                and _matches(field.pattern, candidate)
            ):
                return candidate
        return patterns.matching(field.pattern, rng, least, most)
    return made


def _numbered(kind: FieldType, text: str, number: int, most: int) -> str:
    if kind is FieldType.EMAIL:
        name, _, domain = text.partition("@")
        return f"{name}.{number + 1}@{domain}"
    if kind is FieldType.URL:
        return f"{text}-{number + 1}"
    if len(text) + 4 > most:  # the number must not be cut off
        end = str(number + 1)
        return text[: max(most - len(end), 0)] + end
    return f"{text} {number + 1}"


def _fit(kind: FieldType, text: str, least: int, most: int, number: int) -> str:
    """The text within these lengths, cut at a word's end where that is possible."""
    if kind is FieldType.EMAIL:
        if len(text) > most:
            text = (
                f"p{number}@example.com"
                if most >= len(f"p{number}@example.com")
                else f"{number % 10}@a.io"
            )
        return text if len(text) >= least else "x" * (least - len(text)) + text
    if kind is FieldType.URL:
        if len(text) > most:
            text = f"https://example.com/{number}" if most >= 24 else f"http://a.io/{number}"
        return text if len(text) >= least else text + "x" * (least - len(text))
    if len(text) > most:
        cut = text[:most]
        at_word = cut.rsplit(" ", 1)[0] if " " in cut and text[most : most + 1] != " " else cut
        text = at_word if len(at_word) >= max(least, most // 2) else cut
        text = (
            text.rstrip(" ,;&-") if len(text.rstrip(" ,;&-")) >= least else text.replace(" ", "x")
        )
    filler = 0
    while len(text) < least:
        text += " " + readable.SENTENCE_WORDS[(number + filler) % len(readable.SENTENCE_WORDS)]
        filler += 1
    if len(text) > most:
        text = text[:most]
    return text[:-1] + "s" if text.endswith(" ") else text


def _number(field: Field, attempt: int, rng: random.Random) -> Any:
    least, most, step = (Decimal(str(part)) for part in readable.numbers(field.name))
    low, high = (None if limit is None else Decimal(str(limit)) for limit in limits(field))
    first = least if low is None else max(least, low)
    last = most if high is None else min(most, high)
    if first > last or attempt > 6:  # the usual range is not allowed, or used up
        first, last = _window(least, low, high, (most - least) * (1 + attempt), field)
    digits = _digits(field)
    digit = Decimal(1).scaleb(-digits)
    if last - first < 3 * step:
        step = max(digit, rounded((last - first) / 20, digits))
    steps = int((last - first) / step)
    if steps < 0:
        return None
    chosen = first + step * rng.randint(0, steps)
    found = rounded(chosen, digits, ROUND_CEILING)
    if field.type is FieldType.DECIMAL and digit == Decimal("0.01") and step == Decimal("0.5"):
        priced = found + Decimal(rng.choice(("0.00", "0.40", "0.45", "0.49")))  # as shops do
        found = priced if priced <= last else found
    if found > last:
        found = rounded(chosen, digits, ROUND_FLOOR)
    if field.type is FieldType.DECIMAL:
        return found
    return float(found) if field.type is FieldType.FLOAT else int(found)


def _window(
    least: Decimal, low: Decimal | None, high: Decimal | None, room: Decimal, field: Field
) -> tuple[Decimal, Decimal]:
    """A range of this room that is allowed, near the usual one."""
    if field.min is None and high is not None and high < least + room:
        first = min(Decimal(0), high) if high >= 0 else high - room
        first = first if low is None else max(first, low)
    else:
        first = least if field.min is None or low is None else low
    return first, first + room if high is None else min(high, first + room)


def _digits(field: Field) -> int:
    """Digits after the point of a made-up number."""
    if field.type is FieldType.DECIMAL:
        return precision_scale(field)[1]
    return 4 if field.type is FieldType.FLOAT else 0


def _list(field: Field, place: str, number: int, attempt: int) -> list[Any] | None:
    least, most = lengths(field)
    count = min(max(least, 1 + (number + attempt) % 3), most)
    item = item_field(field)
    found: list[Any] = []
    for index in range(count * 3):
        if len(found) == count:
            break
        entry = value(item, place, number + index, attempt + index // count)
        if entry is not None and entry not in found:
            found.append(entry)
    while found and len(found) < count:
        found.append(found[0])
    return found if len(found) >= least else None


def _moment(field: Field, rng: random.Random) -> date | datetime | time | None:
    low, high = limits(field)
    if field.type is FieldType.TIME:
        opens, closes = time(8), time(18)
        start = low or (opens if high is None or high > opens else time(0))
        return _time(start, high or (closes if start < closes else time(23, 59)), rng)
    parts = set(naming.words(field.name))
    if parts & readable.BIRTH:
        first, last = date(1950, 1, 1), date(2004, 12, 31)
    elif parts & readable.FUTURE:
        first, last = BASE_DATE + timedelta(days=7), BASE_DATE + timedelta(days=240)
    else:
        first, last = BASE_DATE - timedelta(days=700), BASE_DATE - timedelta(days=2)
    if field.type is FieldType.DATE:
        return _day(first, last, low, high, rng)
    start = datetime(first.year, first.month, first.day, 8, tzinfo=UTC)
    days = (last - first).days
    made = start + timedelta(days=rng.randint(0, days), minutes=15 * rng.randint(0, 40))
    if (low is None or made >= low) and (high is None or made <= high):
        return made
    anchor = low if low is not None else high - timedelta(days=30)
    room = (high - anchor) if high is not None else timedelta(days=60)
    minutes = int(room.total_seconds() // 60)
    return anchor + timedelta(minutes=rng.randint(0, minutes) // 15 * 15) if minutes >= 0 else None


def _day(
    first: date, last: date, low: date | None, high: date | None, rng: random.Random
) -> date | None:
    if low is not None and low > last:
        first, last = low, low + timedelta(days=200)
    if high is not None and high < first:
        first, last = (low or high - timedelta(days=200)), high
    first = first if low is None else max(first, low)
    last = last if high is None else min(last, high)
    return first + timedelta(days=rng.randint(0, (last - first).days)) if first <= last else None


def _time(low: time, high: time, rng: random.Random) -> time | None:
    first = low.hour * 60 + low.minute + (1 if low.second or low.microsecond else 0)
    last = high.hour * 60 + high.minute
    if first > last:
        return low if low <= high else None
    quarters = [minute for minute in range(first, last + 1) if minute % 15 == 0]
    minute = rng.choice(quarters) if quarters else first
    return time(minute // 60, minute % 60)


def _duration(field: Field, rng: random.Random) -> timedelta | None:
    low, high = limits(field)
    first = int((low or min(timedelta(minutes=15), high or timedelta(days=1))).total_seconds())
    last = int((high or timedelta(seconds=first + 5 * 3600)).total_seconds())
    if first > last:
        return None
    quarters = (last - first) // 900
    return timedelta(seconds=first + 900 * rng.randint(0, min(quarters, 40)))


def shown(field: Field, place: str, number: int) -> Any:
    """The JSON form of `value`, for documents and payloads."""
    return as_json(field, value(field, place, number))
