"""A talk with a running back end: create, find, filter, change, collide and delete rows of every entity.

Requests are values; what only the running server knows (ids) stands in them as references.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field as Described
from pydantic import JsonValue

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import FILES, TEXTS, Field, FieldType
from stackwright.domain.naming import kebab
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, RelationKind
from stackwright.generation.samples.native import as_json, is_said
from stackwright.generation.samples.rows import Row, rows
from stackwright.value import Value

ROWS = 3  # of each entity
BASE = "/api/v1"
REFERENCE = re.compile(r"@me|@\w+\.\d+")
_PLAIN = TEXTS | {
    FieldType.INTEGER,
    FieldType.ENUM,
    FieldType.DATE,
    FieldType.UUID,
    FieldType.BOOLEAN,
}


class Exchange(Value):
    """One request and what must come back.

    References: `@Book.0` in a path, query or body stands for the id of that row, `@me` for the
    account that talks.
    """

    entity: str
    purpose: Literal[
        "create", "read", "list", "filter", "change", "stale", "conflict", "delete", "gone"
    ]
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    query: dict[str, str] = {}
    body: dict[str, JsonValue] | None = None
    if_match: str = ""
    expected: tuple[int, ...] = Described(description="The status codes that are right.")
    remember: str = ""  # the reference under which the answer's id is kept
    holds: str = ""  # a reference that must be among the items of the answer
    sentence: str = ""

    @property
    def refers_to(self) -> set[str]:
        """The references that must be known before it."""
        return set(_references([self.path.rpartition("/")[2], self.body, self.holds]))


class Conversation(Value):
    """All exchanges, in order, and what could not be talked about."""

    exchanges: tuple[Exchange, ...]
    left_out: dict[str, str] = {}  # entity → why


def collection(entity: Entity) -> str:
    """The path of an entity's collection."""
    return f"{BASE}/{kebab(entity.plural)}"


def converse(project: Project) -> Conversation:
    """The talk that proves the back end of this model."""
    order, left_out = _creatable(project)
    exchanges: list[Exchange] = []
    made: list[tuple[Entity, Row]] = []
    known: set[str] = set()
    for entity in order:
        for row in rows(project, entity, 1 if _one_an_account(entity) else ROWS).rows:
            body = _body(entity, row, known)
            if body is None:
                break
            name = f"@{entity.name}.{row.number}"
            exchanges.append(_create(entity, body, name))
            known.add(name)
            made.append((entity, row))
        if not any(one is entity for one, _ in made):
            left_out[entity.name] = "No rows that keep every rule could be made up."
            continue
        exchanges += _look(entity, next(row for one, row in made if one is entity))
    for entity, row in reversed(made):
        exchanges += _remove(entity, row, held=_is_held(project, entity))
    return Conversation(exchanges=tuple(exchanges), left_out=left_out)


def _references(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _references(inner)
    elif isinstance(value, str) and REFERENCE.fullmatch(value):
        yield value


def _creatable(project: Project) -> tuple[list[Entity], dict[str, str]]:
    """Entities, those first that others need; and those that cannot be created at all."""
    placed: list[Entity] = []
    names = {BUILT_IN_USER}
    left_out: dict[str, str] = {}
    waiting = list(project.entities)
    for entity in project.entities:
        if any(field.required and field.type in FILES for field in entity.fields):
            left_out[entity.name] = "It needs an uploaded file."
            waiting.remove(entity)
    while ready := [entity for entity in waiting if _needs(entity) <= names]:
        placed += ready
        names |= {entity.name for entity in ready}
        waiting = [entity for entity in waiting if entity.name not in names]
    left_out |= {e.name: "It needs rows that cannot be created first." for e in waiting}
    return placed, left_out


def _needs(entity: Entity) -> set[str]:
    keys = set(entity.primary_key.parts)
    return {r.target for r in entity.relations if r.required or r.name in keys}


def _one_an_account(entity: Entity) -> bool:
    """Whether an account can have one row only: all talk is done with one account."""
    together = {*entity.primary_key.parts, *(name for names in entity.unique for name in names)}
    return any(
        relation.target == BUILT_IN_USER
        and (relation.kind is RelationKind.ONE_TO_ONE or relation.name in together)
        for relation in entity.relations
    )


def _body(entity: Entity, row: Row, known: set[str]) -> dict[str, JsonValue] | None:
    """What creates this row; None when it needs a row that is not there."""
    body: dict[str, JsonValue] = {
        field.name: as_json(field, row.values.get(field.name))
        for field in entity.fields
        if field.type not in FILES and is_said(field, row.values.get(field.name))
    }
    if entity.primary_key.kind == "string":
        body["id"] = row.key
    for relation in entity.relations:
        if relation.is_to_one:
            reference = _reference(relation.target, row.links.get(relation.name), known)
            if reference is not None:
                body[f"{relation.name}_id"] = reference
            elif relation.required:
                return None
            continue
        members = {
            reference: {
                "id": reference,
                **{
                    field.name: as_json(field, member.values.get(field.name))
                    for field in relation.attributes
                    if is_said(field, member.values.get(field.name))
                },
            }
            for member in row.members.get(relation.name, ())
            if (reference := _reference(relation.target, member.number, known)) is not None
        }
        if members:
            body[relation.name] = list(members.values())
        elif relation.required:
            return None
    return body


def _reference(target: str, number: int | None, known: set[str]) -> str | None:
    if target == BUILT_IN_USER:
        return "@me"
    name = f"@{target}.{number}"
    return name if number is not None and name in known else None


def _create(entity: Entity, body: dict[str, JsonValue], name: str) -> Exchange:
    return Exchange(
        entity=entity.name,
        purpose="create",
        method="POST",
        path=collection(entity),
        body=body,
        expected=(201,),
        remember=name,
        sentence=f"creates {name[1:]}",
    )


def _look(entity: Entity, row: Row) -> Iterator[Exchange]:
    """Read, list, filter, change and collide with the first row."""
    name = f"@{entity.name}.{row.number}"
    item = f"{collection(entity)}/{name}"
    base: dict[str, Any] = {"entity": entity.name}
    yield Exchange(
        **base, purpose="read", method="GET", path=item, expected=(200,), sentence="reads it again"
    )
    yield Exchange(
        **base,
        purpose="list",
        method="GET",
        path=collection(entity),
        query={"page": "1", "size": "100"},
        expected=(200,),
        holds=name,
        sentence="finds it in the list",
    )
    for field in entity.fields:
        if _is_comparable(field) and row.values.get(field.name) is not None:
            value = as_json(field, row.values[field.name])
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Exchange(
                **base,
                purpose="filter",
                method="GET",
                path=collection(entity),
                query={field.name: text, "size": "100"},
                expected=(200,),
                holds=name,
                sentence=f"finds it by {field.name}",
            )
    changeable = _changeable(entity, row)
    if changeable is not None:
        body = {changeable.name: as_json(changeable, row.values[changeable.name])}
        patch: dict[str, Any] = {**base, "method": "PATCH", "path": item, "body": body}
        yield Exchange(**patch, purpose="change", expected=(200,), sentence="changes it")
        if entity.optimistic_lock:
            yield Exchange(
                **patch,
                purpose="stale",
                if_match='"987654321"',
                expected=(412,),
                sentence="refuses a change of an old version",
            )


def _is_comparable(field: Field) -> bool:
    return field.type in _PLAIN and not field.sensitive


def _changeable(entity: Entity, row: Row) -> Field | None:
    fixed = set(entity.primary_key.parts)
    return next(
        (
            field
            for field in entity.fields
            if field.name not in fixed
            and not field.immutable
            and field.type not in FILES
            and row.values.get(field.name) is not None
        ),
        None,
    )


def _remove(entity: Entity, row: Row, *, held: bool) -> Iterator[Exchange]:
    item = f"{collection(entity)}/@{entity.name}.{row.number}"
    yield Exchange(
        entity=entity.name,
        purpose="delete",
        method="DELETE",
        path=item,
        expected=(204, 404, 409) if held else (204, 404),  # 404: a cascade was faster
        sentence=f"deletes {entity.name}.{row.number}",
    )
    if not held:
        yield Exchange(
            entity=entity.name,
            purpose="gone",
            method="GET",
            path=item,
            expected=(404,),
            sentence="does not find it afterwards",
        )


def _is_held(project: Project, entity: Entity) -> bool:
    """Whether rows that come later in the talk may rightly keep a row of this entity alive."""
    return any(
        r.on_delete is OnDelete.RESTRICT for r in project.incoming(entity.name) if r.is_to_one
    )
