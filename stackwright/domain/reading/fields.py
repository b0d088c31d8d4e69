"""Fields, each rule by itself: a wrong one is reported and left out."""

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import JsonValue

from stackwright.domain import naming
from stackwright.domain.field import EnumValue, Field, FieldType
from stackwright.domain.language import FIELD, Shape
from stackwright.domain.reading.literals import LiteralError, read_literal
from stackwright.domain.reading.nodes import (
    Entry,
    count,
    entries,
    flag,
    is_broken,
    is_null,
    items,
    missing,
    scalar,
    section,
    spelled,
    text,
)
from stackwright.domain.reading.types import Type, UnknownTypeError, read_type
from stackwright.domain.report import Report
from stackwright.domain.source import start

NOW = "now"
MOMENTS_NOW = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATETIME})
_INSTEAD = {
    "min": "For texts and lists there is `min_length`.",
    "max": "For texts and lists there is `max_length`.",
    "min_length": "For numbers and dates there is `min`.",
    "max_length": "For numbers and dates there is `max`.",
    "default": "A file is uploaded, it has no default.",
    "values": "Only the types enum and list(enum) have values.",
}


def read_fields(
    node: yaml.Node, where: str, report: Report
) -> tuple[tuple[Field, ...], frozenset[str]]:
    """The fields of a mapping, and the names of those whose type could not be read."""
    fields: list[Field] = []
    unsure: set[str] = set()
    for entry in entries(node, where, report, "field"):
        spelled(entry.name, Shape.SNAKE, entry.where, report, entry.place)
        field = _read_field(entry, report)
        if entry.where.endswith("(2)"):
            continue
        if field is None:
            unsure.add(entry.name)
        else:
            fields.append(field)
    return tuple(fields), frozenset(unsure)


def read_type_at(entry: Entry, report: Report) -> Type | None:
    """The type that a key names; None if there is no such type (reported)."""
    written = text(entry.value, Shape.LINE, entry.where, report)
    if written is None:
        return None
    try:
        return read_type(written)
    except UnknownTypeError as problem:
        report.error(entry.where, problem.message, problem.hint, at=start(entry.value))
        return None


def _read_field(entry: Entry, report: Report) -> Field | None:
    node, where = entry.value, entry.where
    if isinstance(node, yaml.ScalarNode) and not is_null(node) and not is_broken(node):
        type_ = read_type_at(entry._replace(where=f"{where}.type"), report)  # `name: type`
        found: dict[str, Entry] | None = {}
    else:
        found = section(node, FIELD, where, report, "field")
        if found is None:
            return None
        missing(found, FIELD, where, report, "field")
        type_ = read_type_at(found["type"], report) if "type" in found else None
    given: dict[str, Any] = _plain_rules(found or {}, report)
    if type_ is None:
        return None
    field = Field(
        name=entry.name,
        type=type_.type,
        precision=type_.precision,
        scale=type_.scale,
        items=type_.items,
        where=where,
        **{"label": naming.sentence(entry.name) or entry.name, **given},
    )
    found = {name: one for name, one in (found or {}).items() if _applies(one, field, report)}
    fitting = {name: value for name, value in given.items() if name in found}
    field = field.model_copy(
        update={name: Field.model_fields[name].default for name in given if name not in found}
        | fitting
    )
    return _with_values(field, found, report)


def _plain_rules(found: Mapping[str, Entry], report: Report) -> dict[str, Any]:
    """The rules that can be read without the type."""
    given: dict[str, Any] = {}
    for name, entry in found.items():
        shape, where, node = FIELD[name].shape, entry.where, entry.value
        value: object = None
        if shape in (Shape.LINE, Shape.TEXT, Shape.SNAKE):
            value = text(node, shape, where, report)
        elif shape is Shape.FLAG:
            value = flag(node, where, report)
        elif shape is Shape.COUNT:
            value = count(node, where, report)
        if value is not None:
            given[name] = value
    return given


def _applies(entry: Entry, field: Field, report: Report) -> bool:
    """Whether a field of this type can have this rule."""
    types = FIELD[entry.name].types
    fits = types is None or field.type in types
    if entry.name == "values" and field.type is FieldType.LIST:
        fits = field.items is FieldType.ENUM
    if fits or (isinstance(entry.value, yaml.ScalarNode) and scalar(entry.value) is False):
        return fits
    hint = _INSTEAD.get(entry.name) or f"It is for: {', '.join(sorted(types or ()))}."
    message = f"`{entry.name}` does not apply to the type {field.type}."
    report.error(entry.where, message, hint, at=entry.place)
    return False


def _with_values(field: Field, found: Mapping[str, Entry], report: Report) -> Field:
    """The field with its rules that are values of its type."""
    kind = field.items if field.type is FieldType.LIST else field.type
    if "values" in found:
        field = field.model_copy(update={"values": _choices(found["values"], report)})
    elif kind is FieldType.ENUM:
        hint = "Add `values: {draft: Draft, done: Done}`."
        report.error(field.where, "An enum needs its values.", hint)
    update: dict[str, JsonValue | tuple[JsonValue, ...]] = {}
    for name in ("min", "max", "default"):
        if name in found:
            value = _literal(found[name], found[name].value, field, report)
            if value is not None:
                update[name] = value
    if "examples" in found:
        entry = found["examples"]
        nodes = items(entry.value, entry.where, report, "values")
        read = (_literal(entry, node, field, report) for node in nodes)
        update["examples"] = tuple(value for value in read if value is not None)
    return field.model_copy(update=update)


def _literal(entry: Entry, node: yaml.Node, field: Field, report: Report) -> JsonValue:
    if is_broken(node):
        return None
    if entry.name == "default" and isinstance(node, yaml.ScalarNode):
        word = node.value
        if word == NOW and field.type in MOMENTS_NOW:
            return NOW
        if word == "uuid" and field.type is FieldType.UUID:
            return "uuid"
    try:
        return read_literal(node, field)
    except LiteralError as problem:
        message, hint = problem.message, problem.hint
        if entry.name == "default" and isinstance(node, yaml.ScalarNode) and node.value == NOW:
            hint = "`now` is a default of date, time and datetime."
        report.error(entry.where, message, hint, at=start(node))
        return None


def _choices(entry: Entry, report: Report) -> tuple[EnumValue, ...]:
    """The values of an enum: a list of names, or labels by name."""
    where = entry.where
    labelled: list[tuple[str, str | None, yaml.Node]] = []
    if isinstance(entry.value, yaml.SequenceNode):
        for node in items(entry.value, where, report, "names"):
            name = node.value if isinstance(node, yaml.ScalarNode) else ""
            labelled.append((name, None, node))
    else:
        for one in entries(entry.value, where, report, "value"):
            if not one.where.endswith("(2)"):
                label = None if is_null(one.value) else _label(one, report)
                labelled.append((one.name, label, one.value))
                report.mark(one.where, one.place)
    choices: list[EnumValue] = []
    for name, label, node in labelled:
        place = start(node) if isinstance(entry.value, yaml.SequenceNode) else None
        path = f"{where}.{name}" if place is None else where
        at = place or report.place(path)
        if any(choice.name == name for choice in choices):
            report.error(where, f"The value `{name}` is there twice.", at=at)
        elif spelled(name, Shape.SNAKE, path, report, at):
            choices.append(EnumValue(name=name, label=label or naming.sentence(name)))
    is_empty = is_null(entry.value) or not isinstance(entry.value, yaml.ScalarNode)
    if not labelled and is_empty:
        report.error(where, "An enum needs at least one value.", at=entry.place)
    return tuple(choices)


def _label(entry: Entry, report: Report) -> str | None:
    """A label; numbers are taken as texts here: `{one: 1}`."""
    node = entry.value
    if isinstance(node, yaml.ScalarNode) and isinstance(scalar(node), bool | int | float):
        return str(node.value)
    return text(node, Shape.LINE, entry.where, report)
