"""What the end-to-end test enters: the first entity that can be filled in without other rows."""

from typing import Any

from stackwright.domain.entity import Entity
from stackwright.domain.field import FILES, Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend import names
from stackwright.generation.frontend.specs import starts_empty
from stackwright.generation.samples import Row, as_json, rows
from stackwright.rendering.text import ts_str

_UNTYPED = FILES | {FieldType.POINT, FieldType.JSON, FieldType.DATETIME}
_SPARE = 40  # the last of so many rows is hardly among the sample data of a back end


def journey(project: Project) -> dict[str, Any] | None:
    """The address of an entity and the steps that fill its form; None when there is no such entity."""
    for entity in project.entities:
        if _is_simple(entity):
            found = rows(project, entity, _SPARE, filled=True).rows
            if found:
                return {"path": names.path(entity), "steps": _steps(entity, found[-1])}
    return None


def _is_simple(entity: Entity) -> bool:
    has_relations = any(
        relation.required or relation.name in entity.primary_key.parts
        for relation in entity.relations
    )
    fields = [field for field in entity.fields if starts_empty(field, entity)]
    is_typed = all(field.type not in _UNTYPED for field in fields)
    return bool(fields) and is_typed and not has_relations and not _needs_items(entity)


def _needs_items(entity: Entity) -> bool:
    return any(field.required and field.min_length for field in entity.fields if field.items)


def _steps(entity: Entity, row: Row) -> list[dict[str, str]]:
    steps = []
    if entity.primary_key.kind == "string":
        steps.append(_step("id", "fill", row.key or ""))
    needed = [field for field in entity.fields if starts_empty(field, entity)]
    return steps + [_step(field.name, _action(field), _text(field, row)) for field in needed]


def _action(field: Field) -> str:
    return "selectOption" if field.type is FieldType.ENUM else "fill"


def _text(field: Field, row: Row) -> str:
    return str(as_json(field, row.values[field.name]))


def _step(field: str, action: str, text: str) -> dict[str, str]:
    return {"field": field, "action": action, "argument": ts_str(text)}
