"""Entities with everything that belongs to them, except the resolution of relations."""

from typing import Any, NamedTuple

import yaml

from stackwright.domain import naming
from stackwright.domain.entity import Check, Computed, Entity, Permissions, PrimaryKey
from stackwright.domain.expression import Expression
from stackwright.domain.language import (
    CHECK,
    COMPUTED,
    COMPUTED_TYPES,
    ENTITY,
    KEY_KINDS,
    PERMISSIONS,
    Keys,
    Shape,
)
from stackwright.domain.reading.fields import read_fields, read_type_at
from stackwright.domain.reading.nodes import (
    Entry,
    entries,
    flag,
    is_broken,
    is_null,
    items,
    missing,
    names,
    section,
    spelled,
    text,
)
from stackwright.domain.reading.relations import Declared, read_relations
from stackwright.domain.report import Place, Report
from stackwright.domain.source import start
from stackwright.domain.suggestion import closest


class Draft(NamedTuple):
    """An entity as far as it could be read."""

    entity: Entity  # without its relations
    declared: tuple[Declared, ...]
    unsure: frozenset[str]  # names of fields, relations and computed values that are broken
    is_whole: bool  # False: nothing can be said of names that it lacks


def read_entity(entry: Entry, report: Report) -> Draft:  # noqa: C901  # one branch a shape
    """Everything of an entity that can be read."""
    where = entry.where
    spelled(entry.name, Shape.PASCAL, where, report, entry.place)
    found = section(entry.value, ENTITY, where, report, "entity")
    plural = naming.plural(entry.name)
    given: dict[str, Any] = {"plural": plural}
    declared: tuple[Declared, ...] = ()
    unsure: frozenset[str] = frozenset()
    is_whole = found is not None and not any(is_broken(one.value) for one in found.values())
    for name, one in (found or {}).items():
        shape, path, node = ENTITY[name].shape, one.where, one.value
        if shape in (Shape.LINE, Shape.TEXT, Shape.SNAKE, Shape.PASCAL):
            value = text(node, shape, path, report)
            if value is not None:
                given[name] = value
        elif shape is Shape.FLAG:
            given[name] = flag(node, path, report)
        elif shape is Shape.NAME_LISTS:
            given[name] = _name_lists(one, report)
        elif shape is Shape.KEY:
            given[name] = _primary_key(one, report)
        elif shape is Shape.PERMISSIONS:
            given[name] = _permissions(one, report)
        elif shape is Shape.FIELDS:
            given[name], broken = read_fields(node, path, report)
            unsure |= broken
        elif shape is Shape.RELATIONS:
            declared, broken = read_relations(node, entry.name, path, report)
            unsure |= broken
        elif shape is Shape.CHECKS:
            given[name] = _checks(one, report)
        elif shape is Shape.COMPUTED:
            given[name], broken = _computed(one, report)
            unsure |= broken
    if "plural" in (found or {}) and given["plural"] != plural:
        spelled(
            given["plural"],
            Shape.PASCAL,
            f"{where}.plural",
            report,
            report.place(f"{where}.plural"),
        )
    given.setdefault("label", naming.sentence(entry.name) or entry.name)
    given.setdefault("plural_label", _plural_label(given, entry.name))
    return Draft(Entity(name=entry.name, where=where, **given), declared, unsure, is_whole)


def _plural_label(given: dict[str, Any], name: str) -> str:
    if given["label"] != (naming.sentence(name) or name):
        *first, last = str(given["label"]).split() or [""]
        return " ".join([*first, naming.plural(last)])
    return naming.sentence(given["plural"]) or str(given["plural"])


def _name_lists(entry: Entry, report: Report) -> tuple[tuple[str, ...], ...]:
    found = []
    for number, node in enumerate(items(entry.value, entry.where, report, "lists of names")):
        path = f"{entry.where}[{number}]"
        report.mark(path, start(node))
        if isinstance(node, yaml.ScalarNode) and not is_null(node):
            hint = f"Write [[{node.value}]]."
            report.error(path, "Each entry is a list of names.", hint, at=start(node))
            continue
        listed = names(node, path, report)
        for one in listed:
            report.mark(f"{path}.{one.name}", one.place)
        if listed:
            found.append(tuple(one.name for one in listed))
        elif isinstance(node, yaml.SequenceNode) and not node.value:
            report.error(path, "The list is empty.", "Name at least one field.", at=start(node))
    return tuple(found)


def _primary_key(entry: Entry, report: Report) -> PrimaryKey:
    node = entry.value
    if is_broken(node):
        return PrimaryKey()
    if isinstance(node, yaml.ScalarNode) and not is_null(node):
        kind = node.value
        if kind in KEY_KINDS:
            return PrimaryKey(kind=kind)
        hint = closest(kind, KEY_KINDS) or f"For a field as the key write [{kind}]."
        report.error(entry.where, f"`{kind[:60]}` is no kind of key.", hint, at=start(node))
        return PrimaryKey()
    parts = names(node, entry.where, report, "fields")
    for part in parts:
        report.mark(f"{entry.where}.{part.name}", part.place)
    if isinstance(node, yaml.SequenceNode) and not node.value:
        hint = f"Name fields, or write one of: {', '.join(KEY_KINDS)}."
        report.error(entry.where, "The primary key has no parts.", hint, at=start(node))
    listed = tuple(part.name for part in parts)
    return PrimaryKey(kind="fields", parts=listed) if listed else PrimaryKey()


def _permissions(entry: Entry, report: Report) -> Permissions:
    found = section(entry.value, PERMISSIONS, entry.where, report, "permissions") or {}
    given: dict[str, tuple[str, ...]] = {}
    for name, one in found.items():
        if is_broken(one.value):
            continue
        roles = names(one.value, one.where, report, "roles")
        for role in roles:
            report.mark(f"{one.where}.{role.name}", role.place)
        given[name] = tuple(role.name for role in roles)
    return Permissions(**given)


def _checks(entry: Entry, report: Report) -> tuple[Check, ...]:
    checks = []
    for one in entries(entry.value, entry.where, report, "check"):
        spelled(one.name, Shape.SNAKE, one.where, report, one.place)
        texts, _ = _texts(one, CHECK, report, "check")
        if "expression" in texts and not one.where.endswith("(2)"):
            message = texts.get("message") or f"{naming.sentence(one.name)}."
            expression = Expression(text=texts["expression"])
            checks.append(
                Check(name=one.name, expression=expression, message=message, where=one.where)
            )
    return tuple(checks)


def _computed(entry: Entry, report: Report) -> tuple[tuple[Computed, ...], frozenset[str]]:
    computed: list[Computed] = []
    unsure: set[str] = set()
    for one in entries(entry.value, entry.where, report, "computed value"):
        spelled(one.name, Shape.SNAKE, one.where, report, one.place)
        texts, found = _texts(one, COMPUTED, report, "computed")
        type_ = read_type_at(found["type"], report) if "type" in found else None
        if type_ is not None and type_.type not in COMPUTED_TYPES:
            hint = f"It can be: {', '.join(sorted(COMPUTED_TYPES))}."
            message = f"A computed value cannot be of the type {type_.type}."
            report.error(found["type"].where, message, hint)
            type_ = None
        if type_ is None or "expression" not in texts:
            unsure.add(one.name)
        elif not one.where.endswith("(2)"):
            value = Computed(
                name=one.name,
                type=type_.type,
                precision=type_.precision,
                scale=type_.scale,
                label=texts.get("label") or naming.sentence(one.name) or one.name,
                expression=Expression(text=texts["expression"]),
                description=texts.get("description", ""),
                where=one.where,
            )
            computed.append(value)
    return tuple(computed), frozenset(unsure)


def _texts(
    entry: Entry, keys: Keys, report: Report, what: str
) -> tuple[dict[str, str], dict[str, Entry]]:
    """The texts of a section, and its entries."""
    found = section(entry.value, keys, entry.where, report, what)
    if found is None:
        return {}, {}
    missing(found, keys, entry.where, report, what)
    texts: dict[str, str] = {}
    for name, one in found.items():
        if keys[name].shape is not Shape.TYPE:
            value = text(one.value, keys[name].shape, one.where, report)
            if value is not None:
                texts[name] = value
        if name == "expression" and isinstance(one.value, yaml.ScalarNode):
            first = start(one.value)
            quote = 1 if one.value.style in ("'", '"') else 0
            if one.value.style not in ("|", ">"):  # where the text of the expression begins
                place = Place(first.line, first.column + quote)
                report.mark(f"{one.where}.text", place)
    return texts, found
