"""Cases for lists: filters, order and search over the example rows."""

from collections.abc import Callable, Iterator
from typing import Any

from stackwright.domain.entity import Entity
from stackwright.domain.field import ORDERED, TEXTS, Field, FieldType
from stackwright.generation.backend.testing.literals import row
from stackwright.generation.samples.native import as_json
from stackwright.generation.samples.rows import Row

_PLAIN = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXT,
        FieldType.EMAIL,
        FieldType.URL,
        FieldType.ENUM,
        FieldType.BOOLEAN,
        FieldType.UUID,
    }
)
_WORDS = {
    FieldType.INTEGER: "many",
    FieldType.BIGINT: "many",
    FieldType.FLOAT: "many",
    FieldType.DECIMAL: "many",
    FieldType.BOOLEAN: "perhaps",
    FieldType.DATE: "yesterday",
    FieldType.TIME: "noon",
    FieldType.DATETIME: "yesterday",
    FieldType.DURATION: "long",
    FieldType.UUID: "not-a-uuid",
    FieldType.ENUM: "no-such-value",
}


def reading(entity: Entity, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Tables for the tests that read."""
    fields = [field for field in entity.fields if is_filterable(field)]
    return {
        "filters": list(dict.fromkeys(line for field in fields for line in _filters(field, rows))),
        "sorts": [line for field in fields for line in _sorts(field, rows)],
        "searches": list(dict.fromkeys(_searches(entity, rows))),
        "malformed": [
            row(field.name, _WORDS[field.type]) for field in fields if field.type in _WORDS
        ],
    }


def is_filterable(field: Field) -> bool:
    """Whether lists can be filtered and sorted by the field as a whole."""
    return not field.sensitive and field.type in (_PLAIN | ORDERED)


def _filters(field: Field, rows: tuple[Row, ...]) -> Iterator[str]:
    values = [one.values[field.name] for one in rows]
    first = values[0]
    if first is None:
        return
    shown = str(_query(field, first))
    yield _case(field.name, shown, values, lambda one: one == first)
    yield _case(f"{field.name}__ne", shown, values, lambda one: one is not None and one != first)
    listed = [one for one in values[:2] if one is not None]
    words = [str(_query(field, one)) for one in listed]
    if not any("," in word for word in words):
        joined = ",".join(words)
        yield _case(f"{field.name}__in", joined, values, lambda one: one in listed)
        yield _case(
            f"{field.name}__notin",
            joined,
            values,
            lambda one: one is not None and one not in listed,
        )
    if field.type in TEXTS:
        part = max(shown.split(" "), key=len)[:12]
        yield _case(f"{field.name}__contains", part, values, lambda one: _contains(one, part))
        yield _case(
            f"{field.name}__contains", part.swapcase(), values, lambda one: _contains(one, part)
        )
    if field.type in ORDERED:
        yield _case(f"{field.name}__gt", shown, values, lambda one: one is not None and one > first)
        yield _case(
            f"{field.name}__ge", shown, values, lambda one: one is not None and one >= first
        )
        yield _case(f"{field.name}__lt", shown, values, lambda one: one is not None and one < first)
        yield _case(
            f"{field.name}__le", shown, values, lambda one: one is not None and one <= first
        )
    if not field.required:
        yield _case(f"{field.name}__null", "true", values, lambda one: one is None)
        yield _case(f"{field.name}__null", "false", values, lambda one: one is not None)


def _case(name: str, text: str, values: list[Any], holds: Callable[[Any], bool]) -> str:
    return row(name, text, [number for number, one in enumerate(values) if holds(one)])


def _query(field: Field, value: Any) -> Any:
    shown = as_json(field, value)
    return str(shown).lower() if isinstance(shown, bool) else shown


def _contains(value: str | None, part: str) -> bool:
    return value is not None and part.casefold() in value.casefold()


def _sorts(field: Field, rows: tuple[Row, ...]) -> Iterator[str]:
    """The order by a field where every database agrees on it."""
    if field.type not in ORDERED and field.type is not FieldType.STRING:
        return
    filled = [one for one in rows if one.values[field.name] is not None]
    values = [one.values[field.name] for one in filled]
    if len(set(values)) < len(values) or len(values) < 2:
        return
    if field.type is FieldType.STRING and not _plain_order(values):
        return
    order = [one.number for one in sorted(filled, key=lambda one: one.values[field.name])]
    yield row(field.name, order)
    yield row(f"-{field.name}", order[::-1])


def _plain_order(values: list[str]) -> bool:
    """Whether the first letters alone decide, and are letters of one case."""
    starts = [value[:1] for value in values]
    return len({s.lower() for s in starts}) == len(starts) and all(
        s.isascii() and s.isalpha() and s.isupper() for s in starts
    )


def _searches(entity: Entity, rows: tuple[Row, ...]) -> Iterator[str]:
    fields = [f for f in entity.fields if f.searchable and f.type in TEXTS and not f.sensitive]
    for field in fields:
        value = rows[0].values[field.name]
        if value is None:
            continue
        part = max(str(value).split(" "), key=len)[:12]
        found = [
            one.number
            for one in rows
            if any(_contains(one.values[other.name], part) for other in fields)
        ]
        yield row(part, found)
        yield row(part.swapcase(), found)
