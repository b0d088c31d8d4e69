"""Cases for creating, changing and refusing rows."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stackwright.domain.entity import Check, Entity
from stackwright.domain.expression import Expression, evaluate
from stackwright.domain.field import FILES, Field, FieldType
from stackwright.generation.backend.testing.examples import (
    as_sent,
    changed,
    fixed_keys,
    is_key,
    required_keys,
    sent_value,
    with_defaults,
)
from stackwright.generation.backend.testing.literals import bracketed, case, row, source
from stackwright.generation.samples import boundary_values, invalid_values, value
from stackwright.generation.samples.checks import failing
from stackwright.generation.samples.native import as_json, native, rounded
from stackwright.generation.samples.rows import Row
from stackwright.generation.samples.values import is_valid


def writing(entity: Entity, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Tables for the tests that write; `rows` are the entity's example rows, at least one."""
    first = rows[0]
    has_minimal = with_defaults(entity, first.values) is not None
    sensitive = [field.name for field in entity.fields if field.sensitive]
    return {
        "has_required": bool(required_keys(entity)),
        "needs_values": bool(set(required_keys(entity)) - set(fixed_keys(entity))),
        "has_minimal": has_minimal,
        "changing": _set(_changing(entity)),
        "emptied": [source(name) for name in _emptied(entity, first)] if has_minimal else [],
        "defaults": list(_defaults(entity, first)),
        "boundaries": list(dict.fromkeys(_boundaries(entity, first))),
        "replacement": _replacement(entity, rows),
        "patches": list(dict.fromkeys(_patches(entity, rows))),
        "clearable": [source(name) for name in _clearable(entity, first)],
        "immutable": list(_immutable(entity, rows)),
        "sensitive": bool(sensitive),
        "sensitive_set": _set(sensitive),
        "computed": [line for one in rows for line in _computed(entity, one)],
        "checks": list(_checks(entity, first)),
        "invalid": [line for field in entity.fields for line in _invalid(field)],
        "invalid_changes": [
            line
            for field in entity.fields
            if field.name not in fixed_keys(entity)
            for line in _invalid(field)
        ],
        "change": _one_change(entity, rows),
    }


def _set(names: list[str]) -> str:
    return bracketed("{", [source(name) for name in names], "}") if names else "set[str]()"


def _changing(entity: Entity) -> list[str]:
    """What the server shows in a row beside what was sent."""
    names = [computed.name for computed in entity.computed]
    names += ["updated_at", "updated_by"] if entity.audit else []
    return [*names, "version"] if entity.optimistic_lock else names


def _emptied(entity: Entity, first: Row) -> list[str]:
    """Optional values without a default, which a PUT that does not name them empties."""
    return [name for name in _clearable(entity, first) if _default(entity, name) is None]


def _default(entity: Entity, name: str) -> Any:
    field = entity.field(name)
    return None if field is None else field.default


def _defaults(entity: Entity, first: Row) -> Iterator[str]:
    for field in entity.fields:
        if field.default is None or is_key(entity, field.name):
            continue
        known = native(field, field.default)
        if known is None or not is_valid(field, known):
            continue
        if not failing(entity, {**first.values, field.name: known}) and not field.sensitive:
            yield row(field.name, as_json(field, known))


def _boundaries(entity: Entity, first: Row) -> Iterator[str]:
    for field in entity.fields:
        if field.sensitive:
            continue
        for edge in boundary_values(field):
            found = (
                changed(entity, first, field, edge.native)
                if not is_key(entity, field.name)
                else None
            )
            if found is None and not failing(entity, {**first.values, field.name: edge.native}):
                found = {field.name: edge.native}
            if found is not None:
                yield source(as_sent(entity, found))


def _replacement(entity: Entity, rows: tuple[Row, ...]) -> bool:
    """Whether the second row can take the place of the first one."""
    if len(rows) < 2:
        return False
    fixed = set(fixed_keys(entity))
    mixed = {
        field.name: rows[0 if field.name in fixed else 1].values[field.name]
        for field in entity.fields
    }
    return not failing(entity, mixed)


def _patches(entity: Entity, rows: tuple[Row, ...]) -> Iterator[str]:
    for field in _changeable(entity):
        found = _other_value(entity, field, rows)
        if found is not None:
            yield source(as_sent(entity, found))


def _one_change(entity: Entity, rows: tuple[Row, ...]) -> str:
    """A dictionary with one change that keeps every rule; empty when there is none."""
    for field in _changeable(entity):
        found = _other_value(entity, field, rows)
        if found is not None and len(found) == 1 and not field.unique and field.type not in FILES:
            return source(as_sent(entity, found))
    return ""


def _changeable(entity: Entity) -> list[Field]:
    fixed = set(fixed_keys(entity))
    return [field for field in entity.fields if field.name not in fixed and not field.sensitive]


def _other_value(entity: Entity, field: Field, rows: tuple[Row, ...]) -> dict[str, Any] | None:
    first = rows[0]
    options = [other.values[field.name] for other in rows[1:]]
    options += [value(field, entity.name, number, number) for number in range(3, 9)]
    for option in options:
        if option is not None and option != first.values[field.name]:
            found = changed(entity, first, field, option)
            if found is not None:
                return found
    return None


def _clearable(entity: Entity, first: Row) -> list[str]:
    return [
        field.name
        for field in _changeable(entity)
        if not field.required
        and first.values[field.name] is not None
        and not failing(entity, {**first.values, field.name: None})
    ]


def _immutable(entity: Entity, rows: tuple[Row, ...]) -> Iterator[str]:
    """Changes that must be refused because the value never changes once the row exists."""
    for field in entity.fields:
        if field.name not in fixed_keys(entity) or field.sensitive:
            continue
        for number in range(1, 9):
            option = value(field, entity.name, number, number)
            if option is not None and option != rows[0].values[field.name]:
                yield row(field.name, sent_value(field, option))
                break


def _computed(entity: Entity, one: Row) -> Iterator[str]:
    for computed in entity.computed:
        if not computed.expression.is_deterministic:
            continue
        if any(_is_rounded(entity, name) for name in computed.expression.names):
            continue
        found = evaluate(computed.expression, one.values)
        yield row(one.number, computed.name, _shown(computed.type, computed.expression, found))


def _is_rounded(entity: Entity, name: str) -> bool:
    """Whether a value depends on how a database stores it (binary fractions)."""
    field = entity.field(name)
    return field is not None and field.type is FieldType.FLOAT


def _shown(kind: FieldType, expression: Expression, found: Any) -> Any:
    if isinstance(found, Decimal) and kind is FieldType.DECIMAL:
        scale = 2 if expression.scale is None else expression.scale
        return format(rounded(found, scale, ROUND_HALF_UP), "f")
    if isinstance(found, Decimal):
        return float(found) if kind is FieldType.FLOAT else int(found)
    if kind is FieldType.DECIMAL and found is not None:
        return format(rounded(Decimal(found), expression.scale or 0), "f")
    return as_json(Field(name="computed", type=kind), found)


def _checks(entity: Entity, first: Row) -> Iterator[str]:
    for check in entity.checks:
        broken = _breaking(entity, first, check)
        if broken is not None:
            yield case(check.name, as_sent(entity, broken))


def _breaking(entity: Entity, first: Row, check: Check) -> dict[str, Any] | None:
    """The change of one value (or two) that makes exactly this check false, every other rule kept."""
    fields = [field for name in check.expression.names if (field := entity.field(name)) is not None]
    fields = [field for field in fields if field.name not in fixed_keys(entity)]
    options = {field.name: list(_others(entity, field, first)) for field in fields}
    for field in reversed(fields):
        for option in options[field.name]:
            if _breaks(entity, {**first.values, field.name: option}, check):
                return {field.name: option}
    for field in fields:
        for other in fields:
            for option in options[field.name][:12]:
                for second in options[other.name][:12]:
                    change = {field.name: option, other.name: second}
                    if field is not other and _breaks(entity, {**first.values, **change}, check):
                        return change
    return None


def _breaks(entity: Entity, values: dict[str, Any], check: Check) -> bool:
    return [broken.name for broken in failing(entity, values)] == [check.name]


def _others(entity: Entity, field: Field, first: Row) -> Iterator[Any]:
    for edge in boundary_values(field):
        yield edge.native
    for number in range(24):
        option = value(field, entity.name, number, number)
        if option is not None and option != first.values[field.name]:
            yield option
    if not field.required:
        yield None


def _invalid(field: Field) -> Iterator[str]:
    for one in invalid_values(field):
        yield case(f"{field.name} {one.title}", field.name, one.value)
