"""Column types that keep their values the same on PostgreSQL, MySQL and SQLite."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Numeric,
    Text,
    Time,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean, TypeEngine

LongText = Text().with_variant(mysql.LONGTEXT(), "mysql")
ClockTime = Time().with_variant(mysql.TIME(fsp=6), "mysql")
_MICROSECOND = timedelta(microseconds=1)
_WIDE = Context(prec=80)


class Moment(TypeDecorator[datetime]):
    """A moment with its zone; stored and read in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL drops fractions of a second unless it is told not to."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; databases without zones get it without one."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone, which is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Duration(TypeDecorator[timedelta]):
    """A length of time, stored as whole microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Its microseconds."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """The microseconds as a length of time."""
        return None if value is None else value * _MICROSECOND


class Amount(TypeDecorator[Decimal]):
    """A decimal number with a fixed count of digits.

    SQLite has no decimal numbers: it keeps about 15 significant digits.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision, self.scale = precision, scale
        self.step = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Numbers of SQLite are read as they are, and rounded here."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Numeric(self.precision, self.scale, asdecimal=False))
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | float | None:
        """As the database's driver takes it."""
        if value is None or dialect.name != "sqlite":
            return value
        return float(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """With exactly the declared digits after the point."""
        if value is None:
            return None
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        return exact.quantize(self.step, ROUND_HALF_UP, _WIDE)


class Structure(TypeDecorator[Any]):
    """A list or a record, stored as JSON and checked by its Python type when it is read."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, python_type: Any) -> None:
        super().__init__()
        self.python_type_of_value = python_type
        self._adapter: TypeAdapter[Any] = TypeAdapter(python_type)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """As JSON carries it."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """As Python knows it."""
        return None if value is None else self._adapter.validate_python(value)


def choice(enum: type[StrEnum], length: int) -> Enum:
    """A column for the values of an enum, stored as text so that new values need no new type."""
    return Enum(
        enum,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Condition(ColumnElement[bool]):
    """The condition of a CHECK where databases write it differently.

    Args:
        sql: For PostgreSQL, and for the others when they are not given.
        mysql: For MySQL; without it, quotes become backticks.
        sqlite: For SQLite.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, sql: str, *, mysql: str | None = None, sqlite: str | None = None) -> None:
        self.texts = {
            "postgresql": sql,
            "mysql": mysql if mysql is not None else sql.replace('"', "`"),
            "sqlite": sqlite if sqlite is not None else sql,
        }


@compiles(Condition)
def _compile_condition(element: Condition, compiler: SQLCompiler, **_: object) -> str:
    return element.texts.get(compiler.dialect.name, element.texts["postgresql"])


def python_type(kind: TypeEngine[Any]) -> type[Any]:
    """What the values of a column are in Python."""
    if isinstance(kind, Moment):
        return datetime
    if isinstance(kind, Duration):
        return timedelta
    return Decimal if isinstance(kind, Amount) else kind.python_type
