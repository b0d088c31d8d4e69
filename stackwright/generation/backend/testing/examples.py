"""The three rows of an entity that its tests work with, short enough to be read in a test."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import FILES, TEXTS, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.backend.testing.literals import LONG, Link, Upload
from stackwright.generation.samples import as_json, rows
from stackwright.generation.samples.checks import failing, repaired
from stackwright.generation.samples.native import native
from stackwright.generation.samples.rows import Row
from stackwright.generation.samples.values import is_valid

COUNT = 3  # rows: the first two have every value, the third only what it must have


def example_rows(project: Project, entity: Entity) -> tuple[Row, ...]:
    """At most three valid rows; fewer when the rules allow no more."""
    found = rows(project, entity, COUNT, filled=True).rows
    return tuple(row.model_copy(update={"values": _tested(entity, row)}) for row in found)


def payload(entity: Entity, row: Row) -> dict[str, Any]:
    """What a client sends to create the row: own values and required relations."""
    sent: dict[str, Any] = {"id": row.key} if entity.primary_key.kind == "string" else {}
    for field in entity.fields:
        sent[field.name] = sent_value(field, row.values[field.name])
    for relation in entity.relations:
        if relation.is_to_one and is_needed(entity, relation):
            sent[f"{relation.name}_id"] = link(relation, row.links[relation.name] or 0)
        elif not relation.is_to_one and relation.required:
            sent[relation.name] = [
                {
                    "id": link(relation, member.number),
                    **{f.name: sent_value(f, member.values[f.name]) for f in relation.attributes},
                }
                for member in row.members[relation.name]
            ]
    return sent


def sent_value(field: Field, value: Any) -> Any:
    """A native value as the API carries it; files as uploads."""
    if value is not None and field.type in FILES:
        return Upload(value)
    return as_json(field, value)


def link(relation: Relation, number: int) -> Link:
    """The id of a target's row."""
    name = "user" if relation.target == BUILT_IN_USER else naming.snake(relation.target)
    return Link(name, number)


def is_needed(entity: Entity, relation: Relation) -> bool:
    """Whether no row can be created without this relation."""
    return relation.required or relation.name in entity.primary_key.parts


def is_key(entity: Entity, name: str) -> bool:
    """Whether a field or relation is part of the key."""
    return name in entity.primary_key.parts


def required_keys(entity: Entity) -> list[str]:
    """The keys of a payload that cannot be left out."""
    names = ["id"] if entity.primary_key.kind == "string" else []
    names += [
        field.name
        for field in entity.fields
        if (field.required or is_key(entity, field.name)) and field.default is None
    ]
    for relation in entity.relations:
        if is_needed(entity, relation):
            names.append(f"{relation.name}_id" if relation.is_to_one else relation.name)
    return names


def fixed_keys(entity: Entity) -> list[str]:
    """The keys of a payload that cannot be changed later."""
    names = ["id"] if entity.primary_key.kind == "string" else []
    names += [f.name for f in entity.fields if f.immutable or is_key(entity, f.name)]
    for relation in entity.relations:
        if relation.immutable or is_key(entity, relation.name):
            names.append(f"{relation.name}_id" if relation.is_to_one else relation.name)
    return names


def with_defaults(entity: Entity, values: dict[str, Any]) -> dict[str, Any] | None:
    """The row's values when only the required ones are sent; None when a check would fail, or may."""
    row: dict[str, Any] = {}
    kept = set(required_keys(entity))
    for field in entity.fields:
        row[field.name] = values[field.name] if field.name in kept else native(field, field.default)
        is_made = field.default in ("now", "uuid") and field.type not in TEXTS
        if is_made and any(field.name in check.expression.names for check in entity.checks):
            return None
    return None if failing(entity, row) else row


def changed(entity: Entity, row: Row, field: Field, value: Any) -> dict[str, Any] | None:
    """The fewest own values to change together with this one so that every check still holds.

    Returns:
        Native values by field, this one among them; None when there is no such change.
    """
    keep = (field.name, *fixed_keys(entity))
    found = repaired(entity, {**row.values, field.name: value}, keep)
    if found is None:
        return None
    differing = {name: one for name, one in found.items() if one != row.values[name]}
    return {field.name: value, **differing}


def as_sent(entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """Native values by field as a client sends them."""
    return {
        field.name: sent_value(field, values[field.name])
        for field in entity.fields
        if field.name in values
    }


def _tested(entity: Entity, row: Row) -> dict[str, Any]:
    values = dict(row.values)
    for field in entity.fields:
        short = _short(field, values[field.name], row.number)
        _replace(entity, values, field, short)
    if row.number == COUNT - 1:
        for field in entity.fields:
            if not field.required and not is_key(entity, field.name):
                _replace(entity, values, field, None)
    return values


def _replace(entity: Entity, values: dict[str, Any], field: Field, value: Any) -> None:
    if not is_valid(field, value):
        return
    changed_values = {**values, field.name: value}
    if not failing(entity, changed_values):
        values[field.name] = value


def _short(field: Field, value: Any, number: int) -> Any:
    """The value, or a shorter one that reads better in a test."""
    if field.type is FieldType.JSON and value is not None:
        return {"order": number + 1}
    if not isinstance(value, str) or len(value) <= LONG or field.pattern is not None:
        return value
    if field.type not in (FieldType.STRING, FieldType.TEXT) or field.examples:
        return value
    if (field.min_length or 0) > LONG:
        return "abc"[number] * (field.min_length or 0)
    cut = value[:LONG].rsplit(" ", 1)[0].rstrip(" ,;")
    return cut if len(cut) >= (field.min_length or 0) else value[:LONG].strip().ljust(LONG, "x")
