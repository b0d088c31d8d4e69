"""Rows and entries for the generated tests: what the model allows, and what it forbids."""

import re
from typing import Any

from pydantic import JsonValue

from stackwright.domain.entity import BUILT_IN_USER, Computed, Entity
from stackwright.domain.field import MOMENTS, TEXTS, Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.frontend import names
from stackwright.generation.frontend.members import ToMany, ToOne, is_key_part, members
from stackwright.generation.frontend.specs import display_field, starts_empty
from stackwright.generation.samples import Row, as_json, invalid_values, rows, value
from stackwright.generation.samples.shapes import identifier, write_shape

ROWS = 4  # three are stored, the last is entered
ADMIN = {"id": "00000000-0000-4000-8000-000000000001", "name": "Ada Admin"}  # of the fake server
_MOMENT = "2025-06-02T09:30:00Z"
_LONGEST = 2000  # characters of a value in a test
_TYPED = frozenset(
    {FieldType.INTEGER, FieldType.BIGINT, FieldType.FLOAT, FieldType.DECIMAL}
    | {FieldType.DURATION, FieldType.UUID, FieldType.EMAIL, FieldType.URL}
)  # their inputs take any text
_NOT_PORTABLE = re.compile(r"\\[AZz]|\(\?[^:=!<]|\(\?<[^=!]|[*+?}]\+|\\[pP]\{")


class EntitySamples:
    """The samples of one entity; rows of its neighbours are made once."""

    def __init__(self, entity: Entity, project: Project) -> None:
        self._entity = entity
        self._project = project
        self._rows: dict[str, tuple[Row, ...]] = {}

    def document(self) -> dict[str, JsonValue]:
        """What the generated tests read."""
        found = self._of(self._entity.name)
        entry = found[-1] if found else None
        stored = found[:-1] or found
        return {
            "rows": [self._read(row) for row in stored],
            "entry": {} if entry is None else self._write(entry),
            "required": self._required(),
            "invalid": self._invalid(),
            "targets": self._targets(),
        }

    def _of(self, name: str) -> tuple[Row, ...]:
        if name not in self._rows:
            entity = self._project.entity(name)
            self._rows[name] = rows(self._project, entity, ROWS, filled=True).rows
        return self._rows[name]

    def _read(self, row: Row) -> dict[str, JsonValue]:
        shape: dict[str, JsonValue] = {"id": self._id(self._entity, row)}
        for member in members(self._entity, self._project):
            match member:
                case Field() if member.name != "id" and not member.sensitive:
                    shape[member.name] = as_json(member, row.values[member.name])
                case ToOne(relation=relation):
                    number = row.links[member.name]
                    shape[member.name] = self._reference(relation.target, number, relation.display)
                case ToMany():
                    shape[member.name] = self._linked(member, row)
                case Computed():
                    shape[member.name] = None
        if self._entity.audit:
            shape |= {"created_at": _MOMENT, "created_by": ADMIN["id"]}
            shape |= {"updated_at": _MOMENT, "updated_by": None}
        if self._entity.optimistic_lock:
            shape["version"] = 1
        return shape

    def _write(self, row: Row) -> dict[str, JsonValue]:
        shape = write_shape(self._project, self._entity, row, ROWS)
        for member in members(self._entity, self._project):
            if isinstance(member, ToOne) and member.relation.target == BUILT_IN_USER:
                shape[f"{member.name}_id"] = ADMIN["id"]
            elif isinstance(member, ToMany):
                linked = self._linked(member, row)
                shape[member.name] = [
                    {name: part for name, part in link.items() if name != "display"}
                    for link in linked
                ]
        return shape

    def _linked(self, member: ToMany, row: Row) -> list[Any]:
        """The links of a row; from the other side, one to the first row there is."""
        relation = member.relation
        if relation.name == member.name and relation.owner == self._entity.name:
            found = [(each.number, each.values) for each in row.members[member.name]][:2]
            if member.target == BUILT_IN_USER:
                found = found[:1]
        else:
            made = {f.name: value(f, member.target, 0) for f in relation.attributes}
            found = [(0, made)] if member.target == BUILT_IN_USER or self._of(member.target) else []
        links = []
        for number, values in found:
            reference = self._reference(member.target, number, member.display)
            if reference is not None:
                attributes = {f.name: as_json(f, values[f.name]) for f in relation.attributes}
                links.append({**reference, **attributes})
        return links

    def _reference(self, name: str, number: int | None, display: str | None) -> Any:
        if number is None:
            return None
        if name == BUILT_IN_USER:
            return {"id": ADMIN["id"], "display": ADMIN["name"]}
        found = self._of(name)
        if number >= len(found):
            return None
        entity = self._project.entity(name)
        return {
            "id": self._id(entity, found[number]),
            "display": self._shown(entity, found[number], display),
        }

    def _shown(self, entity: Entity, row: Row, display: str | None) -> str:
        field = entity.field(display or display_field(entity))
        shown = None if field is None else as_json(field, row.values[field.name])
        return str(self._id(entity, row) if shown is None else shown)

    def _id(self, entity: Entity, row: Row) -> JsonValue:
        return identifier(self._project, entity, row, ROWS)

    def _required(self) -> list[JsonValue]:
        found: list[JsonValue] = []
        for member in members(self._entity, self._project):
            match member:
                case Field() if starts_empty(member, self._entity):
                    found.append(member.name)
                case ToOne(relation=relation) if relation.required or is_key_part(
                    self._entity, member.name
                ):
                    found.append(f"{member.name}_id")
                case ToMany() if member.required:
                    found.append(member.name)
                case _:
                    pass
        return found

    def _invalid(self) -> list[JsonValue]:
        return [
            {"field": field.name, "value": text}
            for field in self._entity.fields
            for case in invalid_values(field)
            if (text := _typable(field, case.rule, case.value)) is not None
        ]

    def _targets(self) -> dict[str, JsonValue]:
        """Rows that the pickers offer, by collection: their ids and what names them."""
        shown: dict[str, dict[str, JsonValue]] = {}
        for member in members(self._entity, self._project):
            if isinstance(member, ToOne):
                name, display = member.relation.target, member.relation.display
            elif isinstance(member, ToMany):
                name, display = member.target, member.display
            else:
                continue
            if name == BUILT_IN_USER:
                shown["/users"] = {ADMIN["id"]: dict(ADMIN)}
                continue
            target = self._project.entity(name)
            if name == self._entity.name:
                continue  # its own rows are stored as a whole
            wanted = display or display_field(target)
            field = target.field(wanted)
            collection = shown.setdefault(names.path(target), {})
            for row in self._of(name):
                identity = self._id(target, row)
                entry = collection.setdefault(str(identity), {"id": identity})
                if field is not None and isinstance(entry, dict):
                    entry[wanted] = as_json(field, row.values[wanted])
        return {path: list(entries.values()) for path, entries in shown.items()}


def _typable(field: Field, rule: str, shown: JsonValue) -> str | None:
    """The value as text, when it can be typed into the field's input and must be refused there."""
    if isinstance(shown, bool) or not isinstance(shown, str | int | float):
        return None
    text = str(shown)
    if text.strip() != text or not text.isprintable() or not text or len(text) > _LONGEST:
        return None
    if rule == "pattern" and _NOT_PORTABLE.search(field.pattern or ""):
        return None
    if rule == "type":
        return text if field.type in _TYPED else None
    can_exceed = field.type in TEXTS or field.type in _TYPED or field.type in MOMENTS
    return text if can_exceed else None
