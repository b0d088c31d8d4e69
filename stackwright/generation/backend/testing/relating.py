"""Cases for relations and for values that must be unique, alone or together."""

from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.generation.backend.testing.examples import (
    COUNT,
    fixed_keys,
    is_key,
    link,
    sent_value,
)
from stackwright.generation.backend.testing.literals import row, source
from stackwright.generation.samples import invalid_values
from stackwright.generation.samples import rows as sample_rows
from stackwright.generation.samples.checks import failing
from stackwright.generation.samples.rows import Row
from stackwright.generation.samples.values import value


def relating(project: Project, entity: Entity, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Tables for the tests of relations and uniqueness."""
    to_one = [r for r in entity.relations if r.is_to_one and _size(project, r)]
    free = [r for r in to_one if not r.immutable and not is_key(entity, r.name)]
    to_many = [r for r in entity.relations if not r.is_to_one and _size(project, r)]
    return {
        "to_one": [
            row(r.name, _module(r), _number(project, r), _display(project, r)) for r in free
        ],
        "to_one_names": [source(r.name) for r in to_one],
        "emptiable": [row(r.name, _module(r)) for r in free if not r.required],
        "needed": [source(f"{r.name}_id") for r in to_one if r.required or is_key(entity, r.name)],
        "restrict": _deletions(project, free, OnDelete.RESTRICT),
        "cascade": _deletions(project, free, OnDelete.CASCADE),
        "set_null": _deletions(project, [r for r in free if not r.required], OnDelete.SET_NULL),
        "to_many": [_to_many(project, r) for r in to_many],
        "both_sides": [_to_many(project, r) for r in to_many if r.inverse and not r.is_self],
        "attributes": [case for r in to_many for case in _attributes(r)],
        "relation_filters": [row(r.name, _module(r)) for r in free],
        "unique": [source(group) for group in _unique(entity, rows)],
        "unique_changes": [
            source(group)
            for group in _unique(entity, rows)
            if not set(group) & set(fixed_keys(entity))
        ],
    }


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
    attributes = {
        field.name: sent_value(field, value(field, f"{relation.owner}_{relation.name}", 0))
        for field in relation.attributes
    }
    return row(
        relation.name, _module(relation), _number(project, relation), relation.inverse, attributes
    )


def _attributes(relation: Relation) -> list[str]:
    return [
        row(relation.name, _module(relation), field.name, case.title, case.value)
        for field in relation.attributes
        for case in invalid_values(field)
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
        elif relation is not None:
            shared[f"{name}_id"] = link(relation, 0)
    return None if failing(entity, mixed) else shared
