"""What a database's refusal means: which rule was broken, and by which fields."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.core.base import Base

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_SQLITE_NULL = re.compile(r"NOT NULL constraint failed: \w+\.(?P<column>\w+)")
_MYSQL_KEY = re.compile(r"for key '(?:(?P<table>[^'.]+)\.)?(?P<name>[^']+)'")
_MYSQL_UNIQUE, _MYSQL_USED, _MYSQL_MISSING = 1062, {1217, 1451}, {1216, 1452}
IN_USE = "Other rows still use this one."
_GONE = "A row that this one points to does not exist (any more)."
_TAKEN = "There is another one with the same value."
_BROKEN = "The values break a rule of the database."


@dataclass(frozen=True)
class Conflict:
    """A refusal in the words of the API."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()


def conflict(error: IntegrityError) -> Conflict:
    """The meaning of an integrity error of PostgreSQL, MySQL or SQLite."""
    origin: Any = error.orig
    state = getattr(origin, "sqlstate", None)
    if state is not None:
        return _of_postgresql(str(state), origin.diag)
    number = origin.args[0] if origin.args else None
    if isinstance(number, int):
        return _of_mysql(number, str(origin.args[1]))
    return _of_sqlite(str(origin))


def _of_postgresql(state: str, diagnosis: Any) -> Conflict:
    if state == "23505":
        return _taken(_named(diagnosis.table_name, diagnosis.constraint_name))
    if state in {"23503", "23001"}:
        in_use = state == "23001" or "still referenced" in (diagnosis.message_detail or "")
        return Conflict(409, "in_use", IN_USE) if in_use else Conflict(409, "gone", _GONE)
    column = diagnosis.column_name
    return Conflict(422, "rule", _BROKEN, (column,) if column else ())


def _of_mysql(number: int, message: str) -> Conflict:
    if number == _MYSQL_UNIQUE:
        found = _MYSQL_KEY.search(message)
        return _taken(_named(found["table"], found["name"]) if found else ())
    if number in _MYSQL_USED:
        return Conflict(409, "in_use", IN_USE)
    if number in _MYSQL_MISSING:
        return Conflict(409, "gone", _GONE)
    return Conflict(422, "rule", _BROKEN)


def _of_sqlite(message: str) -> Conflict:
    if found := _SQLITE_UNIQUE.search(message):
        columns = [part.strip().rpartition(".") for part in found["columns"].split(",")]
        table = Base.metadata.tables.get(columns[0][0])
        return _taken(_public(table, {column for _, _, column in columns}))
    if "FOREIGN KEY" in message:
        return Conflict(409, "in_use", f"{IN_USE} Or: {_GONE[0].lower()}{_GONE[1:]}")
    if found := _SQLITE_NULL.search(message):
        return Conflict(422, "rule", _BROKEN, (found["column"],))
    return Conflict(422, "rule", _BROKEN)


def _taken(fields: tuple[str, ...]) -> Conflict:
    return Conflict(409, "unique", _TAKEN, fields)


def _named(table_name: str | None, name: str | None) -> tuple[str, ...]:
    """The fields of the unique constraint or index of that name."""
    for table in Base.metadata.tables.values():
        if table_name and table.name != table_name:
            continue
        if name in {"PRIMARY", table.primary_key.name}:
            return _public(table, {column.name for column in table.primary_key})
        rules = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
        indexes: list[UniqueConstraint | Index] = [*rules, *table.indexes]
        for rule in indexes:
            if rule.name == name:
                return _public(table, {column.name for column in rule.columns})
    return ()


def _public(table: Table | None, columns: set[str]) -> tuple[str, ...]:
    """The names under which clients know these columns: those of one foreign key are one relation."""
    if table is None:
        return tuple(sorted(columns))
    found = set(columns)
    for constraint in table.foreign_key_constraints:
        name = constraint.info.get("relation")
        own = set(constraint.column_keys)
        if name and own <= columns:
            found = (found - own) | {f"{name}_id"}
    return tuple(sorted(found))
