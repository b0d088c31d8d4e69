"""Deleting rows, and what then happens to the rows that point to them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table, inspect, select
from sqlalchemy.orm import Mapper, Session

from app.core.actor import Actor
from app.core.base import Base, SoftDeleted, now
from app.core.changes import stamp
from app.core.conflicts import IN_USE
from app.core.problems import Problem


def delete(session: Session, row: Base, by: Actor) -> None:
    """Delete the row, or mark it as deleted; flushed.

    Foreign keys do not act on a row that is only marked, so what they say is done here: rows that
    point to it are deleted as well, lose it, or keep it from being deleted.

    Raises:
        Problem: Other rows still use it (409).
    """
    if isinstance(row, SoftDeleted):
        row.deleted_at = now()
        stamp(row, by)
        session.flush()
        _let_go(session, row, by)
    else:
        session.delete(row)
    session.flush()


def _let_go(session: Session, row: Base, by: Actor) -> None:
    pointing = list(_pointing(session, row))
    if any(rows and constraint.ondelete == "RESTRICT" for constraint, _, rows in pointing):
        raise Problem(409, IN_USE)
    for constraint, names, rows in pointing:
        for other in rows:
            if constraint.ondelete == "SET NULL":
                for name in names:
                    setattr(other, name, None)
                stamp(other, by)
            else:
                delete(session, other, by)


def _pointing(
    session: Session, row: Base
) -> Iterator[tuple[ForeignKeyConstraint, list[str], Sequence[Base]]]:
    """Each foreign key to the row's table, its attributes, and the rows whose key is this one."""
    own: Mapper[Any] = inspect(type(row))
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        assert isinstance(mapper.local_table, Table)
        for constraint in mapper.local_table.foreign_key_constraints:
            if constraint.referred_table is not own.local_table:
                continue
            query = select(mapper.class_)
            if issubclass(mapper.class_, SoftDeleted):
                query = query.where(mapper.class_.deleted_at.is_(None))
            for element in constraint.elements:
                value = getattr(row, own.get_property_by_column(element.column).key)
                query = query.where(element.parent == value)
            names = [mapper.get_property_by_column(c).key for c in constraint.columns]
            yield constraint, names, session.scalars(query).all()
