"""How each member is shown, edited and filtered: the literal in `fields`."""

import json

from stackwright.domain.entity import BUILT_IN_USER, Computed, Entity
from stackwright.domain.field import MOMENTS, TEXTS, Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend import names
from stackwright.generation.frontend.code import strings, text_property, ts_object, ts_value
from stackwright.generation.frontend.members import ToMany, ToOne, is_key_part
from stackwright.generation.frontend.rules import id_type, is_generated
from stackwright.generation.samples.native import precision_scale
from stackwright.rendering.text import ts_str

_KINDS = {FieldType.STRING: "text", FieldType.TEXT: "multiline"}


def kind(field_type: FieldType) -> str:
    """The front end's word for a field type."""
    return _KINDS.get(field_type, field_type.value)


def field_spec(field: Field, entity: Entity | None) -> list[str]:
    """Properties of a field; `entity` is None for attributes of a relation."""
    is_part = entity is not None and is_key_part(entity, field.name)
    found = [f'kind: "{kind(field.type)}"']
    if _is_expected(field, is_part=is_part):
        found.append("required: true")
    if field.immutable or is_part:
        found.append("immutable: true")
    if field.sensitive:
        found.append("sensitive: true")
    if is_generated(field):
        found.append("generated: true")
    elif field.default is not None:
        found.append(_initial(field))
    if field.type is FieldType.DECIMAL:
        found.append(f"scale: {precision_scale(field)[1]}")
    if field.items is not None:
        found.append(f'items: "{kind(field.items)}"')
    if field.values:
        found.append(f"values: {strings(value.name for value in field.values)}")
    return found


def computed_spec(computed: Computed) -> list[str]:
    """Properties of a computed value."""
    return [f'kind: "{kind(computed.type)}"', "computed: true"]


def to_one_spec(member: ToOne, entity: Entity, project: Project) -> list[str]:
    """Properties of a reference."""
    relation = member.relation
    found = ['kind: "reference"']
    if relation.required or is_key_part(entity, member.name):
        found.append("required: true")
    if relation.immutable or is_key_part(entity, member.name):
        found.append("immutable: true")
    return [*found, f"target: {target(relation.target, relation.display, project)}"]


def to_many_spec(member: ToMany, project: Project) -> list[str]:
    """Properties of references with attributes."""
    found = ['kind: "references"']
    if member.required:
        found.append("required: true")
    if member.relation.immutable and member.relation.name == member.name:
        found.append("immutable: true")
    attributes = [
        f"{field.name}: {ts_object(field_spec(field, None))}"
        for field in member.relation.attributes
    ]
    if attributes:
        found.append(f"attributes: {ts_object(attributes)}")
    return [*found, f"target: {target(member.target, member.display, project)}"]


def target(name: str, display: str | None, project: Project) -> str:
    """The other side of a relation as an object literal."""
    if name == BUILT_IN_USER:
        return ts_object(['path: "/users"', 'display: "name"', 'search: "q"', "hasPages: false"])
    entity = project.entity(name)
    shown = display or display_field(entity)
    found = [f"path: {ts_str(names.path(entity))}", f"display: {ts_str(shown)}"]
    field = entity.field(shown)
    by_name = f"{shown}__contains" if field is not None and field.type in TEXTS else None
    search = "q" if field is not None and _is_searched(field) else by_name
    if search is not None:
        found.append(text_property("search", search))
    if by_name is not None:
        found.append(text_property("filter", by_name))
    if id_type(name, project) == "number":
        found.append("hasNumericIds: true")
    return ts_object([*found, "hasPages: true"])


def display_field(entity: Entity) -> str:
    """The field that stands for a row."""
    field = entity.field(entity.display or "")
    return field.name if field is not None and not field.sensitive else "id"


def is_searchable(entity: Entity) -> bool:
    """Whether the API searches the entity by text."""
    return any(_is_searched(field) for field in entity.fields)


def _is_searched(field: Field) -> bool:
    """Whether the API's search by text looks at the field."""
    return field.searchable and not field.sensitive


def starts_empty(field: Field, entity: Entity) -> bool:
    """Whether a new row needs a value that the form does not offer by itself."""
    return (
        _is_expected(field, is_part=is_key_part(entity, field.name))
        and field.default is None
        and field.type not in (FieldType.BOOLEAN, FieldType.LIST)
    )


def _is_expected(field: Field, *, is_part: bool) -> bool:
    """Whether the visitor must enter something; an empty list may be a value too."""
    if is_generated(field):
        return False
    if field.type is FieldType.LIST:
        return field.required and bool(field.min_length)
    return field.required or is_part


def _initial(field: Field) -> str:
    value = field.default
    if field.type is FieldType.JSON:
        text = json.dumps(value, ensure_ascii=False)
        return text_property("initial", text)
    if field.type in MOMENTS and value == "now":
        return 'initial: "now"'
    if isinstance(value, bool) or field.type is FieldType.POINT:
        return f"initial: {ts_value(value)}"
    if isinstance(value, list):
        return f"initial: {strings(_plain(item) for item in value)}"
    return text_property("initial", _plain(value))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
