"""The words of the model language: one table for the parser, the JSON Schema and the reference."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from stackwright.domain.field import (
    FILES,
    LIST_ITEMS,
    MOMENTS,
    NUMBERS,
    ORDERED,
    TEXTS,
    FieldType,
)

VERSION = 1
MAX_NAME = 60  # characters; PostgreSQL cuts identifiers after 63 bytes
MAX_LINE = 200  # characters of a label or title
MAX_TEXT = 5_000  # characters of a description
MAX_PATTERN = 500  # characters

PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
TYPE = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\(\s*([^()]*?)\s*\))?\s*")


class Shape(StrEnum):
    """What a key's value looks like."""

    LINE = "one line of text"
    TEXT = "text"
    FLAG = "true or false"
    COUNT = "a whole number, 0 or more"
    SNAKE = "a name in snake_case"
    PASCAL = "a name in PascalCase"
    SLUG = "a name in kebab-case"
    NAMES = "a list of names"
    NAME_LISTS = "a list of lists of names"
    LOCALES = "a list of locales"
    VALUE = "a value of the field's type"
    VALUES = "a list of values of the field's type"
    CHOICES = "names, or names with labels"
    TYPE = "a type"
    KIND = "a kind of relation"
    ON_DELETE = "restrict, cascade or set_null"
    KEY = "a kind of key, or a list of names"
    VERSION = "the language version"
    ENTITIES = "entities by name"
    FIELDS = "fields by name"
    RELATIONS = "relations by name"
    CHECKS = "checks by name"
    COMPUTED = "computed values by name"
    PERMISSIONS = "roles by action"


class Key(NamedTuple):
    """A word that may stand before a colon."""

    shape: Shape
    description: str
    types: frozenset[FieldType] | None = None  # rules: the field types that can have it
    required: bool = False


Keys = Mapping[str, Key]
_LISTED = frozenset({FieldType.LIST})
_ENUM = frozenset({FieldType.ENUM, FieldType.LIST})
_UNIQUE = frozenset(FieldType) - FILES - {
    FieldType.TEXT, FieldType.JSON, FieldType.POINT, FieldType.LIST, FieldType.BOOLEAN
}  # fmt: skip
_DEFAULT = frozenset(FieldType) - FILES

PROJECT: Keys = {
    "stackwright": Key(Shape.VERSION, f"Version of the language: {VERSION}.", required=True),
    "name": Key(Shape.SLUG, "Short name, used for folders and packages.", required=True),
    "title": Key(Shape.LINE, "What people call the system; made from the name when left out."),
    "description": Key(Shape.TEXT, "What the system is for."),
    "roles": Key(Shape.NAMES, "Roles beside the built-in public, user and admin."),
    "locales": Key(Shape.LOCALES, "Languages of the user interface; the first is the default."),
    "entities": Key(Shape.ENTITIES, "The business objects, by PascalCase name.", required=True),
}
ENTITY: Keys = {
    "label": Key(Shape.LINE, "What people call one of them; made from the name when left out."),
    "plural": Key(Shape.PASCAL, "Plural of the name, for paths and tables; made when left out."),
    "plural_label": Key(Shape.LINE, "What people call several of them."),
    "description": Key(Shape.TEXT, "What it is."),
    "display": Key(
        Shape.SNAKE,
        "The field shown for a row; the first required text field, else the id, when left out.",
    ),
    "primary_key": Key(
        Shape.KEY,
        "How a row is identified: uuid (default), integer, string, or a list of required fields and "
        "required to-one relations.",
    ),
    "soft_delete": Key(Shape.FLAG, "Mark rows as deleted instead of deleting them."),
    "audit": Key(Shape.FLAG, "Keep who created and last changed a row, and when."),
    "optimistic_lock": Key(Shape.FLAG, "Refuse a change that is based on an old version."),
    "permissions": Key(
        Shape.PERMISSIONS, "Which roles may do what; everybody logged in otherwise."
    ),
    "fields": Key(Shape.FIELDS, "The attributes, by snake_case name."),
    "computed": Key(Shape.COMPUTED, "Read-only values derived from fields, by snake_case name."),
    "relations": Key(Shape.RELATIONS, "Links to other entities, by snake_case name."),
    "indexes": Key(Shape.NAME_LISTS, "Fields and to-one relations that are searched together."),
    "unique": Key(Shape.NAME_LISTS, "Fields and to-one relations that are unique together."),
    "checks": Key(Shape.CHECKS, "Rules across the fields of a row, by snake_case name."),
    "renamed_from": Key(Shape.PASCAL, "The name before a renaming, so that data is kept."),
}
FIELD: Keys = {
    "type": Key(
        Shape.TYPE, "A field type; decimal(precision, scale) and list(type) too.", required=True
    ),
    "label": Key(Shape.LINE, "What people call it; made from the name when left out."),
    "description": Key(Shape.TEXT, "What it means."),
    "values": Key(Shape.CHOICES, "The values of an enum: names with labels, or names.", _ENUM),
    "required": Key(Shape.FLAG, "It always has a value."),
    "unique": Key(Shape.FLAG, "No two rows have the same value.", _UNIQUE),
    "default": Key(
        Shape.VALUE,
        "The value when none is given: one of the type, `now` for date, time and datetime, `uuid` for "
        "uuid.",
        _DEFAULT,
    ),
    "min": Key(Shape.VALUE, "The least value.", ORDERED),
    "max": Key(Shape.VALUE, "The greatest value.", ORDERED),
    "min_length": Key(Shape.COUNT, "Fewest characters, or items of a list.", TEXTS | _LISTED),
    "max_length": Key(Shape.COUNT, "Most characters, or items of a list.", TEXTS | _LISTED),
    "pattern": Key(Shape.LINE, "A regular expression that the whole value matches.", TEXTS),
    "max_bytes": Key(Shape.COUNT, "Size of the largest file.", FILES),
    "immutable": Key(Shape.FLAG, "Set when the row is created, never changed."),
    "sensitive": Key(Shape.FLAG, "Accepted and stored, but never logged, listed or returned."),
    "searchable": Key(Shape.FLAG, "Part of the full-text search.", TEXTS),
    "examples": Key(Shape.VALUES, "Values for sample data and tests.", _DEFAULT),
    "renamed_from": Key(Shape.SNAKE, "The name before a renaming, so that data is kept."),
}
RELATION: Keys = {
    "kind": Key(Shape.KIND, "many_to_one, one_to_many, one_to_one or many_to_many.", required=True),
    "target": Key(Shape.PASCAL, "The other entity, or the built-in User.", required=True),
    "inverse": Key(Shape.SNAKE, "Its name on the other entity; no name there when left out."),
    "label": Key(Shape.LINE, "What people call it; made from the name when left out."),
    "inverse_label": Key(Shape.LINE, "What people call it on the other entity."),
    "description": Key(Shape.TEXT, "What it means."),
    "required": Key(Shape.FLAG, "There is always a target; of many-to-many at least one."),
    "on_delete": Key(
        Shape.ON_DELETE,
        "When the target is deleted: restrict (refuse, the default), cascade (delete these rows too) "
        "or set_null (forget the target).",
    ),
    "display": Key(Shape.SNAKE, "The target's field shown for it; its display field otherwise."),
    "immutable": Key(Shape.FLAG, "Set when the row is created, never changed."),
    "attributes": Key(Shape.FIELDS, "Fields of the link itself; of many_to_many only."),
    "renamed_from": Key(Shape.SNAKE, "The name before a renaming, so that data is kept."),
}
CHECK: Keys = {
    "expression": Key(Shape.TEXT, "A condition that a row fails when it is false.", required=True),
    "message": Key(Shape.LINE, "What people read when it fails.", required=True),
}
COMPUTED: Keys = {
    "type": Key(Shape.TYPE, "The type of the value.", required=True),
    "expression": Key(Shape.TEXT, "How the value is made from fields.", required=True),
    "label": Key(Shape.LINE, "What people call it; made from the name when left out."),
    "description": Key(Shape.TEXT, "What it means."),
}
PERMISSIONS: Keys = {
    "create": Key(Shape.NAMES, "Roles that may add rows."),
    "read": Key(Shape.NAMES, "Roles that may see rows."),
    "update": Key(Shape.NAMES, "Roles that may change rows."),
    "delete": Key(Shape.NAMES, "Roles that may delete rows."),
}
SECTIONS: Mapping[str, Keys] = {
    "project": PROJECT,
    "entity": ENTITY,
    "field": FIELD,
    "relation": RELATION,
    "check": CHECK,
    "computed": COMPUTED,
    "permissions": PERMISSIONS,
}

RELATION_KINDS = ("many_to_one", "one_to_many", "one_to_one", "many_to_many")
COMPUTED_TYPES = (
    NUMBERS
    | MOMENTS
    | {FieldType.STRING, FieldType.TEXT, FieldType.BOOLEAN, FieldType.DURATION, FieldType.UUID}
)
KEY_KINDS = ("uuid", "integer", "string")

OTHER_WORDS = {  # what other tools call it
    "nullable": "required",
    "not_null": "required",
    "mandatory": "required",
    "optional": "required",
    "maxlength": "max_length",
    "minlength": "min_length",
    "minimum": "min",
    "maximum": "max",
    "regex": "pattern",
    "enum": "values",
    "choices": "values",
    "options": "values",
    "readonly": "immutable",
    "read_only": "immutable",
    "secret": "sensitive",
    "to": "target",
    "entity": "target",
    "backref": "inverse",
    "related_name": "inverse",
    "mapped_by": "inverse",
    "ondelete": "on_delete",
    "constraints": "checks",
    "attributes": "fields",
    "properties": "fields",
    "relationships": "relations",
    "relation": "relations",
    "version": "stackwright",
    "key": "primary_key",
    "pk": "primary_key",
}
OTHER_TYPES = {
    "str": "string",
    "varchar": "string",
    "char": "string",
    "int": "integer",
    "long": "bigint",
    "number": "decimal",
    "double": "float",
    "real": "float",
    "numeric": "decimal",
    "money": "decimal(12, 2)",
    "currency": "decimal(12, 2)",
    "bool": "boolean",
    "timestamp": "datetime",
    "instant": "datetime",
    "interval": "duration",
    "blob": "file",
    "bytes": "file",
    "binary": "file",
    "picture": "image",
    "photo": "image",
    "uri": "url",
    "link": "url",
    "array": "list(string)",
    "object": "json",
    "dict": "json",
    "location": "point",
    "guid": "uuid",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of model files, for completion and checks in editors."""
    from stackwright.domain.schema import schema

    return schema()


def list_item_types() -> tuple[str, ...]:
    """The types that a list can hold, in the order of the language."""
    return tuple(type_.value for type_ in FieldType if type_ in LIST_ITEMS)
