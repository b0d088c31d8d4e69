"""Sample rows in the shapes of the generated API: ids, what a client writes, what it reads back."""

import re
from uuid import UUID

from pydantic import JsonValue

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.samples import readable
from stackwright.generation.samples.native import as_json
from stackwright.generation.samples.rows import Row, rows
from stackwright.generation.samples.values import seeded

_SPECIAL = re.compile("[!%,/~]")


def key_part(value: object) -> str:
    """One part of an id of several columns, as the generated back end writes it (`app/core/keys.py`)."""
    return _SPECIAL.sub(lambda found: f"!{ord(found[0]):02X}", str(value))


def identifier(project: Project, entity: Entity, row: Row, count: int) -> JsonValue:
    """The id under which this row shows in examples.

    Server-made ids (uuid, integer) are only examples: the server chooses its own. `count` is the
    number of rows that were asked for when the row was made.
    """
    kind = entity.primary_key.kind
    if kind == "integer":
        return row.number + 1
    if kind == "string":
        return row.key
    if kind == "uuid":
        return str(UUID(int=seeded(entity.name, row.number, "id").getrandbits(128), version=4))
    return "~".join(
        key_part(_part(project, entity, row, name, count)) for name in entity.primary_key.parts
    )


def write_shape(project: Project, entity: Entity, row: Row, count: int) -> dict[str, JsonValue]:
    """What a client sends to create the row."""
    shown: dict[str, JsonValue] = {"id": row.key} if entity.primary_key.kind == "string" else {}
    for field in entity.fields:
        shown[field.name] = as_json(field, row.values[field.name])
    for relation in entity.relations:
        if relation.is_to_one:
            shown[f"{relation.name}_id"] = _target_id(
                project, relation, row.links[relation.name], count
            )
        else:
            shown[relation.name] = [
                {
                    "id": _target_id(project, relation, member.number, count),
                    **{f.name: as_json(f, member.values[f.name]) for f in relation.attributes},
                }
                for member in row.members[relation.name]
            ]
    return shown


def display(entity: Entity, row: Row, shown_id: JsonValue) -> str:
    """The words under which a row is shown."""
    field = entity.field(entity.display or "")
    if field is None or row.values.get(field.name) is None:
        return str(shown_id)
    return str(as_json(field, row.values[field.name]))


def _part(project: Project, entity: Entity, row: Row, name: str, count: int) -> JsonValue:
    field = entity.field(name)
    if field is not None:
        return as_json(field, row.values[name])
    relation = entity.relation(name)
    return None if relation is None else _target_id(project, relation, row.links[name], count)


def _target_id(project: Project, relation: Relation, number: int | None, count: int) -> JsonValue:
    if number is None:
        return None
    if relation.target == BUILT_IN_USER:
        return str(UUID(int=seeded(BUILT_IN_USER, number, "id").getrandbits(128), version=4))
    target = project.entity(relation.target)
    found = rows(project, target, count).rows
    return identifier(project, target, found[number], count) if number < len(found) else None


def user_name(number: int) -> str:
    """The name of a demonstration account."""
    return " ".join(readable.person(number + 11))
