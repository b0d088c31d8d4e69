"""Rows that keep every rule of the model, with links to the rows of other entities.

A link is the number of a row in `rows(project, target, count)` of the same count, so that the rows of
one entity can be made without those of the others.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.errors import Finding
from stackwright.generation.samples import readable
from stackwright.generation.samples.checks import repaired
from stackwright.generation.samples.periods import in_order
from stackwright.generation.samples.values import chance, seeded, value
from stackwright.value import Value

USERS = 4  # demonstration accounts that rows can point to: numbers 0 to 3
KEY_LENGTH = 36  # characters of an invented string key
_ATTEMPTS = 24  # for one row: other values are tried when uniqueness or a check fails
_HOPELESS = 8  # first rows that no change repairs: then the checks contradict each other
_EMPTY_SHARE = 0.18  # of the optional values, except in the first row


class Member(Value):
    """One entry of a many-to-many relation: the number of the target's row, and the attributes."""

    number: int
    values: dict[str, Any]


class Row(Value):
    """One valid row; values are as Python knows them (`as_json` turns them into JSON)."""

    entity: str
    number: int  # from 0
    key: str | None = None  # only for entities whose key is a string
    values: dict[str, Any]  # own fields
    links: dict[str, int | None]  # to-one relations: number of the target's row
    members: dict[str, tuple[Member, ...]]  # many-to-many relations


class Rows(Value):
    """The rows that were found, and why there are fewer than asked for."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()


def rows(project: Project, entity: Entity, count: int, *, filled: bool = False) -> Rows:
    """Valid, plausible rows of an entity; the same ones every time.

    Args:
        project: The model; needed for relations.
        entity: One of its entities.
        count: Rows wanted. Fewer come back when uniqueness or the targets of required relations
            allow no more, or when no value keeps every rule (then with a warning).
        filled: Leave no optional value empty; otherwise about one in five is.
    """
    known = _known(project).rows
    key = entity.name, count, filled
    if key in known and known[key][0] is entity:
        return known[key][1]
    empty = 0.0 if filled else _EMPTY_SHARE
    available = {
        relation.name: _size(project, relation.target, count) for relation in entity.relations
    }
    made = _rows(entity, count, available, empty, _known(project))
    known[key] = entity, made
    return made


def impossible_rows(project: Project) -> Iterator[Finding]:
    """A warning for each entity of which no valid row is found: it gets no sample data and hardly any tests."""
    for entity in project.entities:
        yield from rows(project, entity, 1).findings


def _size(project: Project, name: str, count: int) -> int:
    """How many rows of an entity there are when so many are asked for.

    Only required relations limit it, so that circles of optional ones do not matter.
    """
    if name == BUILT_IN_USER:
        return USERS
    known = _known(project).sizes
    if (name, count) not in known:
        known[name, count] = count  # what a circle of required relations sees
        entity = project.entity(name)
        needed = [relation for relation in entity.relations if _is_needed(entity, relation)]
        if _unique_sets(entity) or entity.checks or needed:
            available = {r.name: _size(project, r.target, count) for r in needed}
            made = _rows(entity, count, available, _EMPTY_SHARE, _known(project))
            known[name, count] = len(made.rows)
    return known[name, count]


_Drawn = dict[tuple[str, str, int, int], tuple[Field, Any]]  # values by entity, field, row, attempt


class _Known(NamedTuple):
    """What was found out about a project: each view of it asks for the same rows."""

    project: Project
    sizes: dict[tuple[str, int], int]
    rows: dict[tuple[str, int, bool], tuple[Entity, Rows]]
    drawn: _Drawn
    hopeless: dict[str, Entity]  # those whose checks contradict each other


_latest: list[_Known] = []  # of the projects asked for last


def _known(project: Project) -> _Known:
    for known in tuple(_latest):
        if known.project is project:
            return known
    fresh = _Known(project, {}, {}, {}, {})
    _latest.append(fresh)
    del _latest[:-4]
    return fresh


def _rows(
    entity: Entity, count: int, available: dict[str, int], empty: float, known: _Known
) -> Rows:
    blocked = [
        _warning(
            relation.where or entity.where, f"{relation.target} has no sample rows to point to"
        )
        for relation in entity.relations
        if _is_needed(entity, relation) and not _room(relation, available)
    ]
    if blocked:
        return Rows(rows=(), findings=tuple(blocked))
    taken: list[set[tuple[Any, ...]]] = [set() for _ in _unique_sets(entity)]
    keys: set[str] = set()
    found: list[Row] = []
    for number in range(count):
        for candidate in _candidates(entity, number, available, empty, known):
            identities = [_identity(candidate, names) for names in _unique_sets(entity)]
            if any(one in used for one, used in zip(identities, taken, strict=True) if one):
                continue
            for one, used in zip(identities, taken, strict=True):
                if one:
                    used.add(one)
            found.append(
                candidate.model_copy(
                    update={"number": len(found), "key": _key(entity, candidate, keys)}
                )
            )
            break
        else:
            break
    findings = () if found or not count else (_warning(entity.where, _why_none(entity)),)
    return Rows(rows=tuple(found), findings=findings)


def _room(relation: Relation, available: dict[str, int]) -> int:
    """How many rows the relation can choose from; none where a first row would need another one."""
    blocked = relation.is_self and relation.required and relation.is_to_one
    return 0 if blocked else available.get(relation.name, 0)


def _is_needed(entity: Entity, relation: Relation) -> bool:
    return relation.required or relation.name in entity.primary_key.parts


def _unique_sets(entity: Entity) -> list[tuple[str, ...]]:
    """Every group of fields and to-one relations that no two rows may share."""
    sets: list[tuple[str, ...]] = [(field.name,) for field in entity.fields if field.unique]
    sets += [
        (relation.name,)
        for relation in entity.relations
        if relation.kind is RelationKind.ONE_TO_ONE
    ]
    sets += list(entity.unique)
    if entity.primary_key.kind == "fields":
        sets.append(entity.primary_key.parts)
    return sets


def _identity(row: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
    """What must be unique; empty when a part is missing, as databases treat NULL."""
    parts = tuple(row.values.get(name, row.links.get(name)) for name in names)
    if any(part is None for part in parts):
        return ()
    return tuple(part.lower() if isinstance(part, str) else repr(part) for part in parts)


def _candidates(
    entity: Entity, number: int, available: dict[str, int], empty: float, known: _Known
) -> Iterator[Row]:
    if known.hopeless.get(entity.name) is entity:
        return
    given_up = 0
    for attempt in range(_ATTEMPTS):
        links = _links(entity, number, attempt, available, empty)
        if links is None:
            return
        values = {
            field.name: _value(entity, field, number, attempt, empty, known.drawn)
            for field in entity.fields
        }
        if any(values[field.name] is None for field in _filled(entity)):
            continue
        kept = repaired(entity, in_order(entity, values, number))
        if kept is None:
            given_up += 1
            if number == 0 and given_up == _HOPELESS:
                known.hopeless[entity.name] = entity
                return
        else:
            members = _members(entity, number, attempt, available, empty)
            yield Row(entity=entity.name, number=number, values=kept, links=links, members=members)


def _filled(entity: Entity) -> list[Field]:
    return [
        field for field in entity.fields if field.required or field.name in entity.primary_key.parts
    ]


def _value(
    entity: Entity, field: Field, number: int, attempt: int, empty: float, drawn: _Drawn
) -> Any:
    optional = not field.required and field.name not in entity.primary_key.parts
    if optional and number and chance(entity.name, field.name, number, "empty") < empty:
        return None
    steps = 1 if attempt < 12 else attempt  # a few small moves, then larger ones
    key = entity.name, field.name, number, attempt * steps
    if key not in drawn or drawn[key][0] is not field:
        drawn[key] = field, value(field, entity.name, number, attempt * steps)
    return drawn[key][1]


def _links(
    entity: Entity, number: int, attempt: int, available: dict[str, int], empty: float
) -> dict[str, int | None] | None:
    """Targets of the to-one relations; None when a required one has no row left."""
    links: dict[str, int | None] = {}
    for relation in entity.relations:
        if relation.is_to_one:
            links[relation.name] = link = _link(
                entity, relation, number, attempt, _room(relation, available), empty
            )
            if link is None and _is_needed(entity, relation):
                return None
    return links


def _link(
    entity: Entity, relation: Relation, number: int, attempt: int, room: int, empty: float
) -> int | None:
    if relation.is_self:  # an earlier row, so that there is no circle
        return (
            None
            if not number
            else number - 1
            if relation.kind is RelationKind.ONE_TO_ONE
            else (number - 1) // 2
        )
    if not room:
        return None
    if relation.kind is RelationKind.ONE_TO_ONE:
        return number if number < room else None
    needed = _is_needed(entity, relation)
    if not needed and attempt >= _ATTEMPTS - 4:
        return None
    rng = seeded(entity.name, relation.name, number)
    if number and not needed and rng.random() < empty:
        return None
    return (
        (number + attempt * (attempt + 1) // 2) % room
        if number < 3 or attempt
        else rng.randrange(room)
    )


def _members(
    entity: Entity, number: int, attempt: int, available: dict[str, int], empty: float
) -> dict[str, tuple[Member, ...]]:
    chosen: dict[str, tuple[Member, ...]] = {}
    for relation in entity.relations:
        if relation.is_to_one:
            continue
        room = _room(relation, available)
        rng = seeded(entity.name, relation.name, number, attempt, "members")
        count = min(room, rng.randint(1, 3))
        if number and not relation.required and rng.random() < empty / 2:
            count = 0
        numbers = [(number + step) % room for step in range(count + 1)] if room else []
        numbers = [
            target for target in dict.fromkeys(numbers) if not relation.is_self or target != number
        ][:count]
        place = f"{entity.name}_{relation.name}"
        chosen[relation.name] = tuple(
            Member(
                number=target,
                values={
                    field.name: value(field, place, number * 3 + step)
                    for field in relation.attributes
                },
            )
            for step, target in enumerate(numbers)
        )
    return chosen


def _key(entity: Entity, row: Row, taken: set[str]) -> str | None:
    if entity.primary_key.kind != "string":
        return None
    shown = row.values.get(entity.display or "")
    key = readable.slug(shown if isinstance(shown, str) else entity.name)[:KEY_LENGTH].strip("-")
    if key in taken or not isinstance(shown, str):
        key = f"{key[: KEY_LENGTH - 6].strip('-')}-{row.number + 1}"
    taken.add(key)
    return key


def _why_none(entity: Entity) -> str:
    for relation in entity.relations:
        if relation.is_self and relation.required and relation.is_to_one:
            return f"{entity.name} has no sample rows: `{relation.name}` needs a row before the first one exists"
    for field in _filled(entity):
        if field.type is not FieldType.JSON and value(field, entity.name, 0) is None:
            return f"{entity.name} has no sample rows: no value was found that keeps the rules of `{field.name}`"
    return f"{entity.name} has no sample rows: no row was found that keeps all of its checks"


def _warning(where: str, message: str) -> Finding:
    return Finding(
        level="warning",
        where=where,
        message=f"{message}.",
        hint="Look whether these rules contradict each other, or give `examples`.",
    )
