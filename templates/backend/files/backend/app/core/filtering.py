"""Lists: filters, search and order, all from one description of the columns that clients may name."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import JSON, ColumnElement, String, and_, cast, false, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from app.core import values
from app.core.keys import leaves
from app.core.paging import Paging
from app.core.problems import FieldProblem, Problem
from app.core.resource import ADMIN, Resource, Row, ToMany
from app.core.types import Structure, python_type

Criterion = ColumnElement[bool]
EQUALS = ""
OPERATORS = (EQUALS, "ne", "in", "notin", "contains", "gt", "ge", "lt", "le", "null")
ORDERED = (int, float, Decimal, date, time, datetime, timedelta)
_RESERVED = frozenset({"page", "size", "sort", "q"})
_LONGEST, _MOST_VALUES, _MOST_FILTERS = 10_000, 100, 50
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    EQUALS: eq,
    "ne": ne,
    "gt": gt,
    "ge": ge,
    "lt": lt,
    "le": le,
}
_PARSERS: dict[type, TypeAdapter[Any]] = {
    UUID: TypeAdapter(UUID),
    date: TypeAdapter(values.Date),
    time: TypeAdapter(values.ClockTime),
    datetime: TypeAdapter(values.Moment),
    timedelta: TypeAdapter(values.Duration),
    str: TypeAdapter(values.Text),
}


class Matching(NamedTuple):
    """Which rows are asked for, and in which order."""

    criteria: list[Criterion]
    order: list[Any]


def operators(kind: TypeEngine[Any]) -> tuple[str, ...]:
    """The operators that make sense for a column of this type."""
    if isinstance(kind, Structure):
        is_list = getattr(kind.python_type_of_value, "__origin__", None) is list
        return ("contains", "null") if is_list else ("null",)
    values_type = python_type(kind)
    found = [EQUALS, "ne", "in", "notin", "null"]
    if issubclass(values_type, str) and not issubclass(values_type, Enum):
        found.append("contains")
    if issubclass(values_type, ORDERED) and values_type is not bool:
        found += ["gt", "ge", "lt", "le"]
    return tuple(name for name in OPERATORS if name in found)


def matching(resource: Resource[Any], request: Request, roles: frozenset[str]) -> Matching:
    """What the query parameters of a request ask for.

    Raises:
        Problem: A parameter is unknown or has a value that does not fit (422); or the filter looks
            into rows that these roles may not read (403).
    """
    criteria: list[Criterion] = []
    errors: list[FieldProblem] = []
    order: list[Any] = []
    parameters = request.query_params.multi_items()
    if len(parameters) > _MOST_FILTERS:
        raise Problem(422, f"More than {_MOST_FILTERS} filters at once are too many.")
    for name, text in parameters:
        try:
            _check_text(text)
            if name == "q":
                criteria.append(_search(resource, text))
            elif name == "sort":
                order += list(_order(resource, text))
            elif name not in _RESERVED:
                criteria.append(_filter(resource, name, text, roles))
        except ValueError as error:
            message = "does not fit" if isinstance(error, ValidationError) else str(error)
            errors.append(FieldProblem(field=_shown(name), message=message, code="filter"))
    if errors:
        raise Problem.of(errors)
    order += [resource.attribute(name) for name in leaves(resource.key)]
    return Matching(criteria, order)


def count(session: Session, resource: Resource[Any], criteria: Sequence[Criterion]) -> int:
    """How many rows match."""
    query = select(func.count()).select_from(resource.model).where(resource.present(), *criteria)
    return session.scalars(query).one()


def page_of(
    session: Session, resource: Resource[Row], asked: Matching, paging: Paging
) -> tuple[Sequence[Row], int]:
    """The rows of one page, and how many match in all."""
    query = resource.select().where(*asked.criteria).order_by(*asked.order)
    query = query.limit(paging.size).offset(paging.offset).options(*resource.loading())
    total = count(session, resource, asked.criteria)
    return session.scalars(query).all() if total > paging.offset else [], total


def _check_text(text: str) -> None:
    if len(text) > _LONGEST or "\x00" in text or "\ufffd" in text:
        raise ValueError("The value is too long, or has characters that no row has.")


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:200]


def _search(resource: Resource[Any], text: str) -> Criterion:
    """Every word occurs in one of the searchable fields."""
    if not resource.searchable:
        raise ValueError("Nothing here can be searched.")
    columns = [resource.attribute(name) for name in resource.searchable]
    words = text.split()[:20]
    return and_(
        True,
        *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words),
    )


def _order(resource: Resource[Any], text: str) -> Iterator[ColumnElement[Any]]:
    """By each of the fields in turn; rows without a value come last."""
    if not text:
        raise ValueError("Name a field.")
    for part in text.split(",")[:10]:
        name = part.removeprefix("-")
        is_key = name == "id"
        if not is_key and (name not in resource.filters or not _is_sortable(resource, name)):
            raise ValueError(f"There is no field to sort by called {_shown(name)[:60]!r}.")
        for column_name in leaves(resource.key) if is_key else (name,):
            column = resource.attribute(column_name)
            if resource.column(column_name).nullable:
                yield column.is_(None)
            yield column.desc() if part.startswith("-") else column.asc()


def _is_sortable(resource: Resource[Any], name: str) -> bool:
    return not isinstance(resource.column(name).type, JSON | Structure)


def _filter(resource: Resource[Any], name: str, text: str, roles: frozenset[str]) -> Criterion:
    base, _, operator = name.rpartition("__")
    if operator not in OPERATORS or not base:
        base, operator = name, EQUALS
    if base == "id":
        return _key(resource, tuple(leaves(resource.key)), resource, operator, text)
    if base in resource.filters:
        return _compare(resource, base, operator, text)
    if base in resource.to_many and not operator:
        return _has(resource, base, resource.to_many[base], text)
    relation = base.removesuffix("_id")
    if relation != base and relation in resource.to_one:
        columns = resource.to_one[relation].columns
        return _key(resource, columns, resource.target(relation), operator, text)
    relation, _, field = base.partition("__")
    if relation in resource.to_one:
        return _through(resource, relation, field, operator, text, roles)
    raise ValueError("There is no such filter.")


def _through(
    resource: Resource[Any],
    relation: str,
    field: str,
    operator: str,
    text: str,
    roles: frozenset[str],
) -> Criterion:
    """A filter on a field of the row that a relation points to."""
    target, own = resource.target(relation), resource.to_one[relation].filters
    if field not in (target.filters if own is None else own):
        raise ValueError("There is no such filter.")
    if own is None and roles.isdisjoint({ADMIN, *target.permissions.read}):
        raise Problem(403, f"Your role does not read {target.path}.")
    criterion: Criterion = resource.attribute(relation).has(_compare(target, field, operator, text))
    return criterion


def _has(resource: Resource[Any], name: str, to_many: ToMany, text: str) -> Criterion:
    """The rows that are linked with the one of this id."""
    other = resource.member(name)
    key = other.key_values(text)
    if key is None:
        return false()
    link = resource.link(name)
    columns = [getattr(link, f"{to_many.there}_{part}") for part in leaves(other.key)]
    found: Criterion = resource.attribute(name).any(
        and_(*(column == value for column, value in zip(columns, key, strict=True)))
    )
    return found


def _key(
    resource: Resource[Any],
    columns: tuple[str, ...],
    target: Resource[Any],
    operator: str,
    text: str,
) -> Criterion:
    """A comparison with ids, which may have several columns."""
    attributes = [resource.attribute(name) for name in columns]
    if operator == "null":
        return attributes[0].is_(None) if _flag(text) else attributes[0].is_not(None)
    if operator not in {EQUALS, "ne", "in", "notin"}:
        raise ValueError("Ids can be compared with ne, in, notin and null.")
    criteria = []
    for part in _list(text) if operator in {"in", "notin"} else [text]:
        key = target.key_values(part)
        if key is None:
            raise ValueError("is not an id")
        pairs = zip(attributes, key, strict=True)
        criteria.append(and_(*(attribute == value for attribute, value in pairs)))
    found = or_(false(), *criteria)
    return found if operator in {EQUALS, "in"} else not_(found)


def _compare(resource: Resource[Any], name: str, operator: str, text: str) -> Criterion:
    column: InstrumentedAttribute[Any] = resource.attribute(name)
    kind = resource.column(name).type
    if operator not in operators(kind):
        raise ValueError(f"This field has no operator {operator or 'equals'}.")
    if operator == "null":
        return column.is_(None) if _flag(text) else column.is_not(None)
    if operator == "contains":
        if isinstance(kind, Structure):
            return cast(column, String).contains(
                json.dumps(text, ensure_ascii=False), autoescape=True
            )
        return column.icontains(text, autoescape=True)
    if operator in {"in", "notin"}:
        found = [_value(kind, part) for part in _list(text)]
        return column.in_(found) if operator == "in" else column.not_in(found)
    value = _value(kind, text)
    criterion: Criterion = _COMPARISONS[operator](column, value)
    return criterion


def _list(text: str) -> list[str]:
    parts = text.split(",")
    if len(parts) > _MOST_VALUES:
        raise ValueError(f"More than {_MOST_VALUES} values are too many.")
    return parts


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return text == "true"


def _value(kind: TypeEngine[Any], text: str) -> Any:
    """The text as a value of the column's type."""
    wanted = python_type(kind)
    if wanted is bool:
        return _flag(text)
    if issubclass(wanted, Enum):
        return wanted(text)
    if wanted in {int, float, Decimal}:
        return _number(wanted, text)
    return _PARSERS[wanted].validate_python(text)


def _number(wanted: type, text: str) -> Any:
    if len(text) > 40:
        raise ValueError("is too long for a number")
    number = TypeAdapter(values.DecimalNumber).validate_python(text)
    if abs(number) >= 2**63:
        raise ValueError("is beyond all numbers here")
    if wanted is int:
        if number != number.to_integral_value():
            raise ValueError("is not a whole number")
        return int(number)
    return float(number) if wanted is float else number
