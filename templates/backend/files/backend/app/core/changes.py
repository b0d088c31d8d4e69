"""Creating and changing rows: values, relations, rules, versions and who did it."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core.actor import Actor
from app.core.base import Audited, Base, Versioned, now
from app.core.files import find_file
from app.core.problems import FieldProblem, Problem
from app.core.resource import OWNER, Resource, Row, ToMany

_NULL = "null"


def create(session: Session, resource: Resource[Row], data: BaseModel, by: Actor) -> Row:
    """A new row with these values, flushed.

    Raises:
        Problem: Values break rules (422), or are not theirs to change (403).
    """
    row = resource.model()
    session.add(row)
    _assign(session, resource, row, _sent(data, type(data).model_fields), by, is_new=True)
    if isinstance(row, Audited):
        row.created_at = row.updated_at = now()
        row.created_by = row.updated_by = by.user_id
    session.flush()
    return row


def replace(
    session: Session, resource: Resource[Row], row: Row, data: BaseModel, by: Actor
) -> None:
    """Give the row these values; what was not sent becomes empty, except what never changes."""
    names = type(data).model_fields.keys() - (_fixed(resource) - data.model_fields_set)
    _change(session, resource, row, _sent(data, names), by)


def patch(session: Session, resource: Resource[Row], row: Row, data: BaseModel, by: Actor) -> None:
    """Give the row the values that were sent, and leave the others alone."""
    _change(session, resource, row, _sent(data, data.model_fields_set), by)


def check_version(row: Base, if_match: str | None) -> None:
    """Refuse a change that is based on another version of the row (412)."""
    if if_match is None or not isinstance(row, Versioned) or if_match.strip() == "*":
        return
    known = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    if str(row.version) not in known:
        raise Problem(412, "Somebody else has changed this in between. Read it again.")


def etag(row: Versioned) -> str:
    """The row's version as the header ETag carries it."""
    return f'"{row.version}"'


def stamp(row: Base, by: Actor) -> None:
    """Note who changed the row; its version grows even when only its links have changed."""
    if isinstance(row, Audited):
        row.updated_at = now()
        row.updated_by = by.user_id
    if isinstance(row, Versioned):
        mapper = inspect(type(row))
        plain = [a.key for a in mapper.column_attrs if not a.columns[0].primary_key]
        for name in [name for name in plain if name != "version"][:1]:
            flag_modified(row, name)


def _sent(data: BaseModel, names: Collection[str]) -> dict[str, Any]:
    return {name: getattr(data, name) for name in type(data).model_fields if name in names}


def _fixed(resource: Resource[Any]) -> frozenset[str]:
    return resource.immutable


def _change(
    session: Session,
    resource: Resource[Row],
    row: Row,
    values: Mapping[str, Any],
    by: Actor,
) -> None:
    _assign(session, resource, row, values, by, is_new=False)
    if session.is_modified(row) or session.new or session.deleted or _links_changed(session):
        stamp(row, by)
    session.flush()


def _links_changed(session: Session) -> bool:
    return any(session.is_modified(instance) for instance in session.dirty)


def _assign(
    session: Session,
    resource: Resource[Row],
    row: Row,
    values: Mapping[str, Any],
    by: Actor,
    *,
    is_new: bool,
) -> None:
    errors: list[FieldProblem] = []
    for name, value in values.items():
        if name in resource.to_many:
            errors += _set_links(session, resource, row, name, value or [], by, is_new=is_new)
        else:
            errors += _set(session, resource, row, name, value, is_new=is_new)
    if not errors:
        errors += resource.rules(row)
    if errors:
        session.expunge_all()
        raise Problem.of(errors)


def _set(
    session: Session, resource: Resource[Row], row: Row, name: str, value: Any, *, is_new: bool
) -> Iterator[FieldProblem]:
    """Set one value, or tell why it cannot be."""
    if value is None and name in resource.required:
        yield FieldProblem(field=name, message="This cannot be empty.", code=_NULL)
    elif name in resource.fields:
        if not is_new and name in resource.immutable:
            if value != getattr(row, name):
                yield _unchangeable(name)
            return
        if value is not None and name in resource.files and value != getattr(row, name):
            yield from find_file(session, name, value, resource.files[name])
        if is_new or value != getattr(row, name):
            setattr(row, name, value)
    else:
        yield from _set_target(session, resource, row, name, value, is_new=is_new)


def _set_target(
    session: Session, resource: Resource[Row], row: Row, name: str, value: Any, *, is_new: bool
) -> Iterator[FieldProblem]:
    """Point a relation to the row of this id."""
    relation = name.removesuffix("_id")
    target = resource.target(relation)
    columns = resource.to_one[relation].columns
    current = None if is_new else tuple(getattr(row, column) for column in columns)
    if value is None:
        wanted: tuple[Any, ...] | None = tuple(None for _ in columns)
    else:
        wanted = target.key_values(value)
    if not is_new and wanted == current:
        return
    if not is_new and name in resource.immutable:
        yield _unchangeable(name)
        return
    found = None if value is None else target.find(session, value)
    if value is not None and found is None:
        yield FieldProblem(
            field=name, message=f"There is no such {target.name}.", code="missing_row"
        )
        return
    setattr(row, relation, found)
    for column, part in zip(columns, wanted or (), strict=True):
        setattr(row, column, part)


def _set_links(
    session: Session,
    resource: Resource[Row],
    row: Row,
    name: str,
    items: Sequence[Any],
    by: Actor,
    *,
    is_new: bool,
) -> Iterator[FieldProblem]:
    """Link the row with these others, and with no further ones; those are changed by it as well."""
    to_many = resource.to_many[name]
    if to_many.required and not items:
        yield FieldProblem(field=name, message="At least one is needed.", code="too_short")
        return
    current = [] if is_new else list(getattr(row, name))
    known = {id(getattr(link, to_many.there)): link for link in current}
    wanted: list[Base] = []
    touched: list[Base] = []
    for other, item in (yield from _linked_rows(session, resource, name, items)):
        link = known.get(id(other)) or resource.link(name)(**{to_many.there: other})
        if _set_attributes(link, to_many, item) or id(other) not in known:
            touched.append(other)
        wanted.append(link)
    touched += [getattr(link, to_many.there) for link in current if link not in wanted]
    _touch(resource, name, touched, by)
    if {id(link) for link in wanted} != {id(link) for link in current}:
        setattr(row, name, wanted)


def _linked_rows(
    session: Session, resource: Resource[Row], name: str, items: Sequence[Any]
) -> Generator[FieldProblem, None, list[tuple[Base, Any]]]:
    """The rows that these items name; tells of those that do not exist or come twice."""
    target = resource.member(name)
    found: dict[int, tuple[Base, Any]] = {}
    for position, item in enumerate(items):
        other = target.find(session, item.id)
        field = f"{name}.{position}.id"
        if other is None:
            message = f"There is no such {target.name}."
            yield FieldProblem(field=field, message=message, code="missing_row")
        elif id(other) in found:
            yield FieldProblem(field=field, message="This is there twice.", code="duplicate")
        else:
            found[id(other)] = other, item
    return list(found.values())


def _touch(resource: Resource[Row], name: str, others: Sequence[Base], by: Actor) -> None:
    """Note that the links of these other rows change, which their owner's right allows."""
    is_owner = resource.to_many[name].here == OWNER
    if others and not is_owner and not by.may(resource.member(name).permissions.update):
        raise Problem(403, f"Your role may not change the {name} of a {resource.name}.")
    for other in others:
        stamp(other, by)


def _set_attributes(link: Base, to_many: ToMany, item: Any) -> bool:
    """Give the link its attributes; whether one of them was another."""
    changed = False
    for attribute in to_many.attributes:
        value = getattr(item, attribute)
        if getattr(link, attribute) != value:
            setattr(link, attribute, value)
            changed = True
    return changed


def _unchangeable(name: str) -> FieldProblem:
    message = "This never changes once the row exists."
    return FieldProblem(field=name, message=message, code="immutable")
