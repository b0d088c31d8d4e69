"""The first revision: every table, those that others point to first."""

import hashlib
from collections.abc import Iterator
from typing import Any

from stackwright.domain.entity import Entity
from stackwright.domain.field import FILES, Field
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.backend import names
from stackwright.generation.backend.code import call, strings
from stackwright.generation.backend.columns import (
    entity_key,
    foreign_key,
    migration_type,
)
from stackwright.generation.backend.constraints import (
    ForeignKey,
    field_checks,
    foreign_key_to,
    foreign_keys,
    indexes,
    link_keys,
    row_checks,
    unique_code,
    uniques,
)
from stackwright.rendering.text import py_str


def migration_view(project: Project) -> dict[str, Any]:
    """Plain data for the first revision."""
    done = {"users", "files"}
    tables, later = [], []
    for entity in ordered(project):
        name = names.table(entity)
        done.add(name)
        inline: list[ForeignKey] = []
        deferred: list[ForeignKey] = []
        for key in foreign_keys(entity, project):
            (inline if key.target in done else deferred).append(key)
        later += deferred
        tables.append(_table(entity, project, inline, deferred))
    links = [
        _link_table(relation, project)
        for entity in project.entities
        for relation in entity.relations
        if not relation.is_to_one
    ]
    return {
        "revision": revision_id(project),
        "tables": tables + links,
        "later": [_later(key) for key in later],
        "has_files": True,  # a field may come later, and the models know the table anyway
        "dropped": [table["name"] for table in reversed(tables + links)],
        "uses_types": True,
    }


def revision_id(project: Project) -> str:
    """The id of the first revision."""
    return hashlib.sha256(f"{project.name}:initial".encode()).hexdigest()[:12]


def has_files(project: Project) -> bool:
    """Whether any row holds an uploaded file."""
    return any(field.type in FILES for entity in project.entities for field in entity.fields)


def ordered(project: Project) -> list[Entity]:
    """Targets before those that point to them, as far as cycles allow."""
    done: dict[str, Entity] = {}
    waiting = list(project.entities)
    while waiting:
        ready = [entity for entity in waiting if _targets(entity) <= {*done, "User"}]
        if not ready:  # a cycle: take the one that most others wait for, required ones first
            ready = [min(waiting, key=lambda entity: len(_targets(entity) - {*done, "User"}))]
        for entity in ready:
            done[entity.name] = entity
        waiting = [entity for entity in waiting if entity.name not in done]
    return list(done.values())


def _targets(entity: Entity) -> set[str]:
    return {r.target for r in entity.relations if r.is_to_one and not r.is_self}


def _table(
    entity: Entity, project: Project, inline: list[ForeignKey], deferred: list[ForeignKey]
) -> dict[str, Any]:
    key = [part.column for part in entity_key(entity, project)]
    table = names.table(entity)
    parts = [*_columns(entity, project)]
    parts.append(
        call(
            "sa.PrimaryKeyConstraint",
            [*strings(key), f"name={py_str(names.constraint('pk', table))}"],
        )
    )
    parts += [constraint.code(with_info=False) for constraint in inline]
    parts += [
        f"*_only_sqlite(\n            {one.code(with_info=False)},\n        )" for one in deferred
    ]
    unique = uniques(entity, project)
    if not entity.soft_delete:
        parts += [unique_code(entity, name, columns) for name, columns in unique]
    parts += [*field_checks(table, entity.fields), *row_checks(entity)]
    made = [_index(name, table, columns) for name, columns in indexes(entity, project)]
    if entity.soft_delete:
        made += [_index(name, table, columns, partial=True) for name, columns in unique]
    return {"where": entity.where, "name": py_str(table), "parts": parts, "indexes": made}


def _columns(entity: Entity, project: Project) -> Iterator[str]:
    kind = entity.primary_key.kind
    if kind != "fields":
        key = entity_key(entity, project)[0]
        yield _column("id", key.sql, required=True)
    for field in entity.fields:
        yield _field(field, entity)
    for relation in entity.relations:
        if relation.is_to_one:
            required = relation.required or relation.name in entity.primary_key.parts
            for column in foreign_key(relation, project):
                keyed = column.python == "int"
                yield _column(column.column, column.sql, required=required, plain_int=keyed)
    if entity.soft_delete:
        yield _column("deleted_at", "types.Moment()", required=False)
    if entity.audit:
        yield _column("created_at", "types.Moment()", required=True)
        yield _column("created_by", "sa.Uuid", required=False)
        yield _column("updated_at", "types.Moment()", required=True)
        yield _column("updated_by", "sa.Uuid", required=False)
    if entity.optimistic_lock:
        yield _column("version", "sa.Integer", required=True)


def _field(field: Field, entity: Entity | None) -> str:
    is_key = entity is not None and field.name in entity.primary_key.parts
    kind = migration_type(field)
    return _column(
        field.name,
        kind,
        required=field.required or is_key,
        plain_int=is_key and kind in {"sa.Integer", "sa.BigInteger"},
    )


def _column(name: str, kind: str, *, required: bool, plain_int: bool = False) -> str:
    arguments = [
        py_str(name),
        kind if kind.endswith(")") or kind == "types.LongText" else f"{kind}()",
    ]
    if kind in {"types.ClockTime", "types.LongText"}:
        arguments[1] = kind
    if plain_int:
        arguments.append("autoincrement=False")
    arguments.append(f"nullable={not required}")
    return call("sa.Column", arguments)


def _index(name: str, table: str, columns: tuple[str, ...], *, partial: bool = False) -> str:
    arguments = [py_str(name), py_str(table), f"[{', '.join(strings(columns))}]"]
    if partial:
        arguments.append("unique=True")
        arguments += [
            f'{database}_where=sa.text("deleted_at IS NULL")'
            for database in ("postgresql", "sqlite")
        ]
    return call("op.create_index", arguments)


def _link_table(relation: Relation, project: Project) -> dict[str, Any]:
    table = names.link_table(relation)
    ends = {
        prefix: foreign_key_to(target, prefix, project)
        for prefix, target in (("owner", relation.owner), ("target", relation.target))
    }
    keys = [key for end in ends.values() for key in end]
    parts = [
        _column(key.column, key.sql, required=True, plain_int=key.python == "int") for key in keys
    ]
    parts += [_field(field, None) for field in relation.attributes]
    columns = strings(key.column for key in keys)
    parts.append(
        call("sa.PrimaryKeyConstraint", [*columns, f"name={py_str(names.constraint('pk', table))}"])
    )
    parts += [key.code(with_info=False) for key in link_keys(relation, project)]
    parts += field_checks(table, relation.attributes)
    target = tuple(key.column for key in ends["target"])
    return {
        "where": relation.where,
        "name": py_str(table),
        "parts": parts,
        "indexes": [_index(names.constraint("ix", table, "target"), table, target)],
    }


def _later(key: ForeignKey) -> dict[str, str]:
    arguments = [
        py_str(key.name),
        py_str(key.table),
        py_str(key.target),
        f"[{', '.join(strings(key.columns))}]",
        f"[{', '.join(strings(key.target_columns))}]",
        f"ondelete={py_str(key.action)}",
    ]
    dropped = [py_str(key.name), py_str(key.table), 'type_="foreignkey"']
    return {
        "create": call("op.create_foreign_key", arguments),
        "drop": call("op.drop_constraint", dropped),
    }
