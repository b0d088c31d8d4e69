"""Beginnings and ends: what ends does so a little after it began."""

from datetime import date, datetime, time, timedelta
from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import Entity
from stackwright.domain.field import MOMENTS, Field
from stackwright.generation.samples import readable
from stackwright.generation.samples.native import BASE_DATE
from stackwright.generation.samples.values import is_valid, seeded

_DAYS = (3, 7, 10, 14, 21, 28)
_MINUTES = (30, 45, 60, 90, 120)


def in_order(entity: Entity, values: dict[str, Any], number: int) -> dict[str, Any]:
    """The row with its ends moved to a little after its beginnings, where the rules allow it."""
    starts = [
        field for field in entity.fields if field.type in MOMENTS and _is(field, readable.START)
    ]
    moved = dict(values)
    for field in entity.fields:
        if field.type not in MOMENTS or not _is(field, readable.END) or values[field.name] is None:
            continue
        if field.examples or field.unique:
            continue
        for start in starts:
            if start.type is field.type and start is not field and values[start.name] is not None:
                after = _after(
                    values[start.name], seeded(entity.name, field.name, number).randrange(99)
                )
                if is_valid(field, after):
                    moved[field.name] = after
                break
    return moved


def _is(field: Field, words: frozenset[str]) -> bool:
    return bool(set(naming.words(field.name)) & words)


def _after(start: Any, choice: int) -> Any:
    minutes = timedelta(minutes=_MINUTES[choice % len(_MINUTES)])
    if isinstance(start, time):
        later = datetime.combine(BASE_DATE, start) + minutes
        return later.time() if later.date() == BASE_DATE else start
    if isinstance(start, datetime):
        return start + minutes
    if isinstance(start, date):
        return start + timedelta(days=_DAYS[choice % len(_DAYS)])
    return start
