"""Columns of a table: their types in Python and in the database, and the keys that point to rows."""

from collections.abc import Iterator
from typing import NamedTuple

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import FILES, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.backend import names
from stackwright.generation.backend.classes import Owner, enum_class
from stackwright.generation.samples.native import STRING_MAX, precision_scale

_PYTHON = {
    FieldType.STRING: "str",
    FieldType.TEXT: "str",
    FieldType.EMAIL: "str",
    FieldType.URL: "str",
    FieldType.INTEGER: "int",
    FieldType.BIGINT: "int",
    FieldType.FLOAT: "float",
    FieldType.DECIMAL: "Decimal",
    FieldType.BOOLEAN: "bool",
    FieldType.DATE: "date",
    FieldType.TIME: "time",
    FieldType.DATETIME: "datetime",
    FieldType.DURATION: "timedelta",
    FieldType.UUID: "UUID",
    FieldType.FILE: "UUID",
    FieldType.IMAGE: "UUID",
    FieldType.JSON: "Any",
    FieldType.POINT: "Point",
}
_SQL = {
    FieldType.TEXT: "{types}.LongText",
    FieldType.INTEGER: "{sa}.Integer",
    FieldType.BIGINT: "{sa}.BigInteger",
    FieldType.FLOAT: "{sa}.Double",
    FieldType.BOOLEAN: "{sa}.Boolean",
    FieldType.DATE: "{sa}.Date",
    FieldType.TIME: "{types}.ClockTime",
    FieldType.DATETIME: "{types}.Moment",
    FieldType.DURATION: "{types}.Duration",
    FieldType.UUID: "{sa}.Uuid",
    FieldType.FILE: "{sa}.Uuid",
    FieldType.IMAGE: "{sa}.Uuid",
    FieldType.JSON: "{sa}.JSON(none_as_null=True)",
    FieldType.POINT: "{types}.Structure(Point)",
}
STANDARD = {  # where Python's types come from
    "Decimal": "decimal",
    "date": "datetime",
    "time": "datetime",
    "datetime": "datetime",
    "timedelta": "datetime",
    "UTC": "datetime",
    "UUID": "uuid",
    "Any": "typing",
}


_BASIC = frozenset({"UUID", "int", "str", "date"})


class Key(NamedTuple):
    """One column of a key."""

    column: str
    python: str
    sql: str


def enum_length(field: Field) -> int:
    """Characters of the column that holds an enum: room for somewhat longer values."""
    return max(20, *(len(value.name) for value in field.values))


def python_type(field: Field, owner: Owner) -> str:
    """The type of a field's values in Python."""
    if field.type is FieldType.ENUM:
        return enum_class(owner, field.name)
    if field.type is FieldType.LIST:
        item = field.items or FieldType.STRING
        inner = enum_class(owner, field.name) if item is FieldType.ENUM else _PYTHON[item]
        return f"list[{inner}]"
    return _PYTHON[field.type]


def sql_type(field: Field, owner: Owner, sa: str = "sa", types: str = "types") -> str:
    """The column's type as the model writes it."""
    if field.type is FieldType.ENUM:
        return f"{types}.choice({enum_class(owner, field.name)}, {enum_length(field)})"
    if field.type is FieldType.LIST:
        return f"{types}.Structure({python_type(field, owner)})"
    return _simple_type(field, sa, types)


def _simple_type(field: Field, sa: str = "sa", types: str = "types") -> str:
    """The column's type when it names no class of the application."""
    if field.type is FieldType.DECIMAL:
        precision, scale = precision_scale(field)
        return f"{types}.Amount({precision}, {scale})"
    if field.type in _SQL:
        return _SQL[field.type].format(sa=sa, types=types)
    most = max(field.max_length or STRING_MAX, field.min_length or 0)
    return f"{sa}.String({most})"


def migration_type(field: Field) -> str:
    """The column's type in a revision, which knows no classes of the application's models."""
    if field.type is FieldType.ENUM:
        return f"sa.String({enum_length(field)})"
    if field.type in (FieldType.LIST, FieldType.POINT):
        return "sa.JSON()"
    return _simple_type(field).replace("(none_as_null=True)", "()")


def key_of(target: str, project: Project) -> tuple[Key, ...]:
    """The columns of an entity's (or the built-in user's) key, in order."""
    if target == BUILT_IN_USER:
        return (Key("id", "UUID", "sa.Uuid"),)
    return entity_key(project.entity(target), project)


def entity_key(entity: Entity, project: Project) -> tuple[Key, ...]:
    """The same for an entity."""
    kind = entity.primary_key.kind
    if kind == "uuid":
        return (Key("id", "UUID", "sa.Uuid"),)
    if kind == "integer":
        return (Key("id", "int", "sa.Integer"),)
    if kind == "string":
        return (Key("id", "str", f"sa.String({STRING_MAX})"),)
    owner = Owner(project, entity.name)
    found: list[Key] = []
    for part in entity.primary_key.parts:
        field, relation = entity.field(part), entity.relation(part)
        if field is not None:
            found.append(Key(field.name, python_type(field, owner), _key_sql(field, owner)))
        elif relation is not None:
            found += foreign_key(relation, project)
    return tuple(found)


def foreign_key(relation: Relation, project: Project, prefix: str = "") -> tuple[Key, ...]:
    """The columns that point to the relation's target, in the order of its key."""
    start = prefix or relation.name
    return tuple(
        Key(
            names.short(f"{start}_{key.column}", 63),
            key.python if key.python in _BASIC else "str",  # an enum of another module is its text
            key.sql,
        )
        for key in key_of(relation.target, project)
    )


def id_type(target: str, project: Project) -> str:
    """The type of an entity's id in JSON: several columns are one text."""
    if target == BUILT_IN_USER:
        return "UUID"
    kind = project.entity(target).primary_key.kind
    return {"uuid": "UUID", "integer": "int"}.get(kind, "str")


def key_tree(entity: Entity, project: Project) -> tuple[object, ...]:
    """The names of the key's columns; those of a relation to a key of several parts are a tuple."""
    if entity.primary_key.kind != "fields":
        return ("id",)
    return _tree(entity, project, "")


def _tree(entity: Entity, project: Project, prefix: str) -> tuple[object, ...]:
    found: list[object] = []
    for part in entity.primary_key.parts:
        relation = entity.relation(part)
        if relation is None:
            found.append(_prefixed(prefix, part))
            continue
        target = None if relation.target == BUILT_IN_USER else project.entity(relation.target)
        if target is None or target.primary_key.kind != "fields":
            found.append(_prefixed(prefix, foreign_key(relation, project)[0].column))
        else:
            own = [key.column for key in foreign_key(relation, project)]
            flat = iter(_prefixed(prefix, column) for column in own)
            found.append(_renamed(_tree(target, project, ""), flat))
    return tuple(found)


def _renamed(tree: tuple[object, ...], columns: Iterator[str]) -> tuple[object, ...]:
    return tuple(
        _renamed(part, columns) if isinstance(part, tuple) else next(columns) for part in tree
    )


def _prefixed(prefix: str, name: str) -> str:
    return names.short(f"{prefix}_{name}", 63) if prefix else name


def standard_imports(python_types: set[str]) -> dict[str, list[str]]:
    """Names from Python's own library for these types, by module."""
    wanted: dict[str, set[str]] = {}
    for name in python_types:
        if name in STANDARD:
            wanted.setdefault(STANDARD[name], set()).add(name)
    return {module: sorted(found) for module, found in wanted.items()}


def bare(python: str) -> str:
    """The type inside a list, or the type itself."""
    return python.removeprefix("list[").removesuffix("]")


def file_fields(entity: Entity) -> list[Field]:
    """The fields that hold uploaded files."""
    return [field for field in entity.fields if field.type in FILES]


def _key_sql(field: Field, owner: Owner) -> str:
    return migration_type(field) if field.type is FieldType.ENUM else sql_type(field, owner)
