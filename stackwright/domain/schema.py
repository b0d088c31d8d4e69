"""The JSON Schema of model files, made from the table of the language."""

from typing import Any

from stackwright.domain.field import FieldType
from stackwright.domain.language import (
    KEY_KINDS,
    LOCALE,
    MAX_LINE,
    MAX_NAME,
    MAX_TEXT,
    PASCAL,
    RELATION_KINDS,
    SECTIONS,
    SLUG,
    SNAKE,
    VERSION,
    Key,
    Keys,
    Shape,
    list_item_types,
)
from stackwright.domain.relation import OnDelete

Json = dict[str, Any]

_PLAIN_TYPES = [t.value for t in FieldType if t not in (FieldType.DECIMAL, FieldType.LIST)]
_PARAMETERS = (
    r"^\s*(decimal\s*\(\s*\d+\s*(,\s*\d+\s*)?\)|list\s*\(\s*("
    + "|".join(list_item_types())
    + r")\s*\))\s*$"
)


def schema() -> Json:
    """The schema as JSON (draft 2020-12)."""
    sections = {name: _section(name, keys) for name, keys in SECTIONS.items() if name != "project"}
    sections["field"] = {
        "description": "A field: its type alone, or a mapping with rules.",
        "oneOf": [_value(SECTIONS["field"]["type"]), sections["field"]],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stackwright model",
        **_section("project", SECTIONS["project"]),
        "$defs": sections,
    }


def _section(name: str, keys: Keys) -> Json:
    required = [key for key, one in keys.items() if one.required]
    return {
        "type": "object" if required else ["object", "null"],
        "properties": {key: _described(one) for key, one in keys.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
        "$comment": f"The keys of a {name}.",
    }


def _described(key: Key) -> Json:
    types = ""
    if key.types is not None:
        types = f" For: {', '.join(t.value for t in FieldType if t in key.types)}."
    return {"description": f"{key.description}{types}", **_value(key)}


def _named(pattern: str, section: str, fewest: int = 0) -> Json:
    """A mapping whose keys are names."""
    return {
        "type": "object" if fewest else ["object", "null"],
        "propertyNames": _name(pattern),
        "additionalProperties": {"$ref": f"#/$defs/{section}"},
        **({"minProperties": fewest} if fewest else {}),
    }


def _name(pattern: str) -> Json:
    return {"type": "string", "pattern": f"^{pattern}$", "maxLength": MAX_NAME}


def _names(pattern: str, fewest: int = 0) -> Json:
    listed = {"type": "array", "items": _name(pattern), "uniqueItems": True}
    return {**listed, "minItems": fewest} if fewest else listed


def _value(key: Key) -> Json:
    return _SHAPES[key.shape]


_SCALAR = {"type": ["string", "number", "boolean"]}
_SHAPES: dict[Shape, Json] = {
    Shape.LINE: {"type": "string", "maxLength": MAX_LINE},
    Shape.TEXT: {"type": "string", "maxLength": MAX_TEXT},
    Shape.FLAG: {"type": "boolean"},
    Shape.COUNT: {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    Shape.SNAKE: _name(SNAKE.pattern),
    Shape.PASCAL: _name(PASCAL.pattern),
    Shape.SLUG: _name(SLUG.pattern),
    Shape.NAMES: _names(SNAKE.pattern),
    Shape.NAME_LISTS: {"type": "array", "items": _names(SNAKE.pattern, 1)},
    Shape.LOCALES: _names(LOCALE.pattern, 1),
    Shape.VALUE: {"type": ["string", "number", "boolean", "array", "object"]},
    Shape.VALUES: {"type": "array"},
    Shape.CHOICES: {
        "oneOf": [
            _names(SNAKE.pattern, 1),
            {
                "type": "object",
                "propertyNames": _name(SNAKE.pattern),
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                "minProperties": 1,
            },
        ]
    },
    Shape.TYPE: {
        "type": "string",
        "anyOf": [{"enum": _PLAIN_TYPES}, {"pattern": _PARAMETERS}],
        "examples": [*_PLAIN_TYPES, "decimal(10, 2)", "list(string)"],
    },
    Shape.KIND: {"enum": list(RELATION_KINDS)},
    Shape.ON_DELETE: {"enum": [choice.value for choice in OnDelete]},
    Shape.KEY: {"oneOf": [{"enum": list(KEY_KINDS)}, _names(SNAKE.pattern, 1)]},
    Shape.VERSION: {"const": VERSION},
    Shape.ENTITIES: _named(PASCAL.pattern, "entity", 1),
    Shape.FIELDS: _named(SNAKE.pattern, "field"),
    Shape.RELATIONS: _named(SNAKE.pattern, "relation"),
    Shape.CHECKS: _named(SNAKE.pattern, "check"),
    Shape.COMPUTED: _named(SNAKE.pattern, "computed"),
    Shape.PERMISSIONS: {"$ref": "#/$defs/permissions"},
}
