"""Whether the release that still serves can live with a migration of the tables, and what it loses.

Expand: only adds, so old and new release run on the same tables. Contract: takes away or narrows, so the old one may
fail and cannot be gone back to.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.deployment.risk import Risk
from stackwright.errors import Finding
from stackwright.value import Value


class Effect(StrEnum):
    """What a migration does to the release that was there before."""

    EXPAND = "expand"
    CONTRACT = "contract"


class OperationKind(StrEnum):
    """What Alembic calls it."""

    CREATE_TABLE = "create_table"
    DROP_TABLE = "drop_table"
    RENAME_TABLE = "rename_table"
    ADD_COLUMN = "add_column"
    DROP_COLUMN = "drop_column"
    ALTER_COLUMN = "alter_column"
    CREATE_INDEX = "create_index"
    DROP_INDEX = "drop_index"
    CREATE_CONSTRAINT = "create_constraint"
    DROP_CONSTRAINT = "drop_constraint"
    EXECUTE = "execute"
    BULK_INSERT = "bulk_insert"


class Operation(Value):
    """One operation of a migration, as it was read from its file."""

    kind: OperationKind
    table: str = ""
    column: Annotated[str, Field(description="Column, index or constraint.")] = ""
    nullable: Annotated[bool | None, Field(description="As it will be; null: not said.")] = None
    has_default: Annotated[
        bool, Field(description="Whether the server fills it in where nobody does.")
    ] = False
    new_name: Annotated[str, Field(description="Empty: it keeps its name.")] = ""
    new_type: Annotated[str, Field(description="Empty: it keeps its type.")] = ""
    widens: Annotated[
        bool, Field(description="Whether the new type holds every value of the old one.")
    ] = False
    concurrently: bool = False
    declared: Annotated[
        Effect | None,
        Field(description="What its author says of it; only asked for with `execute`."),
    ] = None


class Migration(Value):
    """One migration, in the order in which they are run."""

    revision: str
    down_revision: str = ""
    operations: tuple[Operation, ...] = ()


class Verdict(Value):
    """What the migrations that are still to be run do, taken together."""

    effect: Effect
    loses: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()

    @property
    def risk(self) -> Risk:
        """Data loss when rows or columns go, replace when the old release may fail."""
        if self.loses:
            return Risk.DATA_LOSS
        return Risk.REPLACE if self.breaks else Risk.SAFE

    @property
    def blocks_rollback(self) -> bool:
        """Whether the release before cannot be gone back to by itself."""
        return self.effect is Effect.CONTRACT

    def findings(self) -> tuple[Finding, ...]:
        """What the plan says about it."""
        hint = "Add first, and take away with a later release, when nothing uses it any more."
        blocked = "After it there is no automatic rollback."
        return (
            *(_warning(f"{what} {blocked}", hint) for what in (*self.loses, *self.breaks)),
            *(
                _warning(what, "Make the index concurrently, outside of a transaction.")
                for what in self.slow
            ),
        )


def judge(migrations: Sequence[Migration]) -> Verdict:
    """What these migrations do to the data and to the release that still serves."""
    loses: list[str] = []
    breaks: list[str] = []
    slow: list[str] = []
    new: set[str] = set()
    for migration in migrations:
        for operation in migration.operations:
            place = f"Migration {migration.revision}"
            if operation.kind is OperationKind.CREATE_TABLE:
                new.add(operation.table)
            elif operation.table in new:
                if operation.kind is OperationKind.RENAME_TABLE:
                    new.add(operation.new_name)
            elif lost := _loses(operation):
                loses.append(f"{place} {lost}.")
            elif broken := _breaks(operation):
                breaks.append(f"{place} {broken}.")
            elif operation.kind is OperationKind.CREATE_INDEX and not operation.concurrently:
                slow.append(
                    f"{place} makes the index {operation.column}; writes to {operation.table} wait meanwhile."
                )
    effect = Effect.CONTRACT if loses or breaks else Effect.EXPAND
    return Verdict(effect=effect, loses=tuple(loses), breaks=tuple(breaks), slow=tuple(slow))


def chain_gap(head: str, migrations: Sequence[Migration]) -> str:
    """Why these migrations cannot be run on a database at `head`: a sentence; empty: they can."""
    at = head
    for migration in migrations:
        if migration.down_revision != at:
            return (
                f"The database is at {at or 'no migration'}, and {migration.revision}"
                f" begins at {migration.down_revision or 'no migration'}."
            )
        at = migration.revision
    return ""


def _loses(operation: Operation) -> str:
    if operation.kind is OperationKind.DROP_TABLE:
        return f"drops the table {operation.table} with all its rows"
    if operation.kind is OperationKind.DROP_COLUMN:
        return f"drops {operation.table}.{operation.column} with all its values"
    return ""


def _breaks(operation: Operation) -> str:
    place = f"{operation.table}.{operation.column}"
    match operation.kind:
        case OperationKind.RENAME_TABLE:
            return f"renames the table {operation.table}, which the old release asks for"
        case OperationKind.ADD_COLUMN if operation.nullable is False and not operation.has_default:
            return f"adds {place}, which must be filled in and which the old release does not know"
        case OperationKind.ALTER_COLUMN if operation.new_name:
            return f"renames {place}, which the old release asks for"
        case OperationKind.ALTER_COLUMN if operation.new_type and not operation.widens:
            return f"changes {place} to {operation.new_type}, which the old release does not expect"
        case OperationKind.ALTER_COLUMN if operation.nullable is False:
            return f"makes {place} mandatory, which the old release may leave empty"
        case OperationKind.CREATE_CONSTRAINT:
            return f"adds the constraint {place}, which rows of the old release may break"
        case OperationKind.EXECUTE if operation.declared is not Effect.EXPAND:
            return "runs SQL whose effect is not declared"
        case _:
            return ""


def _warning(message: str, hint: str) -> Finding:
    return Finding(level="warning", where="schema", message=message, hint=hint)
