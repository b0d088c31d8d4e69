"""The Pydantic classes of an entity: what clients send and what they get."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from stackwright.domain.checks.keys import KEY_PATTERN
from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import FILES, TEXTS, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.backend import names
from stackwright.generation.backend.classes import (
    Owner,
    enum_class,
    field_alias,
    is_enum,
    item_alias,
    owner_of_links,
)
from stackwright.generation.backend.code import assignment, call, declaration
from stackwright.generation.backend.columns import bare, id_type, python_type, standard_imports
from stackwright.generation.backend.defaults import default, literal
from stackwright.generation.backend.models import inverse_links
from stackwright.generation.backend.testing.literals import entries
from stackwright.generation.samples import rows
from stackwright.generation.samples.native import STRING_MAX, item_field, native, precision_scale
from stackwright.generation.samples.shapes import write_shape
from stackwright.rendering.text import docstring, one_line, py_str

_INPUT = {
    FieldType.STRING: "str",
    FieldType.TEXT: "str",
    FieldType.EMAIL: "str",
    FieldType.URL: "str",
    FieldType.INTEGER: "values.Integer",
    FieldType.BIGINT: "values.BigInteger",
    FieldType.FLOAT: "values.Number",
    FieldType.DECIMAL: "values.DecimalNumber",
    FieldType.BOOLEAN: "values.Boolean",
    FieldType.DATE: "values.Date",
    FieldType.TIME: "values.ClockTime",
    FieldType.DATETIME: "values.Moment",
    FieldType.DURATION: "values.Duration",
    FieldType.UUID: "UUID",
    FieldType.FILE: "UUID",
    FieldType.IMAGE: "UUID",
    FieldType.JSON: "values.Json",
    FieldType.POINT: "values.Point",
}
_OUTPUT = {
    FieldType.BIGINT: "values.BigInteger",
    FieldType.DECIMAL: "values.DecimalNumber",
    FieldType.POINT: "values.Point",
}


class Side(NamedTuple):
    """A many-to-many relation as one of its entities sees it."""

    relation: Relation
    name: str
    here: str
    there: str
    other: str  # entity
    display: str | None
    required: bool = False

    def base(self, entity: Entity) -> str:
        """The beginning of the classes of its items."""
        return names.item_class(entity.name, self.name)


def sides(entity: Entity, project: Project) -> Iterator[Side]:
    """Every many-to-many relation of an entity, from this entity's side."""
    for relation in entity.relations:
        if not relation.is_to_one:
            shown = relation.display or display_of(relation.target, project)
            yield Side(
                relation,
                relation.name,
                "owner",
                "target",
                relation.target,
                shown,
                relation.required,
            )
    for relation in inverse_links(entity, project):
        shown = display_of(relation.owner, project)
        yield Side(relation, str(relation.inverse), "target", "owner", relation.owner, shown)


def display_of(target: str, project: Project) -> str | None:
    """The field that stands for a row of the target."""
    return "name" if target == BUILT_IN_USER else project.entity(target).display


def schema_view(entity: Entity, project: Project) -> dict[str, Any]:
    """Plain data for the classes of one entity."""
    uses: set[str] = set()
    owner = Owner(project, entity.name)
    fixed = {field.name for field in entity.fields if field.immutable}
    key = set(entity.primary_key.parts)
    always = [field for field in entity.fields if field.name not in fixed | key]
    once = [field for field in entity.fields if field.name in fixed | key]
    to_one = [relation for relation in entity.relations if relation.is_to_one]
    links = [_links(entity, side, project, uses) for side in sides(entity, project)]
    enums: set[str] = set()
    own = list(entity.fields)
    if entity.primary_key.kind == "string":
        once.insert(0, _STRING_KEY)
        own.insert(0, _STRING_KEY)
    aliases = [_alias(field, owner, uses, enums) for field in own]
    view: dict[str, Any] = {
        "aliases": [
            *(alias for alias in aliases if alias),
            *(alias for link in links for alias in link["aliases"]),
        ],
        "read": list(_read(entity, project, uses, enums)),
        "always": [_write(field, owner, uses) for field in always],
        "on_create": [_write(field, owner, uses) for field in once],
        "on_update": [_optional(field, owner, uses) for field in once],
        "on_patch": [_optional(field, owner, uses) for field in own],
        "links": links,
    }
    for relation in to_one:
        is_once = relation.immutable or relation.name in key
        view["on_create" if is_once else "always"].append(_id(relation, project, key, uses))
        optional = _id(relation, project, key, uses, optional=True)
        view["on_patch"].append(optional)
        if is_once:
            view["on_update"].append(optional)
    for side in sides(entity, project):
        base = side.base(entity)
        if side.required:
            annotation = f"Annotated[list[{base}Write], Field(min_length=1)]"
            uses |= {"Field", "Annotated"}
            code = declaration(side.name, annotation)
        else:
            code = assignment(side.name, f"list[{base}Write]", "Field", ["default_factory=list"])
            uses.add("Field")
        view["always"].append({"where": side.relation.where, "code": code})
        code = assignment(side.name, f"list[{base}Write] | None", "None")
        view["on_patch"].append({"where": side.relation.where, "code": code})
    view["standard"] = standard_imports(uses)
    view["example"] = _example(entity, project)
    view["uses_field"] = "Field" in uses
    view["uses_annotated"] = "Annotated" in uses
    view["uses_uuid4"] = "uuid4" in uses
    view["uses_references"] = bool(links) or bool(to_one)
    view["enums"] = sorted(enums)
    return view


def _example(entity: Entity, project: Project) -> list[str]:
    """The entries of what a client might send, for the API's description."""
    found = rows(project, entity, _ROWS).rows
    if not found:
        return []
    shown = write_shape(project, entity, found[0], _ROWS)
    for field in entity.fields:
        if shown.get(field.name) is None:
            continue
        if field.type in FILES:
            shown[field.name] = _FILE_ID
        elif field.sensitive and field.type in TEXTS:
            shown[field.name] = "…"
    return entries(shown)


_ROWS = 3  # as the documents ask for them, so that they are made once
_FILE_ID = "0d5f6f2e-1c86-4b0c-9a5d-9f3c7f6f2b11"
_STRING_KEY = Field(
    name="id",
    type=FieldType.STRING,
    required=True,
    immutable=True,
    min_length=1,
    max_length=STRING_MAX,
    description="Chosen by whoever creates the row.",
    pattern=KEY_PATTERN,
)


def _type(field: Field, owner: Owner, uses: set[str]) -> str:
    """The type of what clients send for a field, without its rules."""
    if field.type is FieldType.ENUM:
        return enum_class(owner, field.name)
    if field.type is FieldType.LIST:
        item = item_field(field)
        rules = _rules(item, uses)
        inner = enum_class(owner, field.name) if item.type is FieldType.ENUM else _input(item, uses)
        if rules:
            uses.add("Annotated")
            return f"list[{'Annotated'}[{', '.join([inner, *rules])}]]"
        return f"list[{inner}]"
    return _input(field, uses)


def _input(field: Field, uses: set[str]) -> str:
    found = _INPUT[field.type]
    uses.add(found)
    return found


def _rules(field: Field, uses: set[str]) -> list[str]:
    """What follows the type inside `Annotated`."""
    found = []
    limits = list(_limits(field, uses))
    if limits:
        uses.add("Field")
        found.append(call("Field", limits))
    if field.type in TEXTS:
        found.append("values.PlainText")
    if field.type is FieldType.EMAIL:
        found.append("values.EmailAddress")
    if field.type is FieldType.URL:
        found.append("values.WebAddress")
    if field.pattern is not None:
        found.append(call("values.Matches", [py_str(field.pattern)]))
    return found


def _limits(field: Field, uses: set[str]) -> Iterator[str]:
    for rule, word in (("min", "ge"), ("max", "le")):
        limit = native(field, getattr(field, rule))
        if limit is not None:
            yield f"{word}={literal(limit, uses)}"
    if field.type is FieldType.DECIMAL:
        precision, scale = precision_scale(field)
        yield f"max_digits={precision}"
        yield f"decimal_places={scale}"
    if field.type in TEXTS or field.type is FieldType.LIST:
        if field.min_length:
            yield f"min_length={field.min_length}"
        most = field.max_length
        if most is None and field.type in TEXTS and field.type is not FieldType.TEXT:
            most = max(STRING_MAX, field.min_length or 0)
        if most is not None:
            yield f"max_length={most}"
    if field.description:
        yield f"description={py_str(one_line(field.description))}"


def _alias(field: Field, owner: Owner, uses: set[str], enums: set[str]) -> dict[str, str] | None:
    rules = _rules(field, uses)
    inner = _type(field, owner, uses)
    if is_enum(field):
        enums.add(enum_class(owner, field.name))
    if not rules:
        return None
    uses.add("Annotated")
    return {
        "where": field.where,
        "code": _annotated(field_alias(owner.project, field.name), inner, rules),
    }


def _annotated(name: str, inner: str, rules: list[str]) -> str:
    """A type with its rules under a name of its own."""
    parts = call("Annotated", [inner, *rules]).replace("Annotated(", "Annotated[", 1)[:-1]
    return f"{name} = {parts}]"


def _annotation(field: Field, owner: Owner, uses: set[str]) -> str:
    return (
        field_alias(owner.project, field.name)
        if _rules(field, set())
        else _type(field, owner, uses)
    )


def _write(field: Field, owner: Owner, uses: set[str]) -> dict[str, str]:
    annotation = _annotation(field, owner, uses)
    given = default(field, owner, uses)
    if not field.required:
        annotation = f"{annotation} | None"
    if given is not None:
        return {"where": field.where, "code": assignment(field.name, annotation, *given)}
    if field.required:
        return {"where": field.where, "code": declaration(field.name, annotation)}
    return {"where": field.where, "code": assignment(field.name, annotation, "None")}


def _optional(field: Field, owner: Owner, uses: set[str]) -> dict[str, str]:
    annotation = f"{_annotation(field, owner, uses)} | None"
    return {"where": field.where, "code": assignment(field.name, annotation, "None")}


def _id(
    relation: Relation,
    project: Project,
    key: set[str],
    uses: set[str],
    *,
    optional: bool = False,
) -> dict[str, str]:
    kind = id_type(relation.target, project)
    uses.add(kind)
    name = f"{relation.name}_id"
    required = relation.required or relation.name in key
    if optional or not required:
        return {"where": relation.where, "code": assignment(name, f"{kind} | None", "None")}
    return {"where": relation.where, "code": declaration(name, kind)}


def output_type(field: Field, owner: Owner, uses: set[str], enums: set[str]) -> str:
    """The type of what clients get for a field."""
    if field.type is FieldType.LIST and field.items is FieldType.DECIMAL:
        return "list[values.DecimalNumber]"
    if field.type is FieldType.LIST and field.items is FieldType.BIGINT:
        return "list[values.BigInteger]"
    python = python_type(field, owner)
    if is_enum(field):
        enums.add(enum_class(owner, field.name))
        return python
    found = _OUTPUT.get(field.type, python)
    uses.add(bare(found))
    return found


def _read(
    entity: Entity, project: Project, uses: set[str], enums: set[str]
) -> Iterator[dict[str, str]]:
    kind = id_type(entity.name, project)
    owner = Owner(project, entity.name)
    uses.add(kind)
    yield {"where": entity.where, "code": f"id: {kind}"}
    for field in entity.fields:
        if not field.sensitive:
            shown = output_type(field, owner, uses, enums)
            required = field.required or field.name in entity.primary_key.parts
            annotation = shown if required or shown == "Any" else f"{shown} | None"
            yield {"where": field.where, "code": declaration(field.name, annotation)}
    for computed in entity.computed:
        field = Field(name=computed.name, type=computed.type)
        annotation = f"{output_type(field, owner, uses, enums)} | None"
        yield {"where": computed.where, "code": declaration(computed.name, annotation)}
    for relation in entity.relations:
        if relation.is_to_one:
            required = relation.required or relation.name in entity.primary_key.parts
            annotation = "references.Reference" if required else "references.Reference | None"
            yield {"where": relation.where, "code": declaration(relation.name, annotation)}
    for side in sides(entity, project):
        code = declaration(side.name, f"list[{side.base(entity)}Read]")
        yield {"where": side.relation.where, "code": code}
    if entity.audit:
        uses |= {"datetime", "UUID"}
        for name, kind in (
            ("created_at", "datetime"),
            ("created_by", "UUID | None"),
            ("updated_at", "datetime"),
            ("updated_by", "UUID | None"),
        ):
            yield {"where": entity.where, "code": f"{name}: {kind}"}
    if entity.optimistic_lock:
        yield {"where": entity.where, "code": "version: int"}


def _links(entity: Entity, side: Side, project: Project, uses: set[str]) -> dict[str, Any]:
    """The two classes of the items of a many-to-many relation."""
    kind = id_type(side.other, project)
    uses.add(kind)
    owner = owner_of_links(side.relation, project)
    enums: set[str] = set()
    write, read, aliases = [], [], []
    for field in side.relation.attributes:
        rules, inner = _rules(field, uses), _type(field, owner, uses)
        if rules:
            uses.add("Annotated")
            name = item_alias(project, entity.name, side.name, field.name)
            aliases.append({"where": field.where, "code": _annotated(name, inner, rules)})
            inner = name
        given = default(field, owner, uses)
        annotation = inner if field.required else f"{inner} | None"
        if given is not None:
            code = assignment(field.name, annotation, *given)
        elif field.required:
            code = declaration(field.name, annotation)
        else:
            code = assignment(field.name, annotation, "None")
        write.append({"where": field.where, "code": code})
        shown = output_type(field, owner, uses, enums)
        annotation = shown if field.required else f"{shown} | None"
        read.append({"where": field.where, "code": declaration(field.name, annotation)})
    label = f"{side.name.replace('_', ' ')} of {entity.name}"
    return {
        "where": side.relation.where,
        "base": side.base(entity),
        "id": kind,
        "aliases": aliases,
        "write": write,
        "read": read,
        "doc": docstring(f"One of the {label}"),
        "write_doc": docstring(f"A link to one of the {label}"),
        "enums": sorted(enums),
        "enum_module": names.module(side.relation.owner),
    }
