"""Constraints and indexes of a table, for its model and for its revision."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any, NamedTuple

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.expression_targets import to_sql
from stackwright.domain.field import FILES, NUMBERS, TEXTS, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.generation.backend import names
from stackwright.generation.backend.code import call, strings
from stackwright.generation.backend.columns import entity_key, foreign_key, key_of
from stackwright.generation.samples.native import native
from stackwright.rendering.text import py_str

_ACTIONS = {
    OnDelete.RESTRICT: "RESTRICT",
    OnDelete.CASCADE: "CASCADE",
    OnDelete.SET_NULL: "SET NULL",
}
_THERE = "deleted_at IS NULL"


class ForeignKey(NamedTuple):
    """A foreign key as it is written."""

    table: str
    name: str
    columns: tuple[str, ...]
    target: str  # table
    target_columns: tuple[str, ...]
    action: str
    relation: str = ""
    is_cyclic: bool = False  # the other table points back, so that neither can be made first

    def code(self, sa: str = "sa", *, with_info: bool = True) -> str:
        """The constraint inside its table."""
        arguments = [
            f"[{', '.join(strings(self.columns))}]",
            f"[{', '.join(strings(f'{self.target}.{column}' for column in self.target_columns))}]",
            f"name={py_str(self.name)}",
            f"ondelete={py_str(self.action)}",
        ]
        if self.relation and with_info:
            arguments.append(f'info={{"relation": {py_str(self.relation)}}}')
        if self.is_cyclic and with_info:
            arguments.append("use_alter=True")
        return call(f"{sa}.ForeignKeyConstraint", arguments)


def foreign_keys(entity: Entity, project: Project) -> list[ForeignKey]:
    """Every foreign key of an entity's own table."""
    table = names.table(entity)
    found = [
        _foreign_key(table, relation, project)
        for relation in entity.relations
        if relation.is_to_one
    ]
    for field in entity.fields:
        if field.type in FILES:
            name = names.constraint("fk", table, field.name)
            found.append(ForeignKey(table, name, (field.name,), "files", ("id",), "RESTRICT"))
    for column in ("created_by", "updated_by") if entity.audit else ():
        name = names.constraint("fk", table, column)
        found.append(ForeignKey(table, name, (column,), "users", ("id",), "SET NULL"))
    return found


def link_keys(relation: Relation, project: Project) -> list[ForeignKey]:
    """The two foreign keys of a table of links."""
    table = names.link_table(relation)
    found = []
    for prefix, target in (("owner", relation.owner), ("target", relation.target)):
        columns = tuple(key.column for key in foreign_key_to(target, prefix, project))
        name = names.constraint("fk", table, prefix)
        found.append(
            ForeignKey(
                table,
                name,
                columns,
                table_of(target, project),
                _columns(target, project),
                "CASCADE",
            )
        )
    return found


def foreign_key_to(target: str, prefix: str, project: Project) -> tuple[Any, ...]:
    """The columns of a link that point to one of its ends."""
    end = Relation(name=prefix, kind=RelationKind.MANY_TO_ONE, owner=target, target=target)
    return foreign_key(end, project)


def table_of(target: str, project: Project) -> str:
    """The table of an entity or of the built-in user."""
    return "users" if target == BUILT_IN_USER else names.table(project.entity(target))


def uniques(entity: Entity, project: Project) -> list[tuple[str, tuple[str, ...]]]:
    """Name and columns of what must be unique, beside the key."""
    table = names.table(entity)
    groups: list[tuple[str, ...]] = [(field.name,) for field in entity.fields if field.unique]
    groups += [
        tuple(key.column for key in foreign_key(relation, project))
        for relation in entity.relations
        if relation.kind is RelationKind.ONE_TO_ONE
    ]
    groups += [_stored(group, entity, project) for group in entity.unique]
    key = [column.column for column in entity_key(entity, project)]
    distinct = {frozenset(group): group for group in reversed(groups)}
    distinct.pop(frozenset(key), None)
    return [
        (names.constraint("uq", table, *group), group)
        for group in dict.fromkeys(groups)
        if distinct.get(frozenset(group)) == group
    ]


def indexes(entity: Entity, project: Project) -> list[tuple[str, tuple[str, ...]]]:
    """Name and columns of every index: those of the model, and one for each foreign key."""
    table = names.table(entity)
    covered = [tuple(key.column for key in entity_key(entity, project))]
    covered += [columns for _, columns in uniques(entity, project)]
    found = [_stored(group, entity, project) for group in entity.indexes]
    for key in foreign_keys(entity, project):
        if not any(columns[: len(key.columns)] == key.columns for columns in (*covered, *found)):
            found.append(key.columns)
    return [(names.constraint("ix", table, *group), group) for group in dict.fromkeys(found)]


def unique_code(entity: Entity, name: str, columns: tuple[str, ...], sa: str = "sa") -> str:
    """A unique constraint; where rows are only marked as deleted, an index of those that are there."""
    if not entity.soft_delete:
        return call(f"{sa}.UniqueConstraint", [*strings(columns), f"name={py_str(name)}"])
    arguments = [py_str(name), *strings(columns), "unique=True"]
    arguments += [f"{db}_where={sa}.text({py_str(_THERE)})" for db in ("postgresql", "sqlite")]
    return call(f"{sa}.Index", arguments)


def field_checks(
    table: str, fields: tuple[Field, ...], sa: str = "sa", types: str = "types"
) -> list[str]:
    """CHECK constraints that mirror the rules of fields."""
    return [
        _check(names.constraint("ck", table, field.name, rule), texts, sa, types)
        for field in fields
        for rule, texts in _rules(field)
    ]


def row_checks(entity: Entity, sa: str = "sa", types: str = "types") -> list[str]:
    """CHECK constraints for the rules across fields; `today()` and `now()` do not belong there."""
    found = []
    for check in entity.checks:
        if check.expression.is_deterministic:
            texts = {db: to_sql(check.expression, db) for db in ("postgresql", "mysql", "sqlite")}
            name = names.constraint("ck", names.table(entity), check.name)
            found.append(_check(name, texts, sa, types))
    return found


def _check(name: str, texts: dict[str, str], sa: str, types: str) -> str:
    arguments = [py_str(texts["postgresql"])]
    if texts["mysql"] != texts["postgresql"].replace('"', "`"):
        arguments.append(f"mysql={py_str(texts['mysql'])}")
    if texts["sqlite"] != texts["postgresql"]:
        arguments.append(f"sqlite={py_str(texts['sqlite'])}")
    condition = call(f"{types}.Condition", arguments)
    return call(f"{sa}.CheckConstraint", [condition, f"name={py_str(name)}"])


def _rules(field: Field) -> Iterator[tuple[str, dict[str, str]]]:
    column = f'"{field.name}"'
    if field.type is FieldType.ENUM:
        listed = ", ".join(f"'{value.name}'" for value in field.values)
        yield "values", _same(f"{column} IN ({listed})")
    for rule, sign in (("min", ">="), ("max", "<=")):
        limit = native(field, getattr(field, rule))
        if limit is not None:
            texts = {db: f"{column} {sign} {shown}" for db, shown in _limit(field, limit).items()}
            yield rule, {**texts, "mysql": texts["mysql"].replace('"', "`")}
    if field.type in TEXTS:
        for rule, sign in (("min_length", ">="), ("max_length", "<=")):
            length = getattr(field, rule)
            if length:
                texts = _same(f"LENGTH({column}) {sign} {length}")
                yield rule, {**texts, "mysql": f"CHAR_LENGTH(`{field.name}`) {sign} {length}"}


def _same(text: str) -> dict[str, str]:
    return {"postgresql": text, "mysql": text.replace('"', "`"), "sqlite": text}


def _limit(field: Field, limit: Any) -> dict[str, str]:
    """A limit as a literal of each database."""
    if field.type in NUMBERS:
        return _same(str(limit))
    if field.type is FieldType.DURATION:
        return _same(str(limit // timedelta(microseconds=1)))
    if field.type is FieldType.DATETIME:
        moment = limit.astimezone(UTC).replace(tzinfo=None)
        whole = moment.isoformat(sep=" ")
        precise = moment.isoformat(sep=" ", timespec="microseconds")
        return {"postgresql": f"'{whole}+00'", "mysql": f"'{whole}'", "sqlite": f"'{precise}'"}
    if field.type is FieldType.TIME:
        precise = limit.isoformat(timespec="microseconds")
        return {**_same(f"'{limit.isoformat()}'"), "sqlite": f"'{precise}'"}
    return _same(f"'{limit.isoformat()}'")


def _stored(group: tuple[str, ...], entity: Entity, project: Project) -> tuple[str, ...]:
    """Fields and to-one relations as columns."""
    found: list[str] = []
    for name in group:
        relation = entity.relation(name)
        found += (
            [name] if relation is None else [key.column for key in foreign_key(relation, project)]
        )
    return tuple(found)


def _columns(target: str, project: Project) -> tuple[str, ...]:
    return tuple(key.column for key in key_of(target, project))


def _foreign_key(table: str, relation: Relation, project: Project) -> ForeignKey:
    return ForeignKey(
        table=table,
        name=names.constraint("fk", table, relation.name),
        columns=tuple(key.column for key in foreign_key(relation, project)),
        target=table_of(relation.target, project),
        target_columns=_columns(relation.target, project),
        action=_ACTIONS[relation.on_delete],
        relation=relation.name,
        is_cyclic=not relation.is_self and _reaches(relation.target, relation.owner, project),
    )


def _reaches(start: str, goal: str, project: Project) -> bool:
    """Whether foreign keys lead from one entity to another."""
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen and name != BUILT_IN_USER:
            seen.add(name)
            waiting += [r.target for r in project.entity(name).relations if r.is_to_one]
    return False
