"""Read what a migration does from its file, without running it: pure, by its syntax tree."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from stackwright.deployment.migration import Migration, Operation, OperationKind
from stackwright.errors import ProjectError

_NAMED = {  # what has a name of its own and then the table's
    "create_index": OperationKind.CREATE_INDEX,
    "drop_index": OperationKind.DROP_INDEX,
    "drop_constraint": OperationKind.DROP_CONSTRAINT,
    "create_foreign_key": OperationKind.CREATE_CONSTRAINT,
    "create_unique_constraint": OperationKind.CREATE_CONSTRAINT,
    "create_check_constraint": OperationKind.CREATE_CONSTRAINT,
    "create_primary_key": OperationKind.CREATE_CONSTRAINT,
    "create_exclude_constraint": OperationKind.CREATE_CONSTRAINT,
}
_HARMLESS = frozenset({"f", "get_bind", "get_context", "create_table_comment"})


def read_migration(text: str, name: str) -> Migration:
    """What the migration in this file does when it is run.

    What cannot be understood counts as SQL whose effect nobody has declared.

    Args:
        text: The file's content.
        name: What the file is called.

    Raises:
        ProjectError: It is not Python, or not a migration.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ProjectError.bad_input(
            f"The migration {name} is not Python: {error.msg} in line {error.lineno}.",
            hint="Mend the file.",
        ) from error
    names = dict(_constants(tree))
    if not isinstance(names.get("revision"), str):
        raise ProjectError.bad_input(
            f"The file {name} is not a migration: it names no revision.",
            hint="Migrations are made by alembic.",
        )
    upgrade = next(
        (one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "upgrade"),
        None,
    )
    return Migration(
        revision=str(names["revision"]),
        down_revision=str(names.get("down_revision") or ""),
        operations=tuple(_operations(upgrade.body, {})) if upgrade else (),
    )


def ordered(migrations: Sequence[Migration], head: str) -> tuple[Migration, ...]:
    """Those that are still to be run on tables at `head`, in their order; empty: tables do not exist.

    Raises:
        ProjectError: They branch, so that nobody knows which comes next.
    """
    following: dict[str, list[Migration]] = {}
    for one in migrations:
        following.setdefault(one.down_revision, []).append(one)
    found, at = [], head
    while at in following:
        if len(following[at]) > 1:
            raise ProjectError.bad_input(
                f"Several migrations follow {at or 'the empty database'}: "
                f"{', '.join(sorted(one.revision for one in following[at]))}.",
                hint="Merge them: `alembic merge heads`.",
            )
        found.append(following[at][0])
        at = found[-1].revision
    return tuple(found)


def _constants(tree: ast.Module) -> Iterator[tuple[str, object]]:
    for one in tree.body:
        target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
        value = getattr(one, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
            yield target.id, value.value


def _operations(body: Sequence[ast.stmt], tables: Mapping[str, str]) -> Iterator[Operation]:
    """Operations in their order; `tables`: names of batches → the tables they change."""
    for statement in body:
        match statement:
            case ast.With(items=items, body=inner):
                batches = dict(tables)
                for item in items:
                    call, name = item.context_expr, item.optional_vars
                    if isinstance(call, ast.Call) and isinstance(name, ast.Name):
                        batches[name.id] = _text(_argument(call, 0, "table_name"))
                yield from _operations(inner, batches)
            case ast.Expr(value=ast.Call() as call):
                yield from _operation(call, tables)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                yield Operation(kind=OperationKind.EXECUTE)


def _operation(call: ast.Call, tables: Mapping[str, str]) -> Iterator[Operation]:
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        yield Operation(kind=OperationKind.EXECUTE)
        return
    name, verb = call.func.value.id, call.func.attr
    batch = tables.get(name)
    if verb in _HARMLESS:
        return
    at = 0 if batch else 1  # where what comes after the table's name stands
    table = batch or _text(_argument(call, 0, "table_name"))
    match verb:
        case "create_table" | "drop_table":
            yield Operation(kind=OperationKind(verb), table=table)
        case "rename_table":
            new = _text(_argument(call, 1, "new_table_name"))
            old = _text(_argument(call, 0, "old_table_name"))
            yield Operation(kind=OperationKind.RENAME_TABLE, table=old, new_name=new)
        case "add_column":
            yield _added(table, _argument(call, at, "column"))
        case "drop_column":
            column = _text(_argument(call, at, "column_name"))
            yield Operation(kind=OperationKind.DROP_COLUMN, table=table, column=column)
        case "alter_column":
            yield _altered(table, _text(_argument(call, at, "column_name")), call)
        case "bulk_insert":
            yield Operation(kind=OperationKind.BULK_INSERT)
        case _ if verb in _NAMED:
            yield _named(_NAMED[verb], call, batch or "")
        case _:
            yield Operation(kind=OperationKind.EXECUTE)


def _named(kind: OperationKind, call: ast.Call, batch: str) -> Operation:
    names = [_argument(call, 0, one) for one in ("index_name", "constraint_name")]
    tables = [_argument(call, 1, one) for one in ("table_name", "source_table")]
    return Operation(
        kind=kind,
        table=batch or next(filter(None, map(_text, tables)), ""),
        column=next(filter(None, map(_text, names)), ""),
        concurrently=_is_true(_argument(call, -1, "postgresql_concurrently")),
    )


def _added(table: str, column: ast.expr | None) -> Operation:
    if not isinstance(column, ast.Call):
        return Operation(kind=OperationKind.EXECUTE)
    nullable = _argument(column, -1, "nullable")
    return Operation(
        kind=OperationKind.ADD_COLUMN,
        table=table,
        column=_text(_argument(column, 0, "name")),
        nullable=True if nullable is None else _is_true(nullable),
        has_default=_argument(column, -1, "server_default") is not None,
    )


def _altered(table: str, column: str, call: ast.Call) -> Operation:
    nullable, new_type = _argument(call, -1, "nullable"), _argument(call, -1, "type_")
    old_type = _argument(call, -1, "existing_type")
    return Operation(
        kind=OperationKind.ALTER_COLUMN,
        table=table,
        column=column,
        nullable=None if nullable is None else _is_true(nullable),
        new_name=_text(_argument(call, -1, "new_column_name")),
        new_type=ast.unparse(new_type) if new_type else "",
        widens=_widens(old_type, new_type),
    )


def _widens(old: ast.expr | None, new: ast.expr | None) -> bool:
    """Whether a text becomes longer or unlimited: the one change that is plain to see."""
    if not isinstance(old, ast.Call) or not isinstance(new, ast.Call):
        return False
    names = [ast.unparse(one.func).rpartition(".")[2].lower() for one in (old, new)]
    if names[0] not in {"string", "varchar"} or names[1] not in {"string", "varchar", "text"}:
        return False
    before, after = (_number(_argument(one, 0, "length")) for one in (old, new))
    return after is None or (before is not None and after >= before)


def _argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[at] if 0 <= at < len(call.args) else None


def _text(value: ast.expr | None) -> str:
    """A text, also one in `op.f("…")`; empty: it is something else."""
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _number(value: ast.expr | None) -> int | None:
    return value.value if isinstance(value, ast.Constant) and type(value.value) is int else None


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
