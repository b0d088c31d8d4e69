"""Long lists, a page at a time: a cursor says where the next page begins."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator

from stackwright.errors import Finding, ProjectError

DEFAULT, MOST = 50, 100


def _clamped(limit: int) -> int:
    return min(max(limit, 1), MOST)


Size = Annotated[
    int,
    Query(alias="limit", description=f"Entries a page, 1 to {MOST}."),
    AfterValidator(_clamped),
]
Cursor = Annotated[
    str | None, Query(alias="cursor", max_length=200, description="The `next` of the last page.")
]


def to_cursor(made_at: datetime, its_id: UUID) -> str:
    """The cursor behind this entry."""
    return base64.urlsafe_b64encode(f"{made_at.isoformat()}|{its_id}".encode()).decode()


def from_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Behind which entry a page begins; None: at the first one.

    Raises:
        ProjectError: It is not one of our cursors (HTTP 422).
    """
    if cursor is None:
        return None
    try:
        moment, _, its_id = base64.urlsafe_b64decode(cursor).decode().partition("|")
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(its_id)
    except (ValueError, OverflowError, binascii.Error):
        finding = Finding(level="error", where="query.cursor", message="is none of ours")
        raise ProjectError.bad_input(
            "The cursor is not the `next` of a page.",
            hint="Leave it out to begin at the first page.",
            findings=[finding],
        ) from None
