"""Other rows as they are shown in a row: their id and the words that stand for them."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from app.core.values import Output

_JSON: TypeAdapter[Any] = TypeAdapter(Any)


class Reference(Output):
    """Another row."""

    id: UUID | int | str = Field(description="Its id.")
    display: str = Field(description="The words that stand for it.")


def reference(row: Any, name: str | None) -> Reference:
    """The row in a few words; `name` is the field that stands for it, None its id."""
    return Reference(id=row.id, display=display(row, name))


def optional(row: Any, name: str | None) -> Reference | None:
    """The same, or None when there is no row."""
    return None if row is None else reference(row, name)


def display(row: Any, name: str | None) -> str:
    """The words that stand for a row."""
    value = getattr(row, name) if name else None
    return str(row.id) if value is None else _words(value)


def _words(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    return str(_JSON.dump_python(value, mode="json"))
