"""From the text of a model file to a checked project, with every problem found at once."""

from collections.abc import Callable, Iterable
from typing import Any

import yaml

from stackwright.domain import naming
from stackwright.domain.checks.expressions import check_expressions
from stackwright.domain.checks.keys import check_keys, default_display, guarded
from stackwright.domain.checks.model import Model
from stackwright.domain.checks.names import check_names
from stackwright.domain.checks.relations import check_relations, check_target
from stackwright.domain.checks.rules import check_rules
from stackwright.domain.checks.size import check_size
from stackwright.domain.entity import Entity
from stackwright.domain.language import PROJECT, VERSION, Shape
from stackwright.domain.project import Project
from stackwright.domain.reading.entities import Draft, read_entity
from stackwright.domain.reading.nodes import (
    Entry,
    entries,
    is_broken,
    locales,
    missing,
    names,
    scalar,
    section,
    spelled,
    text,
)
from stackwright.domain.reading.relations import resolve
from stackwright.domain.report import Report
from stackwright.domain.source import compose, start
from stackwright.errors import Finding
from stackwright.value import Value


class Sketch(Value):
    """An entity as far as it could be read, and where it stands."""

    entity: Entity  # with its relations; lacks what could not be read
    unsure: tuple[str, ...] = ()  # names of fields, relations and computed values that are broken
    line: int  # counted from 1


class Reading(Value):
    """All that can be said of a model file, right or wrong."""

    project: Project | None = None  # None if there is an error
    findings: tuple[Finding, ...] = ()  # in the order of the file
    sketches: tuple[Sketch, ...] = ()  # in the order of the file; those of broken models too
    name: str = ""  # of the project, if it could be read


def parse(
    content: str | bytes,
    file: str,
    further: Callable[[Project], Iterable[Finding]] = lambda _: (),
) -> tuple[Project | None, tuple[Finding, ...]]:
    """The project that a model file describes, and everything that is wrong with it.

    Args:
        content: What the file holds; never raises, whatever it is.
        file: Name of the file, for the findings.
        further: Warnings about a project without errors; they get their places here.

    Returns:
        The project, or None if there is an error; the findings in the order of the file.
    """
    reading = read(content, file, further)
    return reading.project, reading.findings


def read(
    content: str | bytes,
    file: str,
    further: Callable[[Project], Iterable[Finding]] = lambda _: (),
) -> Reading:
    """What `parse` gives, and the entities of a model with errors as far as they could be read."""
    report = Report(file)
    root = compose(content, report)
    reading = Reading()
    if root is None:
        if not report.has_errors:
            hint = "Begin with `stackwright: 1`, `name:` and `entities:`."
            report.error("", "The file is empty.", hint)
    elif not isinstance(root, yaml.MappingNode):
        hint = "Begin with `stackwright: 1`, `name:` and `entities:`."
        report.error("", "A model is a mapping of keys to values.", hint, at=start(root))
    else:
        reading = _read_project(root, report)
    for finding in further(reading.project) if reading.project else ():
        report.warning(finding.where, finding.message, finding.hint)
    project = None if report.has_errors else reading.project
    return reading.model_copy(update={"project": project, "findings": report.findings()})


def _read_project(root: yaml.Node, report: Report) -> Reading:
    found = section(root, PROJECT, "", report, "project") or {}
    missing(found, PROJECT, "", report, "project")
    given: dict[str, Any] = {}
    drafts: list[Draft] = []
    for name, entry in found.items():
        shape, node = PROJECT[name].shape, entry.value
        if is_broken(node):
            continue
        if shape is Shape.VERSION:
            _version(entry, report)
        elif shape in (Shape.LINE, Shape.TEXT, Shape.SLUG):
            value = text(node, shape, entry.where, report)
            if value is not None:
                given[name] = value
        elif shape is Shape.NAMES:
            given[name] = _roles(entry, report)
        elif shape is Shape.LOCALES:
            given["locales"] = locales(node, entry.where, report) or ("en",)
        elif shape is Shape.ENTITIES:
            drafts = _entities(entry, report)
    if "name" in given and spelled(given["name"], Shape.SLUG, "name", report, report.place("name")):
        given.setdefault("title", naming.sentence(given["name"]))
    partial = {draft.entity.name for draft in drafts if not draft.is_whole}
    model = _model(drafts, partial, given.get("roles", ()), report)
    entities = _checked(model, report)
    return Reading(
        project=None if report.has_errors else Project(entities=entities, **given),
        sketches=tuple(
            Sketch(
                entity=entity,
                unsure=tuple(sorted(model.unsure.get(entity.name, ()))),
                line=report.place(f"entities.{entity.name}").line,
            )
            for entity in entities
        ),
        name=given.get("name", ""),
    )


def _version(entry: Entry, report: Report) -> None:
    value = scalar(entry.value) if isinstance(entry.value, yaml.ScalarNode) else None
    if value != VERSION or isinstance(value, bool | float):
        hint = f"Write `stackwright: {VERSION}`."
        message = "This is no version of the language that is known here."
        report.error(entry.where, message, hint, at=start(entry.value))


def _roles(entry: Entry, report: Report) -> tuple[str, ...]:
    roles = names(entry.value, entry.where, report, "roles")
    for role in roles:
        path = f"{entry.where}.{role.name}"
        report.mark(path, role.place)
        spelled(role.name, Shape.SNAKE, path, report, role.place)
    return tuple(role.name for role in roles)


def _entities(entry: Entry, report: Report) -> list[Draft]:
    drafts = []
    for one in entries(entry.value, entry.where, report, "entity"):
        draft = read_entity(one, report)
        if not one.where.endswith("(2)"):
            drafts.append(draft)
    is_empty = isinstance(entry.value, yaml.MappingNode | yaml.ScalarNode) and not entry.value.value
    if is_empty:
        hint = "Add one, such as `Book:` with `fields:` below."
        report.error(entry.where, "There are no entities.", hint)
    return drafts


def _model(
    drafts: Iterable[Draft], partial: set[str], roles: tuple[str, ...], report: Report
) -> Model:
    """The entities with their relations, each once and at its owner."""
    drafts = list(drafts)
    known = [draft.entity.name for draft in drafts]
    unsure = {draft.entity.name: set(draft.unsure) for draft in drafts}
    declared = []
    for draft in drafts:
        for relation in draft.declared:
            if check_target(relation, known, report):
                declared.append(relation)
            else:
                unsure[draft.entity.name].add(relation.name)
    owned = resolve(declared, report)
    entities = tuple(
        draft.entity.model_copy(
            update={"relations": tuple(r for r in owned if r.owner == draft.entity.name)}
        )
        for draft in drafts
    )
    frozen = {name: frozenset(members) for name, members in unsure.items()}
    by_name = {entity.name: entity for entity in entities}
    return Model(entities, by_name, frozen, frozenset(partial), roles)


def _checked(model: Model, report: Report) -> tuple[Entity, ...]:
    """The entities, complete; reports everything that is wrong with them."""
    check_names(model, report)
    check_relations(model, report)
    check_size(model, report)
    entities = []
    for entity in model.entities:
        check_rules(entity, report)
        check_keys(entity, model, report)
        complete = check_expressions(entity, model, report)
        if complete.display is None:
            complete = complete.model_copy(update={"display": default_display(entity)})
        entities.append(guarded(complete))
    return tuple(entities)
