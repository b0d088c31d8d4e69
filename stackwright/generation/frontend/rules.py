"""The form's rule for each member: what it must be to be sent."""

from collections.abc import Sequence

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend.code import strings, text_property, ts_object, ts_value
from stackwright.generation.frontend.members import ToMany, ToOne, is_key_part
from stackwright.generation.samples.native import precision_scale

_FUNCTIONS = {
    FieldType.STRING: "text",
    FieldType.TEXT: "text",
    FieldType.ENUM: "choice",
    FieldType.IMAGE: "file",
}
_LENGTHS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL, FieldType.URL})
_RANGES = frozenset(
    {FieldType.INTEGER, FieldType.BIGINT, FieldType.FLOAT, FieldType.DECIMAL}
    | {FieldType.DATE, FieldType.TIME, FieldType.DATETIME, FieldType.DURATION}
)


def field_rule(field: Field, *, is_required: bool | None = None) -> str:
    """The rule of a field: `rules.text({ required: true, maxLength: 200 })`."""
    required = field.required if is_required is None else is_required
    options = ["required: true"] if required and not is_generated(field) else []
    function = _FUNCTIONS.get(field.type, field.type.value)
    if field.type in _LENGTHS:
        options += _lengths(field)
        if field.pattern is not None:
            options.append(text_property("pattern", field.pattern))
            if field.examples and isinstance(field.examples[0], str):
                options.append(text_property("example", field.examples[0]))
    elif field.type is FieldType.DECIMAL:
        precision, scale = precision_scale(field)
        options += [f"precision: {precision}", f"scale: {scale}", *_range(field)]
    elif field.type in _RANGES:
        options += _range(field)
    elif field.type is FieldType.ENUM:
        options.append(f"values: {strings(value.name for value in field.values)}")
    elif field.type is FieldType.LIST:
        options = [f"item: {_item_rule(field)}", *options, *_lengths(field)]
    return _call(f"rules.{function}", options)


def to_one_rule(member: ToOne, entity: Entity, project: Project) -> str:
    """The rule of a reference."""
    required = member.relation.required or is_key_part(entity, member.name)
    function = f"rules.reference<{id_type(member.relation.target, project)}>()"
    return _call(function, ["required: true"] if required else [])


def to_many_rule(member: ToMany, project: Project) -> str:
    """The rule of references with their attributes."""
    options = ["required: true"] if member.required else []
    if member.relation.attributes:
        rules = [f"{field.name}: {field_rule(field)}" for field in member.relation.attributes]
        options.append(f"attributes: {ts_object(rules)}")
    return _call(f"rules.references<{id_type(member.target, project)}>()", options)


def id_type(entity: str, project: Project) -> str:
    """The TypeScript type of an entity's ids."""
    if entity == BUILT_IN_USER:
        return "string"
    return "number" if project.entity(entity).primary_key.kind == "integer" else "string"


def is_generated(field: Field) -> bool:
    """Whether the server fills the field when it is left empty."""
    return field.type is FieldType.UUID and field.default == "uuid"


def _item_rule(field: Field) -> str:
    item = field.model_copy(
        update={"type": field.items or FieldType.STRING, "min_length": None, "max_length": None}
    )
    if item.type is FieldType.BOOLEAN:
        return "rules.truth({ required: true })"  # typed as text, unlike a check box
    return field_rule(item, is_required=True)


def _call(function: str, options: Sequence[str]) -> str:
    return f"{function}({ts_object(options) if options else ''})"


def _lengths(field: Field) -> list[str]:
    found = (("minLength", field.min_length), ("maxLength", field.max_length))
    return [f"{name}: {value}" for name, value in found if value is not None]


def _range(field: Field) -> list[str]:
    found = (("min", field.min), ("max", field.max))
    return [f"{name}: {ts_value(value)}" for name, value in found if value is not None]
