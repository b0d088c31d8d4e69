"""Relations as they are declared, then resolved: each once, from the side that owns it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

from stackwright.domain import naming
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.field import Field
from stackwright.domain.language import RELATION, RELATION_KINDS, Shape
from stackwright.domain.reading.fields import read_fields
from stackwright.domain.reading.nodes import (
    Entry,
    entries,
    flag,
    is_broken,
    missing,
    section,
    spelled,
    text,
)
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.domain.report import Report
from stackwright.domain.source import start
from stackwright.domain.suggestion import closest

End = tuple[str, str]  # an entity and the name of a relation there

ONE_TO_MANY = "one_to_many"
_OTHER_KINDS = {"belongs_to": "many_to_one", "has_many": "one_to_many", "has_one": "one_to_one"}


class Declared(NamedTuple):
    """A relation as one of its two entities declares it."""

    owner: str
    name: str
    kind: str  # one of RELATION_KINDS
    target: str
    inverse: str | None
    label: str
    inverse_label: str
    description: str
    required: bool
    on_delete: OnDelete
    display: str | None
    immutable: bool
    attributes: tuple[Field, ...]
    renamed_from: str | None
    given: frozenset[str]  # keys that are written
    where: str


def read_relations(
    node: yaml.Node, owner: str, where: str, report: Report
) -> tuple[tuple[Declared, ...], frozenset[str]]:
    """The declared relations of an entity, and the names of those that could not be read."""
    declared: list[Declared] = []
    unsure: set[str] = set()
    for entry in entries(node, where, report, "relation"):
        spelled(entry.name, Shape.SNAKE, entry.where, report, entry.place)
        one = _read_relation(entry, owner, report)
        if entry.where.endswith("(2)"):
            continue
        if one is None:
            unsure.add(entry.name)
        else:
            declared.append(one)
    return tuple(declared), frozenset(unsure)


def _read_relation(entry: Entry, owner: str, report: Report) -> Declared | None:
    where = entry.where
    found = section(entry.value, RELATION, where, report, "relation")
    if found is None:
        return None
    missing(found, RELATION, where, report, "relation")
    kind = _choice(found.get("kind"), RELATION_KINDS, report)
    on_delete = _choice(found.get("on_delete"), tuple(OnDelete), report)
    texts: dict[str, str] = {}
    flags: dict[str, bool] = {}
    for name, one in found.items():
        shape = RELATION[name].shape
        if shape in (Shape.LINE, Shape.TEXT, Shape.SNAKE, Shape.PASCAL):
            value = text(one.value, shape, one.where, report)
            if value is not None:
                texts[name] = value
        elif shape is Shape.FLAG:
            flags[name] = flag(one.value, one.where, report)
    attributes: tuple[Field, ...] = ()
    if "attributes" in found:
        attributes, _ = read_fields(found["attributes"].value, f"{where}.attributes", report)
    if "inverse" in texts:
        one = found["inverse"]
        spelled(texts["inverse"], Shape.SNAKE, one.where, report, start(one.value))
    target = texts.get("target")
    if kind is None or target is None:
        return None
    if not _fits(kind, target, found, where, report):
        return None
    label = texts.get("label") or naming.sentence(entry.name) or entry.name
    return Declared(
        owner=owner,
        name=entry.name,
        kind=kind,
        target=target,
        inverse=texts.get("inverse"),
        label=label,
        inverse_label=texts.get("inverse_label", ""),
        description=texts.get("description", ""),
        required=flags.get("required", False),
        on_delete=OnDelete(on_delete) if on_delete else OnDelete.RESTRICT,
        display=None if kind == ONE_TO_MANY else texts.get("display"),
        immutable=flags.get("immutable", False),
        attributes=attributes,
        renamed_from=None if kind == ONE_TO_MANY else texts.get("renamed_from"),
        given=frozenset(found),
        where=where,
    )


def _fits(kind: str, target: str, found: dict[str, Entry], where: str, report: Report) -> bool:
    """Whether a relation of this kind can have this target; reports attributes it cannot have."""
    if "attributes" in found and kind != RelationKind.MANY_TO_MANY:
        hint = "Make it many_to_many, or put the fields into an entity between the two."
        place = found["attributes"].place
        report.error(f"{where}.attributes", f"A {kind} relation has no attributes.", hint, at=place)
    for key in ("display", "renamed_from"):
        if kind == ONE_TO_MANY and key in found:
            message = f"`{key}` is said on the side that is many_to_one."
            hint = f"Declare the relation in {target}, with `{key}`."
            report.error(f"{where}.{key}", message, hint, at=found[key].place)
    if target == BUILT_IN_USER and kind == ONE_TO_MANY:
        hint = "Declare it as many_to_one in the entity that belongs to the user."
        report.error(f"{where}.kind", "The built-in User cannot own a relation.", hint)
        return False
    return True


def _choice(entry: Entry | None, known: tuple[str, ...], report: Report) -> str | None:
    if entry is None or is_broken(entry.value):
        return None
    word = text(entry.value, Shape.LINE, entry.where, report)
    if word is None or word in known:
        return word
    other = _OTHER_KINDS.get(word.lower())
    spelling = naming.snake(word)
    hint = f"Did you mean `{other or spelling}`?" if other or spelling in known else ""
    hint = hint or closest(word, known) or f"There are: {', '.join(known)}."
    message = f"`{word[:60]}` is no {entry.name.replace('_', ' ')} of a relation."
    report.error(entry.where, message, hint, at=start(entry.value))
    return None


def resolve(declared: Iterable[Declared], report: Report) -> list[Relation]:
    """Each relation once; those that are declared on both sides are brought together."""
    waiting = {(one.owner, one.name): one for one in declared}
    pointing: dict[End, list[End]] = {}  # to each end: the declarations that name it as theirs
    for end, one in waiting.items():
        pointing.setdefault((one.target, one.inverse or ""), []).append(end)
    relations: list[Relation] = []
    for end, one in list(waiting.items()):
        if waiting.pop(end, None) is None:
            continue
        ends = [(one.target, one.inverse or ""), *pointing.get(end, ())]
        others = [waiting[other] for other in dict.fromkeys(ends) if other in waiting]
        other = next((two for two in others if _same(one, two)), None)
        if other is not None:
            del waiting[other.owner, other.name]
            relations.append(_merged(one, other, report))
        elif not any(_contradict(one, two, report) for two in others):
            relations.append(_owned(one))  # else it would clash with the other in every name
    return relations


def _same(one: Declared, two: Declared) -> bool:
    """Whether two declarations speak of the same relation from its two ends."""
    if one.owner != two.target or one.target != two.owner:
        return False
    names = (one.inverse in (None, two.name), two.inverse in (None, one.name))
    return all(names) and (one.inverse is not None or two.inverse is not None)


def _contradict(one: Declared, two: Declared, report: Report) -> bool:
    """Whether one declaration names the other as its other side, which knows nothing of it."""
    for first, second in ((one, two), (two, one)):
        if (first.target, first.inverse) != (second.owner, second.name):
            continue
        here, there = f"{first.owner}.{first.name}", f"{second.owner}.{second.name}"
        if second.target != first.owner:
            why = f"`{there}` points to {second.target}, not to {first.owner}"
        else:
            why = f"`{there}` names `{second.inverse}` as its other side"
        hint = "Give both sides the name of the other, or declare the relation on one side only."
        message = f"`{here}` and `{there}` contradict each other: {why}."
        report.error(f"{first.where}.inverse", message, hint)
        return True
    return False


_MIRROR = {"many_to_one": ONE_TO_MANY, ONE_TO_MANY: "many_to_one"}


def _merged(one: Declared, two: Declared, report: Report) -> Relation:
    """One relation of two declarations; `one` stands first in the file."""
    if two.kind != _MIRROR.get(one.kind, one.kind):
        hint = f"Make `{two.owner}.{two.name}` {_MIRROR.get(one.kind, one.kind)}."
        message = (
            f"`{one.owner}.{one.name}` is {one.kind}, but its other side `{two.owner}.{two.name}` "
            f"is {two.kind}."
        )
        report.error(f"{two.where}.kind", message, hint)
    owner, other = (two, one) if one.kind == ONE_TO_MANY else (one, two)
    for key in ("required", "on_delete", "immutable", "attributes"):
        if key in one.given & two.given and getattr(one, key) != getattr(two, key):
            message = f"Both sides of the relation give `{key}`, with different values."
            report.error(f"{two.where}.{key}", message, "Give it on one side only.")
        elif key in other.given:
            owner = _with(owner, key, getattr(other, key))
    owner = owner._replace(
        inverse=other.name,
        description=owner.description or other.description,
        label=owner.label if "label" in owner.given else other.inverse_label or owner.label,
        inverse_label=owner.inverse_label or other.label,
    )
    return _relation(owner)


def _with(declared: Declared, key: str, value: Any) -> Declared:
    return declared._replace(**{key: value})


def _owned(one: Declared) -> Relation:
    if one.kind != ONE_TO_MANY:
        return _relation(one)
    name = one.inverse or naming.snake(one.owner)
    turned = one._replace(
        owner=one.target,
        name=name,
        target=one.owner,
        inverse=one.name,
        label=one.inverse_label or naming.sentence(name) or name,
        inverse_label=one.label,
    )
    return _relation(turned)


def _relation(one: Declared) -> Relation:
    kind = RelationKind.MANY_TO_ONE if one.kind == ONE_TO_MANY else RelationKind(one.kind)
    inverse_label = one.inverse_label
    if one.inverse and not inverse_label:
        inverse_label = naming.sentence(one.inverse) or one.inverse
    return Relation(
        name=one.name,
        kind=kind,
        owner=one.owner,
        target=one.target,
        inverse=one.inverse,
        label=one.label,
        inverse_label=inverse_label,
        description=one.description,
        required=one.required,
        on_delete=one.on_delete,
        display=one.display,
        immutable=one.immutable,
        attributes=one.attributes,
        renamed_from=one.renamed_from,
        where=one.where,
    )
