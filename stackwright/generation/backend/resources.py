"""What the API knows of an entity: filters, relations, rules, and how a row is shown."""

from collections.abc import Iterator
from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import Check, Computed, Entity
from stackwright.domain.expression import Kind
from stackwright.domain.expression_targets import python_imports, to_python
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.backend import names
from stackwright.generation.backend.classes import Owner
from stackwright.generation.backend.code import call, literal_set, literal_tuple, strings
from stackwright.generation.backend.columns import (
    STANDARD,
    file_fields,
    foreign_key,
    key_tree,
    python_type,
)
from stackwright.generation.backend.schemas import display_of, sides
from stackwright.rendering.layout import WIDTH
from stackwright.rendering.text import docstring, py_str

_UNFILTERED = frozenset({FieldType.JSON, FieldType.FILE, FieldType.IMAGE})
_ADAPTERS = {
    FieldType.FLOAT: "as_float",
    FieldType.INTEGER: "as_whole",
    FieldType.BIGINT: "as_whole",
}


def resource_view(entity: Entity, project: Project) -> dict[str, Any]:
    """Plain data for the resource of one entity."""
    to_many = list(sides(entity, project))
    return {
        "constant": names.constant(entity),
        "permissions": [
            f"{action}={literal_tuple(strings(getattr(entity.permissions, action)))}"
            for action in ("read", "create", "update", "delete")
        ],
        "arguments": list(_arguments(entity, project)),
        "show": list(_show(entity, project)),
        "functions": list(_functions(entity, project)),
        "rules": [_rule(check) for check in entity.checks],
        "imports": _imports(entity, project),
        "uses_references": any(r.is_to_one for r in entity.relations) or bool(to_many),
        "uses_values": bool(_adapted(entity)),
        "item_classes": sorted(f"{side.base(entity)}Read" for side in to_many),
    }


def _arguments(entity: Entity, project: Project) -> Iterator[str]:
    label = entity.label or naming.sentence(entity.name)
    yield f"model={entity.name}"
    yield f"name={py_str(_lower(label))}"
    yield f"path={py_str(naming.kebab(entity.plural))}"
    if entity.display:
        yield f"display={py_str(entity.display)}"
    if entity.primary_key.kind == "fields":
        yield f"key={_tree(key_tree(entity, project))}"
    own = ["id"] if entity.primary_key.kind == "string" else []
    for name, found, write in (
        ("fields", [*own, *(field.name for field in entity.fields)], literal_tuple),
        ("required", [*_required(entity)], literal_set),
        ("immutable", [*_fixed(entity)], literal_set),
        ("filters", [*_filters(entity)], literal_tuple),
        ("searchable", [field.name for field in entity.fields if field.searchable], literal_tuple),
    ):
        if found:
            yield f"{name}={write(strings(found))}"
    yield from _relations(entity, project)
    files = [
        f"{py_str(field.name)}: {_file_rule(field.max_bytes, field.type is FieldType.IMAGE)}"
        for field in file_fields(entity)
    ]
    if files:
        yield f"files={_mapping(files)}"
    yield "permissions=PERMISSIONS"
    if entity.checks:
        yield "rules=rules"


def _mapping(lines: list[str]) -> str:
    inner = "".join(f"        {line},\n" for line in lines)
    return f"{{\n{inner}    }}"


def _relations(entity: Entity, project: Project) -> Iterator[str]:
    to_one = []
    for relation in entity.relations:
        if relation.is_to_one:
            columns = [key.column for key in foreign_key(relation, project)]
            arguments = [literal_tuple(strings(columns))]
            if relation.target == "User":
                arguments.append('filters=("name",)')
            to_one.append(f"{py_str(relation.name)}: {call('resource.ToOne', arguments)}")
    if to_one:
        yield f"to_one={_mapping(to_one)}"
    to_many = []
    for side in sides(entity, project):
        arguments = [f'here="{side.here}"', f'there="{side.there}"']
        attributes = [field.name for field in side.relation.attributes]
        if attributes:
            arguments.append(f"attributes={literal_tuple(strings(attributes))}")
        if side.required:
            arguments.append("required=True")
        to_many.append(f"{py_str(side.name)}: {call('resource.ToMany', arguments)}")
    if to_many:
        yield f"to_many={_mapping(to_many)}"


def _tree(tree: tuple[object, ...]) -> str:
    parts = [_tree(part) if isinstance(part, tuple) else py_str(str(part)) for part in tree]
    return literal_tuple(parts)


def _file_rule(most_bytes: int | None, is_image: bool) -> str:  # noqa: FBT001 - two facts of one rule
    arguments = [] if most_bytes is None else [f"most_bytes={most_bytes}"]
    if is_image:
        arguments.append("is_image=True")
    return call("resource.FileRule", arguments) if arguments else "resource.FileRule()"


def _required(entity: Entity) -> Iterator[str]:
    parts = entity.primary_key.parts
    if entity.primary_key.kind == "string":
        yield "id"
    for field in entity.fields:
        if field.required or field.name in parts:
            yield field.name
    for relation in entity.relations:
        if relation.is_to_one and (relation.required or relation.name in parts):
            yield f"{relation.name}_id"


def _fixed(entity: Entity) -> Iterator[str]:
    parts = entity.primary_key.parts
    if entity.primary_key.kind == "string":
        yield "id"
    for field in entity.fields:
        if field.immutable or field.name in parts:
            yield field.name
    for relation in entity.relations:
        if relation.is_to_one and (relation.immutable or relation.name in parts):
            yield f"{relation.name}_id"


def _filters(entity: Entity) -> Iterator[str]:
    for field in entity.fields:
        if not field.sensitive and field.type not in _UNFILTERED:
            yield field.name
    if entity.audit:
        yield from ("created_at", "created_by", "updated_at", "updated_by")
    if entity.optimistic_lock:
        yield "version"


def _show(entity: Entity, project: Project) -> Iterator[dict[str, str]]:
    """The arguments that make the Read class of a row."""
    yield {"where": entity.where, "code": "id=row.id"}
    for field in entity.fields:
        if not field.sensitive:
            yield {"where": field.where, "code": f"{field.name}=row.{field.name}"}
    for computed in entity.computed:
        yield {"where": computed.where, "code": f"{computed.name}={_computed(computed)}"}
    for relation in entity.relations:
        if relation.is_to_one:
            shown = relation.display or display_of(relation.target, project)
            required = relation.required or relation.name in entity.primary_key.parts
            function = "references.reference" if required else "references.optional"
            value = call(function, [f"row.{relation.name}", py_str(shown) if shown else "None"])
            yield {"where": relation.where, "code": f"{relation.name}={value}"}
    for side in sides(entity, project):
        yield {"where": side.relation.where, "code": f"{side.name}={_items(entity, side)}"}
    if entity.audit:
        for name in ("created_at", "created_by", "updated_at", "updated_by"):
            yield {"where": entity.where, "code": f"{name}=row.{name}"}
    if entity.optimistic_lock:
        yield {"where": entity.where, "code": "version=row.version"}


def _items(entity: Entity, side: Any) -> str:
    shown = py_str(side.display) if side.display else "None"
    lines = [
        f"id=link.{side.there}.id",
        f"display={call('references.display', [f'link.{side.there}', shown])}",
    ]
    lines += [f"{field.name}=link.{field.name}" for field in side.relation.attributes]
    inner = "".join(f"                {line},\n" for line in lines)
    start = f"            {side.base(entity)}Read(\n{inner}            )\n"
    return f"[\n{start}            for link in row.{side.name}\n        ]"


def _value(computed: Computed) -> str:
    is_condition = computed.expression.kind is Kind.BOOLEAN
    text = to_python(computed.expression, "row.", value=is_condition)
    if computed.type is FieldType.DECIMAL:
        scale = 2 if computed.expression.scale is None else computed.expression.scale
        return f"values.as_decimal({text}, {scale})"
    if computed.type in _ADAPTERS:
        return f"values.{_ADAPTERS[computed.type]}({text})"
    return text


def _is_long(computed: Computed) -> bool:
    """Whether it gets a function of its own."""
    text = _value(computed)
    return len(f"        {computed.name}={text},") > WIDTH or " if " in text


def _computed(computed: Computed) -> str:
    return call(f"_{computed.name}", ["row"]) if _is_long(computed) else _value(computed)


def _functions(entity: Entity, project: Project) -> Iterator[dict[str, Any]]:
    for computed in entity.computed:
        if _is_long(computed):
            line = f"return {_value(computed)}"
            field = Field(name=computed.name, type=computed.type)
            kind = python_type(field, Owner(project, entity.name))
            yield {
                "where": computed.where,
                "name": f"_{computed.name}",
                "type": kind,
                "doc": docstring(computed.description or computed.label or computed.name),
                "code": line + ("  # fmt: skip" if len(line) > WIDTH - 4 else ""),
            }


def _adapted(entity: Entity) -> list[Computed]:
    return [
        computed
        for computed in entity.computed
        if computed.type in _ADAPTERS or computed.type is FieldType.DECIMAL
    ]


def _rule(check: Check) -> dict[str, Any]:
    text = to_python(check.expression, "row.")
    line = f"    keeps = {text}"
    return {
        "where": check.where,
        "code": f"keeps = {text}" + ("  # fmt: skip" if len(line) > 100 else ""),
        "field": py_str(check.expression.names[-1] if check.expression.names else check.name),
        "message": py_str(check.message),
        "name": py_str(check.name),
    }


def _imports(entity: Entity, project: Project) -> dict[str, list[str]]:
    """Names of the standard library that printed expressions need, by module."""
    found: dict[str, set[str]] = {}
    for check in entity.checks:
        for module, name in python_imports(check.expression):
            found.setdefault(module, set()).add(name)
    for computed in entity.computed:
        value = computed.expression.kind is Kind.BOOLEAN
        for module, name in python_imports(computed.expression, value=value):
            found.setdefault(module, set()).add(name)
    for function in _functions(entity, project):
        kind = function["type"]
        if kind in STANDARD:
            found.setdefault(STANDARD[kind], set()).add(kind)
    return {module: sorted(names_) for module, names_ in sorted(found.items())}


def _lower(label: str) -> str:
    return label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}"
