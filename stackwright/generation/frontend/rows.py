"""The interface of a row: the read shape of the API in TypeScript."""

from typing import Any

from stackwright.domain.entity import Computed, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend import names
from stackwright.generation.frontend.members import Member, ToMany, ToOne, is_key_part, members
from stackwright.generation.frontend.rules import id_type

_TYPES = {
    FieldType.INTEGER: "number",
    FieldType.FLOAT: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.JSON: "unknown",
    FieldType.POINT: "{ lat: number; lng: number }",
}


def row_lines(entity: Entity, project: Project) -> list[dict[str, str]]:
    """Name, type and origin of each property of a row, in the order of the model."""
    lines = [_line("id", id_type(entity.name, project), entity.where)]
    lines += [
        _line(member.name, _member_type(member, entity), member.where)
        for member in members(entity, project)
        if member.name != "id" and not (isinstance(member, Field) and member.sensitive)
    ]
    if entity.audit:
        lines += [
            _line("created_at", "string", entity.where),
            _line("created_by", "string | null", entity.where),
            _line("updated_at", "string", entity.where),
            _line("updated_by", "string | null", entity.where),
        ]
    if entity.optimistic_lock:
        lines.append(_line("version", "number", entity.where))
    return lines


def links(entity: Entity, project: Project) -> list[dict[str, Any]]:
    """Interfaces of the links of many-to-many relations that have attributes."""
    return [
        {
            "name": names.link_name(entity, member.name),
            "lines": [
                _line(field.name, _field_type(field, is_part=False), field.where)
                for field in member.relation.attributes
            ],
        }
        for member in members(entity, project)
        if isinstance(member, ToMany) and member.relation.attributes
    ]


def uses_values(entity: Entity) -> bool:
    """Whether a property takes its type from the form's schema."""
    return any(_from_schema(field) and not field.sensitive for field in entity.fields)


def uses_refs(entity: Entity, project: Project) -> bool:
    """Whether a property is a reference to another row."""
    return any(isinstance(member, ToOne | ToMany) for member in members(entity, project))


def _member_type(member: Member, entity: Entity) -> str:
    match member:
        case Field():
            if _from_schema(member):
                return f'Values["{member.name}"]'
            return _field_type(member, is_part=is_key_part(entity, member.name))
        case ToOne(relation=relation):
            required = relation.required or is_key_part(entity, member.name)
            return "Ref" if required else "Ref | null"
        case ToMany():
            has_attributes = bool(member.relation.attributes)
            return f"{names.link_name(entity, member.name) if has_attributes else 'Ref'}[]"
        case Computed():
            return f"{_TYPES.get(member.type, 'string')} | null"


def _field_type(field: Field, *, is_part: bool) -> str:
    if field.type is FieldType.ENUM:
        own = "string"
    elif field.type is FieldType.LIST:
        own = f"{_TYPES.get(field.items or FieldType.STRING, 'string')}[]"
    else:
        own = _TYPES.get(field.type, "string")
    return own if field.required or is_part or own == "unknown" else f"{own} | null"


def _from_schema(field: Field) -> bool:
    return field.type in (FieldType.ENUM, FieldType.LIST)


def _line(name: str, type_text: str, where: str) -> dict[str, str]:
    return {"name": name, "type": type_text, "where": where}
