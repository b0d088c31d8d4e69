"""The base of all tables, and the columns that many of them share."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.core.types import Moment

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}  # checks are named where they are declared


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def now() -> datetime:
    """The current moment in UTC, with the precision that every database keeps."""
    return datetime.now(UTC)


class SoftDeleted:
    """Rows that are marked as deleted and kept."""

    deleted_at: Mapped[datetime | None] = mapped_column(Moment, sort_order=900)


class Audited:
    """Rows that tell who made and last changed them, and when."""

    created_at: Mapped[datetime] = mapped_column(Moment, default=now, sort_order=901)
    created_by: Mapped[UUID | None] = mapped_column(Uuid, sort_order=902)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now, sort_order=903)
    updated_by: Mapped[UUID | None] = mapped_column(Uuid, sort_order=904)


class Versioned:
    """Rows with a number that grows with each change, so that no change is lost."""

    version: Mapped[int] = mapped_column(sort_order=905)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands over the class
        return {"version_id_col": cls.version}
