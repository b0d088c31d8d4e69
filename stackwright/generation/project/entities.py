"""What the document of one entity says: tables of its fields and rules, and an example to copy."""

import json
from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import PUBLIC, USER, Entity
from stackwright.domain.field import FILES, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation.project.markdown import code, table
from stackwright.generation.samples import rows
from stackwright.generation.samples.shapes import identifier, write_shape
from stackwright.rendering.text import md

_ROWS = 3
_KINDS = {
    RelationKind.ONE_TO_ONE: "one to one",
    RelationKind.MANY_TO_ONE: "many to one",
    RelationKind.MANY_TO_MANY: "many to many",
}
_ON_DELETE = {
    "restrict": "refused while it is used",
    "cascade": "deleted with it",
    "set_null": "emptied",
}
_KEYS = {
    "uuid": "`id`, a UUID that the server chooses",
    "integer": "`id`, a number that the server counts up",
    "string": "`id`, a text that the client chooses",
}


def entity_document(entity: Entity, project: Project) -> dict[str, Any]:
    """Plain data for `docs/entities/<path>.md`."""
    samples = rows(project, entity, _ROWS).rows
    incoming = [r for r in project.incoming(entity.name) if r.inverse]
    return {
        "module": naming.snake(entity.name),
        "name": entity.name,
        "path": naming.kebab(entity.plural),
        "label": entity.label or naming.sentence(entity.name),
        "plural_label": entity.plural_label or naming.sentence(entity.plural),
        "description": entity.description,
        "where": entity.where,
        "key": _key(entity),
        "display": entity.display or "id",
        "soft_delete": entity.soft_delete,
        "audit": entity.audit,
        "optimistic_lock": entity.optimistic_lock,
        "fields": _fields(entity),
        "computed": _computed(entity),
        "relations": _relations(entity, incoming),
        "unique": [" and ".join(code(name) for name in group) for group in entity.unique],
        "checks": [
            {"where": c.where, "expression": code(c.expression.text), "message": md(c.message)}
            for c in entity.checks
        ],
        "permissions": _permissions(entity),
        "example": json.dumps(_example(project, entity), indent=2, ensure_ascii=False),
        "example_id": str(identifier(project, entity, samples[0], _ROWS)) if samples else "1",
        "login": ""
        if PUBLIC in entity.permissions.read
        else ' --header "Authorization: Bearer $TOKEN"',
        "filter": _filter(entity),
    }


def type_name(field: Field) -> str:
    """A field's type as the model language writes it."""
    if field.type is FieldType.DECIMAL and field.precision is not None:
        return f"decimal({field.precision}, {field.scale or 0})"
    if field.type is FieldType.LIST and field.items is not None:
        return f"list({field.items.value})"
    return field.type.value


def _key(entity: Entity) -> str:
    if entity.primary_key.kind == "fields":
        parts = ", ".join(code(part) for part in entity.primary_key.parts)
        joined = "" if len(entity.primary_key.parts) == 1 else ", joined with `~` in `id`"
        return f"{parts}{joined}"
    return _KEYS[entity.primary_key.kind]


def _fields(entity: Entity) -> str:
    return table(
        ("Field", "Type", "Required", "Rules", "Description"),
        [
            (
                code(field.name),
                type_name(field),
                "yes" if field.required or field.name in entity.primary_key.parts else "no",
                _rules(field),
                md(field.description or field.label),
            )
            for field in entity.fields
        ],
    )


def _rules(field: Field) -> str:
    found = _limits(field)
    if field.pattern is not None:
        found.append(f"matches {code(field.pattern)}")
    if field.max_bytes is not None:
        found.append(f"at most {field.max_bytes} bytes")
    if field.default is not None:
        found.append(
            f"default {code(json.dumps(field.default, ensure_ascii=False).strip(chr(34)))}"
        )
    for word, holds in (
        ("never changed", field.immutable),
        ("never returned", field.sensitive),
        ("searched by `q`", field.searchable),
    ):
        if holds:
            found.append(word)
    return ", ".join(found)


def _limits(field: Field) -> list[str]:
    found = []
    if field.values:
        found.append("one of " + ", ".join(code(entry.name) for entry in field.values))
    if field.unique:
        found.append("unique")
    unit = "items" if field.type is FieldType.LIST else "characters"
    for words, limit in (("at least", field.min), ("at most", field.max)):
        if limit is not None:
            found.append(f"{words} {limit}")
    for words, length in (("at least", field.min_length), ("at most", field.max_length)):
        if length is not None:
            found.append(f"{words} {length} {unit}")
    return found


def _computed(entity: Entity) -> str:
    if not entity.computed:
        return ""
    return table(
        ("Field", "Type", "Computed as", "Description"),
        [
            (code(c.name), c.type.value, code(c.expression.text), md(c.description or c.label))
            for c in entity.computed
        ],
    )


def _relations(entity: Entity, incoming: list[Relation]) -> str:
    own = [
        (
            code(relation.name),
            _KINDS[relation.kind],
            md(relation.target),
            "yes" if relation.required else "no",
            _ON_DELETE[relation.on_delete.value] if relation.is_to_one else "link removed",
            md(relation.description or relation.label),
        )
        for relation in entity.relations
    ]
    others = [
        (
            code(str(relation.inverse)),
            _KINDS[relation.kind].replace("many to one", "one to many"),
            md(relation.owner),
            "no",
            "",
            md(relation.inverse_label or f"the other side of {relation.owner}.{relation.name}"),
        )
        for relation in incoming
    ]
    if not own and not others:
        return ""
    return table(
        ("Relation", "Kind", "Target", "Required", "When the target is deleted", "Description"),
        own + others,
    )


def _permissions(entity: Entity) -> str:
    allowed = entity.permissions
    return table(
        ("Action", "Who may do it"),
        [
            (action, _who(roles))
            for action, roles in (
                ("read", allowed.read),
                ("create", allowed.create),
                ("update", allowed.update),
                ("delete", allowed.delete),
            )
        ],
    )


def _who(roles: tuple[str, ...]) -> str:
    if PUBLIC in roles:
        return "anybody"
    if USER in roles:
        return "anybody who is logged in"
    return ", ".join([*(code(role) for role in roles), "`admin`"])


def _example(project: Project, entity: Entity) -> dict[str, Any]:
    samples = rows(project, entity, _ROWS).rows
    if not samples:
        return {}
    shown = write_shape(project, entity, samples[0], _ROWS)
    for field in entity.fields:
        if field.type in FILES and shown.get(field.name) is not None:
            shown[field.name] = "0d5f6f2e-1c86-4b0c-9a5d-9f3c7f6f2b11"
        if field.sensitive and shown.get(field.name) is not None:
            shown[field.name] = "…"
    return shown


def _filter(entity: Entity) -> str:
    """A query string that makes sense for the entity."""
    for field in entity.fields:
        if field.sensitive:
            continue
        if field.type in (FieldType.INTEGER, FieldType.FLOAT, FieldType.DECIMAL, FieldType.BIGINT):
            return f"{field.name}__ge=1&sort=-{field.name}"
        if field.type in (FieldType.STRING, FieldType.TEXT):
            return f"{field.name}__contains=a&sort={field.name}"
    return "sort=id"
