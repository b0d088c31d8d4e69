"""What the API knows of a kind of rows: its columns, relations, rules and permissions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from sqlalchemy import Column, Select, Table, and_, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Mapper, Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import ColumnElement

from app.core.base import Base, SoftDeleted
from app.core.keys import Tree, leaves, split_key, typed_value
from app.core.problems import FieldProblem, Problem

Row = TypeVar("Row", bound=Base)
ADMIN, PUBLIC, USER = "admin", "public", "user"
OWNER = "owner"  # the side of a link that its permissions come from


@dataclass(frozen=True)
class Permissions:
    """Which roles may do what; `admin` always may, `public` is anybody, `user` anybody logged in."""

    read: tuple[str, ...] = (USER,)
    create: tuple[str, ...] = (USER,)
    update: tuple[str, ...] = (USER,)
    delete: tuple[str, ...] = (USER,)


@dataclass(frozen=True)
class ToOne:
    """A relation to one row: its foreign key's columns, in the order of the other table's key."""

    columns: tuple[str, ...]
    filters: tuple[str, ...] | None = None  # fields of the other row; none given: all it filters by


@dataclass(frozen=True)
class ToMany:
    """A relation to several rows through a table of links, seen from one of its sides."""

    here: str  # the link's relationship to this row (OWNER or `target`), its columns begin with it
    there: str  # the same for the other row
    attributes: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class FileRule:
    """What a field accepts of the uploaded files."""

    most_bytes: int | None = None
    is_image: bool = False


def _no_rules(_: Any) -> Iterator[FieldProblem]:
    yield from ()


@dataclass(frozen=True, kw_only=True)
class Resource(Generic[Row]):
    """One kind of rows; every part of the API that is the same for all kinds is driven by it."""

    model: type[Row]
    name: str  # in sentences: `There is no such order line.`
    path: str  # of the collection
    display: str | None = None  # the field that stands for a row; None: its id
    key: Tree = ("id",)
    fields: tuple[str, ...] = ()  # written as clients send them
    required: frozenset[str] = frozenset()  # never null
    immutable: frozenset[str] = frozenset()  # never changed
    filters: tuple[str, ...] = ()  # columns to filter and sort by
    searchable: tuple[str, ...] = ()
    to_one: Mapping[str, ToOne] = field(default_factory=dict)
    to_many: Mapping[str, ToMany] = field(default_factory=dict)
    files: Mapping[str, FileRule] = field(default_factory=dict)
    permissions: Permissions = Permissions()
    rules: Callable[[Row], Iterator[FieldProblem]] = _no_rules

    def __post_init__(self) -> None:
        """Make it known to relations that point to it."""
        _RESOURCES[self.model] = self

    @property
    def mapper(self) -> Mapper[Row]:
        """SQLAlchemy's view of the model."""
        return inspect(self.model)

    @property
    def table(self) -> Table:
        """The table of the rows."""
        table = self.mapper.local_table
        assert isinstance(table, Table)
        return table

    def attribute(self, name: str) -> InstrumentedAttribute[Any]:
        """A column or relation of the model."""
        attribute: InstrumentedAttribute[Any] = getattr(self.model, name)
        return attribute

    def column(self, name: str) -> Column[Any]:
        """A column of the table."""
        column: Column[Any] = self.table.c[name]
        return column

    def target(self, relation: str) -> "Resource[Any]":
        """The resource that a relation to one row points to."""
        return resource_of(self.mapper.relationships[relation].mapper.class_)

    def link(self, relation: str) -> type[Any]:
        """The class of the links of a relation to several rows."""
        link: type[Any] = self.mapper.relationships[relation].mapper.class_
        return link

    def member(self, relation: str) -> "Resource[Any]":
        """The resource that a relation to several rows points to."""
        link: Mapper[Any] = inspect(self.link(relation))
        return resource_of(link.relationships[self.to_many[relation].there].mapper.class_)

    def present(self) -> ColumnElement[bool]:
        """The condition that a row is not marked as deleted."""
        if issubclass(self.model, SoftDeleted):
            return self.model.deleted_at.is_(None)
        return and_(True)

    def select(self) -> Select[Row]:
        """All rows that are there."""
        return select(self.model).where(self.present())

    def loading(self) -> list[ORMOption]:
        """Have relations loaded with few queries, whatever the number of rows."""
        options: list[ORMOption] = [selectinload(self.attribute(name)) for name in self.to_one]
        for name, to_many in self.to_many.items():
            there = getattr(self.link(name), to_many.there)
            options.append(selectinload(self.attribute(name)).selectinload(there))
        return options

    def key_values(self, key: object) -> tuple[Any, ...] | None:
        """The values of the key's columns for an id; None when no row can have it."""
        columns = list(leaves(self.key))
        is_plain = self.key == ("id",)
        texts = [str(key)] if is_plain else split_key(self.key, str(key))
        if texts is None:
            return None
        kinds = [self.column(name).type for name in columns]
        try:
            return tuple(typed_value(kind, text) for kind, text in zip(kinds, texts, strict=True))
        except ValueError:
            return None

    def find(self, session: Session, key: object, *, lock: bool = False) -> Row | None:
        """The row with this id, or None; `lock` keeps others from changing it until the commit."""
        values = self.key_values(key)
        if values is None:
            return None
        named = zip(leaves(self.key), values, strict=True)
        query = self.select().where(*(self.attribute(name) == value for name, value in named))
        if lock:
            query = query.with_for_update(of=self.model)
        return session.scalars(query.options(*self.loading())).one_or_none()

    def address(self, row: Any) -> str:
        """The path of a row."""
        return f"/api/v1/{self.path}/{quote(str(row.id), safe='~')}"

    def get(self, session: Session, key: object, *, lock: bool = False) -> Row:
        """The row with this id.

        Raises:
            Problem: There is none (404).
        """
        row = self.find(session, key, lock=lock)
        if row is None:
            raise Problem.not_found(self.name)
        return row


def resource_of(model: type[Base]) -> Resource[Any]:
    """The resource of a model."""
    return _RESOURCES[model]


_RESOURCES: dict[type[Base], Resource[Any]] = {}
