"""What stands in the boxes, before anything has a place."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stackwright.domain import naming
from stackwright.domain.diagram.picture import Multiplicity, Row, State
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.field import Field, FieldType
from stackwright.domain.parsing import Sketch
from stackwright.domain.relation import Relation, RelationKind
from stackwright.errors import Finding

ROW_PX, TITLE_PX = 18, 20
PAD_PX = 8
LETTER_PX, TITLE_LETTER_PX = (
    6.6,
    7.2,
)  # widths: the mono at 11 pixels, capitals of the narrow sans at 15
_MOST_FIELDS = 8
_NAME_LETTERS, _TYPE_LETTERS, _TITLE_LETTERS = 26, 20, 30
_WORD = re.compile(r"[A-Z]?[^A-Z]*")


class Content(NamedTuple):
    """An entity as its box shows it; `y` of rows counts from the upper edge of the box."""

    name: str
    title: tuple[str, ...]
    state: State
    said: str
    line: int
    width: int
    head: int
    fields_end: int  # where the fields end and the relations begin
    height: int
    rows: tuple[Row, ...]
    ports: dict[str, int]  # relation → middle of its row


def contents(sketches: Sequence[Sketch], findings: Iterable[Finding]) -> dict[str, Content]:
    """The boxes of these entities, and of the built-in User if something points to it."""
    levels = _levels(sketches, findings)
    made = {
        one.entity.name: _content(one, levels.get(one.entity.name, "right")) for one in sketches
    }
    targets = {relation.target for one in sketches for relation in one.entity.relations}
    if BUILT_IN_USER in targets and BUILT_IN_USER not in made:
        rows = [
            Row(kind="field", name=name, type=type_, whole=f"{name}: {type_}", y=0)
            for name, type_ in (("name", "string"), ("email", "email"))
        ]
        said = f"{BUILT_IN_USER}, built in"
        made[BUILT_IN_USER] = _boxed(BUILT_IN_USER, "built-in", said, 0, rows, [])
    return made


def multiplicities(relation: Relation) -> tuple[Multiplicity, Multiplicity]:
    """How many owners a target has, and how many targets an owner."""
    if relation.kind is RelationKind.MANY_TO_MANY:
        many = Multiplicity.ONE_OR_MORE if relation.required else Multiplicity.ANY
        return Multiplicity.ANY, many
    one = Multiplicity.ONE if relation.required else Multiplicity.ZERO_OR_ONE
    is_single = relation.kind is RelationKind.ONE_TO_ONE
    return (Multiplicity.ZERO_OR_ONE if is_single else Multiplicity.ANY), one


def in_words(relation: Relation) -> str:
    """A sentence such as `Loan.book: each Loan has one Book; each Book has any number of Loans.`."""
    at_owner, at_target = multiplicities(relation)
    owner, target = relation.owner, relation.target
    there = f" ({relation.inverse})" if relation.inverse else ""
    if relation.is_self:
        return (
            f"{owner}.{relation.name}: each {owner} points to {_count(at_target, target)}; "
            f"to each {owner} points {_count(at_owner, owner)}{there}."
        )
    return (
        f"{owner}.{relation.name}: each {owner} has {_count(at_target, target)}; "
        f"each {target} has {_count(at_owner, owner)}{there}."
    )


def _count(multiplicity: Multiplicity, name: str) -> str:
    return {
        Multiplicity.ONE: f"one {name}",
        Multiplicity.ZERO_OR_ONE: f"one {name} or none",
        Multiplicity.ONE_OR_MORE: f"one or more {naming.plural(name)}",
        Multiplicity.ANY: f"any number of {naming.plural(name)}",
    }[multiplicity]


def _levels(sketches: Sequence[Sketch], findings: Iterable[Finding]) -> dict[str, State]:
    """The state of every entity in whose lines something was found."""
    found: dict[str, State] = {}
    starts = sorted((one.line, one.entity.name) for one in sketches)
    for finding in findings:
        words = finding.where.split(".")
        before = [name for line, name in starts if line <= finding.line]
        is_inside = words[0] in {"entities", "model"} and before and finding.where != "entities"
        if is_inside and (finding.level == "error" or before[-1] not in found):
            found[before[-1]] = "wrong" if finding.level == "error" else "warning"
    return found


def _content(sketch: Sketch, state: State) -> Content:
    entity = sketch.entity
    keys = set(entity.primary_key.parts)
    rows = [_field(field, is_key=field.name in keys) for field in entity.fields]
    if (more := len(rows) - _MOST_FIELDS) > 1:
        names = ", ".join(field.name for field in entity.fields[_MOST_FIELDS:])
        rows = [*rows[:_MOST_FIELDS], Row(kind="more", name=f"+ {more} more", whole=names, y=0)]
    rows += [
        Row(kind="unsure", name=_cut(name), type="?", whole=f"{name} cannot be read yet", y=0)
        for name in sketch.unsure[:_MOST_FIELDS]
    ]
    relations = [
        Row(
            kind="relation",
            name=_cut(one.name),
            type=_cut(one.target, _TYPE_LETTERS),
            whole=in_words(one),
            is_required=one.required,
            y=0,
        )
        for one in entity.relations
    ]
    words = {"wrong": ", has errors", "warning": ", has warnings"}.get(state, "")
    said = (
        f"{entity.name}, {_number(len(entity.fields), 'field')}, "
        f"{_number(len(relations), 'relation')}{words}"
    )
    made = _boxed(entity.name, state, said, sketch.line, rows, relations)
    ports = {
        relation.name: row.y
        for relation, row in zip(entity.relations, made.rows[len(rows) :], strict=True)
    }
    return made._replace(ports=ports)


def _boxed(
    name: str, state: State, said: str, line: int, fields: list[Row], relations: list[Row]
) -> Content:
    title = _wrapped(name)
    head = len(title) * TITLE_PX + PAD_PX
    y = head + PAD_PX // 2 if fields or relations else head
    placed: list[Row] = []
    for row in fields:
        placed.append(row.model_copy(update={"y": y + ROW_PX // 2}))
        y += ROW_PX
    fields_end = y + PAD_PX // 2 if fields else y
    y = fields_end + (PAD_PX // 2 if relations and fields else 0)
    for row in relations:
        placed.append(row.model_copy(update={"y": y + ROW_PX // 2}))
        y += ROW_PX
    height = y + PAD_PX // 2 if relations else max(fields_end, y)
    texts = [len(row.name) + len(row.type) + (3 if row.type else 0) for row in placed]
    marks = 2  # room for the mark of an error beside the name
    width = max(
        [132.0]
        + [2 * PAD_PX + 10 + letters * LETTER_PX for letters in texts]
        + [2 * PAD_PX + (len(part) + marks) * TITLE_LETTER_PX for part in title]
    )
    return Content(
        name, title, state, said, line, int(width), head, fields_end, height, tuple(placed), {}
    )


def _field(field: Field, *, is_key: bool) -> Row:
    type_ = field.type.value
    if field.type is FieldType.LIST and field.items:
        type_ = f"list({field.items.value})"
    elif field.precision is not None:
        type_ = f"decimal({field.precision}, {field.scale or 0})"
    rules = [
        word
        for word, holds in (("key", is_key), ("required", field.required), ("unique", field.unique))
        if holds
    ]
    whole = f"{field.name}: {type_}{''.join(f', {rule}' for rule in rules)}"
    return Row(
        kind="field",
        name=_cut(field.name),
        type=_cut(type_, _TYPE_LETTERS),
        whole=whole,
        is_required=field.required or is_key,
        y=0,
    )


def _cut(text: str, letters: int = _NAME_LETTERS) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _wrapped(name: str) -> tuple[str, ...]:
    """A name in lines that fit, broken before capitals where there are some."""
    lines = [""]
    for word in _WORD.findall(name):
        if lines[-1] and len(lines[-1]) + len(word) > _TITLE_LETTERS:
            lines.append("")
        lines[-1] += word
    lines = [
        line[start : start + _TITLE_LETTERS]
        for line in lines
        for start in range(0, len(line), _TITLE_LETTERS)
    ]
    return tuple(line for line in lines if line)
