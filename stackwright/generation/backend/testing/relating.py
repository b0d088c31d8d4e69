"""Cases for relations and for values that must be unique, alone or together."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import ADMIN, BUILT_IN_USER, PUBLIC, USER, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.generation.backend.testing.examples import (
    COUNT,
    fixed_keys,
    is_key,
    link,
    sent_value,
)
from stackwright.generation.backend.testing.literals import case, row, source
from stackwright.generation.samples import invalid_values
from stackwright.generation.samples import rows as sample_rows
from stackwright.generation.samples.checks import failing
from stackwright.generation.samples.native import as_json
from stackwright.generation.samples.rows import Row
from stackwright.generation.samples.shapes import key_part
from stackwright.generation.samples.values import value

_NO_UUID = "00000000-0000-4000-8000-000000000000"


def relating(project: Project, entity: Entity, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Tables for the tests of relations and uniqueness."""
    to_one = [r for r in entity.relations if r.is_to_one and _size(project, r)]
    free = [r for r in to_one if not r.immutable and not is_key(entity, r.name)]
    to_many = [r for r in entity.relations if not r.is_to_one and _size(project, r)]
    view: dict[str, Any] = {
        "to_one": [
            row(r.name, _module(r), _number(project, r), _display(project, r)) for r in free
        ],
        "linked": [row(r.name, _module(r), _number(project, r)) for r in free],
        "target_filters": [line for r in free for line in _target_filters(project, r)],
        "emptiable": [row(r.name, _module(r)) for r in free if not r.required],
        "needed": [source(f"{r.name}_id") for r in to_one if r.required or is_key(entity, r.name)],
        "restrict": _deletions(project, free, OnDelete.RESTRICT),
        "cascade": _deletions(project, free, OnDelete.CASCADE),
        "set_null": _deletions(project, [r for r in free if not r.required], OnDelete.SET_NULL),
        "to_many": [_to_many(project, r) for r in to_many],
        "optional_to_many": [_to_many(project, r) for r in to_many if not r.required],
        "required_to_many": [source(r.name) for r in to_many if r.required],
        "deletable": [
            _to_many(project, r)
            for r in to_many
            if r.target != BUILT_IN_USER and not r.required and _size(project, r) > 1
        ],
        "both_sides": [
            row(r.name, _module(r), _number(project, r), r.inverse, _valid_attributes(r))
            for r in to_many
            if r.inverse and not r.is_self and not r.required and r.target != BUILT_IN_USER
        ],
        "stamped": [
            _to_many(project, r)
            for r in to_many
            if r.target != BUILT_IN_USER
            and not r.is_self
            and not r.required
            and project.entity(r.target).optimistic_lock
        ],
        "guarded": [
            row(r.name, _module(r), _number(project, r), r.inverse, _valid_attributes(r), role)
            for r in to_many
            if r.inverse and not r.is_self and not r.required and r.target != BUILT_IN_USER
            if (role := _outsider(entity, project.entity(r.target)))
        ],
        "attributes": [line for r in to_many for line in _attributes(r)],
        "valid_attributes": source({r.name: _valid_attributes(r) for r in to_many if r.attributes}),
        "nothing": [_nothing(project, r) for r in [*to_one, *to_many]],
        "nothing_changes": [_nothing(project, r) for r in [*free, *to_many]],
        "unique": [source(group) for group in _unique(entity, rows)],
        "unique_changes": [
            source(group)
            for group in _unique(entity, rows)
            if not set(group) & set(fixed_keys(entity))
        ],
    }
    refusing = (
        "guarded",
        "needed",
        "restrict",
        "cascade",
        "to_many",
        "required_to_many",
        "attributes",
    )
    view["has_problems"] = any(view[name] for name in refusing)
    return view


def _module(relation: Relation) -> str:
    return "user" if relation.target == BUILT_IN_USER else naming.snake(relation.target)


def _size(project: Project, relation: Relation) -> int:
    if relation.target == BUILT_IN_USER:
        return COUNT
    return len(sample_rows(project, project.entity(relation.target), COUNT, filled=True).rows)


def _number(project: Project, relation: Relation) -> int:
    """The target's row to link to: another one than that of the plain payload, if there is one."""
    return 1 if _size(project, relation) > 1 else 0


def _display(project: Project, relation: Relation) -> str | None:
    if relation.target == BUILT_IN_USER:
        return relation.display or "name"
    return relation.display or project.entity(relation.target).display


def _deletions(project: Project, relations: list[Relation], on_delete: OnDelete) -> list[str]:
    return [
        row(relation.name, _module(relation))
        for relation in relations
        if relation.on_delete is on_delete
        and relation.target != BUILT_IN_USER
        and _size(project, relation) > 1
    ]


def _to_many(project: Project, relation: Relation) -> str:
    number = _number(project, relation)
    return row(relation.name, _module(relation), number, _valid_attributes(relation))


def _outsider(owner: Entity, target: Entity) -> str | None:
    """A role that may change the target's rows, but not the owner's, to whom their links belong."""
    if {PUBLIC, USER} & set(owner.permissions.update):
        return None
    roles = [role for role in target.permissions.update if role not in owner.permissions.update]
    return next((role for role in roles if role not in (PUBLIC, ADMIN)), None)


def _valid_attributes(relation: Relation) -> dict[str, Any]:
    place = f"{relation.owner}_{relation.name}"
    return {field.name: sent_value(field, value(field, place, 0)) for field in relation.attributes}


def _nothing(project: Project, relation: Relation) -> str:
    """The key of a relation and a value for it that points to a row which does not exist."""
    unknown = unknown_id(project, relation.target, as_json_id=True)
    if relation.is_to_one:
        return row(f"{relation.name}_id", unknown)
    return row(relation.name, [{"id": unknown, **_valid_attributes(relation)}])


def _target_filters(project: Project, relation: Relation) -> list[str]:
    """A field of the target that every row has, to filter the owner's rows by."""
    if relation.target == BUILT_IN_USER:
        return []
    target = project.entity(relation.target)
    for field in target.fields:
        plain = field.type in (FieldType.STRING, FieldType.INTEGER, FieldType.ENUM)
        if plain and field.required and not field.sensitive:
            return [row(relation.name, _module(relation), _number(project, relation), field.name)]
    return []


def unknown_id(project: Project, name: str, *, as_json_id: bool = False) -> Any:
    """An id of the right form that no row has.

    Args:
        project: The model.
        name: The entity.
        as_json_id: As it stands in a body; otherwise as text, for an address.
    """
    if name == BUILT_IN_USER:
        return _NO_UUID
    entity = project.entity(name)
    kind = entity.primary_key.kind
    if kind == "fields":
        parts = [str(_unknown_part(project, entity, part)) for part in entity.primary_key.parts]
        return "~".join(parts)
    known: dict[str, Any] = {"uuid": _NO_UUID, "integer": 987654, "string": "no-such-row"}
    return known[kind] if as_json_id else str(known[kind])


def _unused(project: Project, entity: Entity, field: Field) -> Any:
    """A valid value that no example row has; one of theirs where there is no other."""
    taken = [
        one.values[field.name] for one in sample_rows(project, entity, COUNT, filled=True).rows
    ]
    for number in range(COUNT, COUNT + 40):
        option = value(field, entity.name, number, 1)
        if option is not None and option not in taken:
            return option
    return taken[-1] if taken else None


def _unknown_part(project: Project, entity: Entity, name: str) -> Any:
    field, relation = entity.field(name), entity.relation(name)
    if field is not None:
        return key_part(as_json(field, _unused(project, entity, field)))
    target = relation.target if relation is not None else BUILT_IN_USER
    return key_part(unknown_id(project, target))


def _attributes(relation: Relation) -> list[str]:
    return [
        case(f"{field.name} {one.title}", relation.name, _module(relation), field.name, one.value)
        for field in relation.attributes
        for one in invalid_values(field)
    ]


def _unique(entity: Entity, rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """For each rule of uniqueness the values of the first row that a second one must not have as well."""
    if len(rows) < 2:
        return []
    groups: list[tuple[str, ...]] = [(field.name,) for field in entity.fields if field.unique]
    groups += [(r.name,) for r in entity.relations if r.kind is RelationKind.ONE_TO_ONE]
    groups += entity.unique
    if entity.primary_key.kind == "fields":
        groups.append(entity.primary_key.parts)
    found = [shared for group in groups if (shared := _shared(entity, rows, group)) is not None]
    if entity.primary_key.kind == "string":
        found.insert(0, {"id": rows[0].key})
    return found


def _shared(entity: Entity, rows: tuple[Row, ...], group: tuple[str, ...]) -> dict[str, Any] | None:
    shared: dict[str, Any] = {}
    mixed = dict(rows[1].values)
    for name in group:
        field, relation = entity.field(name), entity.relation(name)
        if field is not None:
            if rows[0].values[name] is None:
                return None
            shared[name] = sent_value(field, rows[0].values[name])
            mixed[name] = rows[0].values[name]
        elif relation is not None and relation.is_self:
            return None  # the first row, to which the second would point, has these values itself
        elif relation is not None:
            shared[f"{name}_id"] = link(relation, 0)
    return None if failing(entity, mixed) else shared
