"""What the refusals of each database mean."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.conflicts import conflict


class RefusalError(Exception):
    """An error as a driver raises it."""

    def __init__(self, *args: object, **attributes: Any) -> None:
        super().__init__(*args)
        self.__dict__.update(attributes)


def postgresql(state: str, **diagnosis: str | None) -> RefusalError:
    known = {"table_name": None, "constraint_name": None, "column_name": None, "message_detail": ""}
    return RefusalError("no", sqlstate=state, diag=SimpleNamespace(**(known | diagnosis)))


@pytest.mark.parametrize(
    ("refusal", "status", "code", "fields"),
    [
        (
            postgresql("23505", table_name="users", constraint_name="uq_users_email"),
            409,
            "unique",
            ("email",),
        ),
        (postgresql("23505", table_name="users", constraint_name="other"), 409, "unique", ()),
        (postgresql("23503", message_detail="is still referenced from"), 409, "in_use", ()),
        (postgresql("23503", message_detail="is not present in"), 409, "gone", ()),
        (postgresql("23502", column_name="name"), 422, "rule", ("name",)),
        (postgresql("23514"), 422, "rule", ()),
        (
            RefusalError(1062, "Duplicate entry 'a' for key 'users.uq_users_email'"),
            409,
            "unique",
            ("email",),
        ),
        (RefusalError(1062, "Duplicate entry 'a'"), 409, "unique", ()),
        (RefusalError(1451, "parent row"), 409, "in_use", ()),
        (RefusalError(1452, "child row"), 409, "gone", ()),
        (RefusalError(3819, "check"), 422, "rule", ()),
        (RefusalError("UNIQUE constraint failed: users.email"), 409, "unique", ("email",)),
        (RefusalError("UNIQUE constraint failed: other.b, other.a"), 409, "unique", ("a", "b")),
        (RefusalError("FOREIGN KEY constraint failed"), 409, "in_use", ()),
        (RefusalError("NOT NULL constraint failed: users.name"), 422, "rule", ("name",)),
        (RefusalError("CHECK constraint failed: x"), 422, "rule", ()),
    ],
)
def test_a_refusal_becomes_a_status_a_code_and_fields(
    refusal: RefusalError, status: int, code: str, fields: tuple[str, ...]
) -> None:
    found = conflict(IntegrityError("INSERT", {}, refusal))
    assert (found.status, found.code, found.fields) == (status, code, fields)
