"""Cross-field checks: which ones a row fails, and the smallest change that makes it keep them all."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from stackwright.domain.entity import Check, Entity
from stackwright.domain.expression import evaluate
from stackwright.domain.field import TEXTS, Field, FieldType
from stackwright.generation.samples import readable
from stackwright.generation.samples.native import BASE_TIME, limits, native, rounded
from stackwright.generation.samples.values import is_valid, value

_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"|(\d+(?:\.\d+)?)")
_LATE = datetime(2099, 12, 31, 12, tzinfo=UTC)
_ROUNDS = 6  # fields changed in turn before a row is given up


def failing(entity: Entity, values: dict[str, Any]) -> list[Check]:
    """The checks that are definitely false for these values."""
    return [
        check
        for check in entity.checks
        if any(evaluate(check.expression, values, now) is False for now in _moments(check))
    ]


def _moments(check: Check) -> tuple[datetime, ...]:
    """When the check must hold: always, so early and late if it looks at the clock."""
    return (BASE_TIME,) if check.expression.is_deterministic else (BASE_TIME, _LATE)


def repaired(
    entity: Entity, values: dict[str, Any], keep: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    """The row, changed in as few fields as possible so that every check holds; None when none was found.

    Args:
        entity: The entity with its checks.
        values: Valid values field by field.
        keep: Names of fields that must stay as they are.
    """
    row = dict(values)
    for _ in range(_ROUNDS):
        broken = failing(entity, row)
        if not broken:
            return row
        best: tuple[int, dict[str, Any]] | None = None
        for field in _involved(entity, broken):
            if field.name in keep:
                continue
            for candidate in _replacements(entity, field, row, broken):
                changed = {**row, field.name: candidate}
                count = len(failing(entity, changed))
                if count == 0:
                    return changed
                if best is None or count < best[0]:
                    best = (count, changed)
        if best is None or (best[0] >= len(broken) and best[1] == row):
            return None
        row = best[1]
    return None


def _involved(entity: Entity, checks: list[Check]) -> list[Field]:
    """Fields that the checks speak of, the last named first: it is the dependent one most often."""
    names = list(dict.fromkeys(name for check in checks for name in check.expression.names))
    return [field for name in reversed(names) if (field := entity.field(name)) is not None]


def _replacements(
    entity: Entity, field: Field, row: dict[str, Any], checks: list[Check]
) -> Iterator[Any]:
    """Other valid values for a field, the likeliest to help first."""
    seen: list[Any] = [row.get(field.name)]
    for candidate in _ideas(entity, field, row, checks):
        if candidate is not None and candidate not in seen and is_valid(field, candidate):
            seen.append(candidate)
            yield candidate
    if not field.required and field.name not in entity.primary_key.parts:
        yield None


def _ideas(entity: Entity, field: Field, row: dict[str, Any], checks: list[Check]) -> Iterator[Any]:
    others = [other for other in _involved(entity, checks) if other.name != field.name]
    literals = [literal for check in checks for literal in _literals(field, check)]
    known = [row.get(other.name) for other in others] + literals
    for near in known:
        yield from _around(field, near)
    numbers = [
        near
        for near in known
        if isinstance(near, (int, float, Decimal)) and not isinstance(near, bool)
    ]
    for one in numbers:
        for two in numbers:
            total = Decimal(str(one)) * Decimal(str(two))
            yield from _around(field, total)
            yield from _around(field, Decimal(str(one)) + Decimal(str(two)))
            yield from _around(field, Decimal(str(one)) - Decimal(str(two)))
            if two:
                yield from _around(field, Decimal(str(one)) / Decimal(str(two)))
    if any(not check.expression.is_deterministic for check in checks):
        yield from _around(field, BASE_TIME)
        yield from _around(field, _LATE)
    if field.type in TEXTS:
        yield from _respelled(row.get(field.name))
    yield from _nearby(field, row.get(field.name))
    if field.type is FieldType.ENUM:
        yield from (entry.name for entry in field.values)
    elif field.type is FieldType.BOOLEAN:
        yield from (True, False)
    else:
        yield from limits(field)
        for attempt in range(1, 10):
            yield value(field, entity.name, attempt, attempt)


def _nearby(field: Field, current: Any) -> Iterator[Any]:
    """Values next to the current one, for rules such as "the first of a month" or "in boxes of six"."""
    if isinstance(current, date):
        yield from (current - timedelta(days=days) for days in range(1, 32))
    elif field.type in (FieldType.INTEGER, FieldType.BIGINT) and isinstance(current, int):
        yield from (current + step for step in range(1, 25))
        yield from (current - step for step in range(1, 25))


def _respelled(text: str | None) -> Iterator[str]:
    if text is not None:
        yield from (text.lower(), text.upper(), text.strip(), readable.slug(text))
    for length in range(1, 41):
        yield ("abcdefghij" * 4)[:length]


def _literals(field: Field, check: Check) -> Iterator[Any]:
    for first, second, number in _LITERAL.findall(check.expression.text):
        yield native(field, first or second or number)
        if number:
            yield Decimal(number)


def _around(field: Field, near: Any) -> Iterator[Any]:
    """The value itself and its neighbours, as the field's type."""
    if near is None:
        return
    kind = field.type
    if isinstance(near, (date, datetime)) and kind in (FieldType.DATE, FieldType.DATETIME):
        for days in (14, 1, 0, -1, -14):
            moved = near + timedelta(days=days)
            if kind is FieldType.DATE:
                yield moved.date() if isinstance(moved, datetime) else moved
            elif isinstance(moved, datetime):
                yield moved
    elif isinstance(near, timedelta) and kind is FieldType.DURATION:
        yield from (near + timedelta(minutes=15), near, near - timedelta(minutes=15))
    elif isinstance(near, (int, float, Decimal)) and not isinstance(near, bool):
        yield from _numbers_around(field, Decimal(str(near)))
    elif isinstance(near, str) and kind in TEXTS:
        yield near


def _numbers_around(field: Field, near: Decimal) -> Iterator[Any]:
    if field.type in (FieldType.INTEGER, FieldType.BIGINT):
        yield from (int(near) + step for step in (0, 1, -1, 5, -5))
    elif field.type is FieldType.FLOAT:
        yield from (float(near) + step for step in (0.0, 1.0, -1.0))
    elif field.type is FieldType.DECIMAL:
        digit = Decimal(1).scaleb(-(field.scale or 0))
        for step in (Decimal(0), Decimal(1), Decimal(-1), digit, -digit, Decimal(5), Decimal(-5)):
            yield rounded(near + step, field.scale or 0)
