"""The SQLAlchemy classes of an entity: columns, relationships, links and enums."""

from collections.abc import Iterable, Iterator
from typing import Any

from stackwright.domain import naming
from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation.backend import names
from stackwright.generation.backend.classes import Owner, enum_class, is_enum, owner_of_links
from stackwright.generation.backend.code import assignment, call, constant, strings
from stackwright.generation.backend.columns import (
    Key,
    bare,
    entity_key,
    foreign_key,
    key_of,
    python_type,
    sql_type,
    standard_imports,
)
from stackwright.generation.backend.constraints import (
    field_checks,
    foreign_key_to,
    foreign_keys,
    indexes,
    link_keys,
    row_checks,
    unique_code,
    uniques,
)
from stackwright.generation.config import Style
from stackwright.rendering.text import docstring, py_str

LIBRARY = ("sa", "types", "mapped_column", "relationship")


def model_view(entity: Entity, project: Project, style: Style) -> dict[str, Any]:
    """Plain data for the classes of one entity.

    One file an entity (`minimal`) leaves the enums of links to a file that all share: both sides of
    a relation show them, and two entities that link to each other would import in a circle.
    """
    members = _members(entity, project)
    lib = _library(members)
    owned = [relation for relation in entity.relations if not relation.is_to_one]
    links = [_link(relation, project) for relation in owned]
    python = _python_types(entity, project)
    return {
        "enums": own_enums(entity, project)
        if style is Style.MINIMAL
        else own_enums(entity, project) + link_enums(entity, project),
        "bases": ", ".join([*_bases(entity), "Base"]),
        "mixins": ", ".join(_bases(entity)),
        "table_args": _table_args(entity, project, lib),
        "columns": list(_columns(entity, project, lib)),
        "relationships": list(_relationships(entity, project, lib)),
        "id": _id(entity, project),
        "links": links,
        "standard": standard_imports(python),
        "has_uuid4": entity.primary_key.kind == "uuid",
        "has_point": "Point" in python,
        "has_property": entity.primary_key.kind == "fields",
        "related": _related(entity, project),
    }


def inverse_links(entity: Entity, project: Project) -> Iterator[Relation]:
    """Many-to-many relations of which this entity is the other side and has a name for it."""
    for relation in project.incoming(entity.name):
        if not relation.is_to_one and relation.inverse:
            yield relation


def id_expression(target: str, project: Project, prefix: str, columns: Iterable[str]) -> str:
    """Python that makes the id of a row from these columns."""
    found = [f"{prefix}{column}" for column in columns]
    entity = None if target == BUILT_IN_USER else project.entity(target)
    if entity is None or entity.primary_key.kind != "fields":
        return found[0]
    return _joined(entity, project, iter(found))


def _joined(entity: Entity, project: Project, columns: Iterator[str]) -> str:
    parts = []
    for name in entity.primary_key.parts:
        relation = entity.relation(name)
        if relation is None or relation.target == BUILT_IN_USER:
            parts.append(next(columns))
            continue
        target = project.entity(relation.target)
        is_joined = target.primary_key.kind == "fields"
        parts.append(_joined(target, project, columns) if is_joined else next(columns))
    return call("join_key", parts)


def _members(entity: Entity, project: Project) -> set[str]:
    found = {field.name for field in entity.fields}
    found |= {relation.name for relation in entity.relations}
    return found | {relation.inverse or "" for relation in project.incoming(entity.name)}


def _library(members: set[str]) -> dict[str, str]:
    """What a class calls what it needs of libraries, so that none of its members hides it."""
    return {name: f"{name}_" if name in members else name for name in LIBRARY}


def _bases(entity: Entity) -> list[str]:
    flags = (
        ("Audited", entity.audit),
        ("SoftDeleted", entity.soft_delete),
        ("Versioned", entity.optimistic_lock),
    )
    return [name for name, holds in flags if holds]


def _python_types(entity: Entity, project: Project) -> set[str]:
    owner = Owner(project, entity.name)
    found = {bare(python_type(field, owner)) for field in entity.fields}
    found |= {key.python for key in entity_key(entity, project)}
    for relation in entity.relations:
        if relation.is_to_one:
            found |= {key.python for key in foreign_key(relation, project)}
        else:
            for end in (relation.owner, relation.target):
                found |= {key.python for key in key_of(end, project)} & {"UUID", "date"}
            owner = owner_of_links(relation, project)
            found |= {bare(python_type(field, owner)) for field in relation.attributes}
    return found


def own_enums(entity: Entity, project: Project) -> list[dict[str, Any]]:
    """The enums of an entity's fields."""
    return list(_enums(Owner(project, entity.name), entity.fields))


def link_enums(entity: Entity, project: Project) -> list[dict[str, Any]]:
    """The enums of the attributes of an entity's links."""
    return [
        enum
        for relation in entity.relations
        for enum in _enums(owner_of_links(relation, project), relation.attributes)
    ]


def _enums(owner: Owner, fields: Iterable[Field]) -> Iterator[dict[str, Any]]:
    for field in fields:
        if is_enum(field):
            label = field.label or naming.sentence(field.name)
            yield {
                "where": field.where,
                "name": enum_class(owner, field.name),
                "doc": docstring(f"Values of {label[:1].lower()}{label[1:]}"),
                "members": [
                    constant(member(value.name), py_str(value.name)) for value in field.values
                ],
            }


def member(value: str) -> str:
    """The Python name of an enum's value."""
    name = value.upper()
    return f"VALUE_{name}" if name[:1].isdigit() else name


def _table_args(entity: Entity, project: Project, lib: dict[str, str]) -> list[str]:
    sa, types = lib["sa"], lib["types"]
    found = []
    if entity.primary_key.kind == "fields":
        columns = [key.column for key in entity_key(entity, project)]
        found.append(_primary_key(sa, names.table(entity), columns))
    found += [key.code(sa) for key in foreign_keys(entity, project)]
    found += [unique_code(entity, name, columns, sa) for name, columns in uniques(entity, project)]
    found += [
        call(f"{sa}.Index", [py_str(name), *strings(columns)])
        for name, columns in indexes(entity, project)
    ]
    found += field_checks(names.table(entity), entity.fields, sa, types)
    return found + row_checks(entity, sa, types)


def _primary_key(sa: str, table: str, columns: list[str]) -> str:
    name = names.constraint("pk", table)
    return call(f"{sa}.PrimaryKeyConstraint", [*strings(columns), f"name={py_str(name)}"])


def _columns(entity: Entity, project: Project, lib: dict[str, str]) -> Iterator[dict[str, str]]:
    sa, mapped = lib["sa"], lib["mapped_column"]
    kind = entity.primary_key.kind
    if kind != "fields":
        key = entity_key(entity, project)[0]
        arguments = [key.sql.replace("sa.", f"{sa}.", 1), "primary_key=True"]
        if kind == "uuid":
            arguments.append("default=uuid4")
        yield {"where": "", "code": assignment("id", f"Mapped[{key.python}]", mapped, arguments)}
    for field in entity.fields:
        yield _column(entity, field, project, lib)
    for relation in entity.relations:
        if relation.is_to_one:
            required = relation.required or relation.name in entity.primary_key.parts
            for key in foreign_key(relation, project):
                yield _key_column(key, relation.where, lib, required=required)


def _column(entity: Entity, field: Field, project: Project, lib: dict[str, str]) -> dict[str, str]:
    is_key = field.name in entity.primary_key.parts
    owner = Owner(project, entity.name)
    python = python_type(field, owner)
    annotation = python if field.required or is_key else f"{python} | None"
    arguments = [sql_type(field, owner, lib["sa"], lib["types"])]
    if is_key and python == "int":
        arguments.append("autoincrement=False")
    if field.type is FieldType.JSON and not field.required:
        arguments.append("nullable=True")
    code = assignment(field.name, f"Mapped[{annotation}]", lib["mapped_column"], arguments)
    return {"where": field.where, "code": code}


def _key_column(key: Key, where: str, lib: dict[str, str], *, required: bool) -> dict[str, str]:
    annotation = key.python if required else f"{key.python} | None"
    arguments = [key.sql.replace("sa.", f"{lib['sa']}.", 1)]
    arguments[0] = arguments[0].replace("types.", f"{lib['types']}.", 1)
    if key.python == "int":
        arguments.append("autoincrement=False")
    code = assignment(key.column, f"Mapped[{annotation}]", lib["mapped_column"], arguments)
    return {"where": where, "code": code}


def _relationships(
    entity: Entity, project: Project, lib: dict[str, str]
) -> Iterator[dict[str, str]]:
    function = lib["relationship"]
    for relation in entity.relations:
        if relation.is_to_one:
            yield _to_one(entity, relation, project, function)
        else:
            yield _to_many(relation, relation.name, "owner", project, function)
    for relation in inverse_links(entity, project):
        yield _to_many(relation, str(relation.inverse), "target", project, function)
    for relation in project.incoming(entity.name):
        if relation.is_to_one and relation.inverse:
            yield _inverse(relation, project, function)


def _to_one(entity: Entity, relation: Relation, project: Project, function: str) -> dict[str, str]:
    required = relation.required or relation.name in entity.primary_key.parts
    columns = [key.column for key in foreign_key(relation, project)]
    arguments = [f"foreign_keys=[{', '.join(columns)}]"]
    if relation.is_self:
        remote = [key.column for key in entity_key(entity, project)]
        arguments.append(f"remote_side=[{', '.join(remote)}]")
    target = relation.target if required else f"{relation.target} | None"
    annotation = f'Mapped["{target}"]'
    return {
        "where": relation.where,
        "code": assignment(relation.name, annotation, function, arguments),
    }


def _to_many(
    relation: Relation, name: str, here: str, project: Project, function: str
) -> dict[str, str]:
    link = names.link_class(relation)
    ends = {"owner": relation.owner, "target": relation.target}
    there = "target" if here == "owner" else "owner"
    own, other = (
        ", ".join(f"{link}.{key.column}" for key in foreign_key_to(ends[end], end, project))
        for end in (here, there)
    )
    arguments = [
        f'back_populates="{here}"',
        f'foreign_keys="[{own}]"',
        f'order_by="[{other}]"',
        'cascade="all, delete-orphan"',
        "passive_deletes=True",
    ]
    return {
        "where": relation.where,
        "code": assignment(name, f'Mapped[list["{link}"]]', function, arguments),
    }


def _inverse(relation: Relation, project: Project, function: str) -> dict[str, str]:
    columns = [f"{relation.owner}.{key.column}" for key in foreign_key(relation, project)]
    single = relation.kind is RelationKind.ONE_TO_ONE
    annotation = (
        f'Mapped["{relation.owner} | None"]' if single else f'Mapped[list["{relation.owner}"]]'
    )
    arguments = [f'foreign_keys="[{", ".join(columns)}]"', "viewonly=True"]
    name = str(relation.inverse)
    return {"where": relation.where, "code": assignment(name, annotation, function, arguments)}


def _id(entity: Entity, project: Project) -> str:
    if entity.primary_key.kind != "fields":
        return ""
    columns = [key.column for key in entity_key(entity, project)]
    return id_expression(entity.name, project, "self.", columns)


def _link(relation: Relation, project: Project) -> dict[str, Any]:
    cls = names.link_class(relation)
    table = names.link_table(relation)
    ends = {
        prefix: foreign_key_to(target, prefix, project)
        for prefix, target in (("owner", relation.owner), ("target", relation.target))
    }
    lib = _library({field.name for field in relation.attributes})
    sa, types, mapped = lib["sa"], lib["types"], lib["mapped_column"]
    columns = [_key_column(key, "", lib, required=True) for prefix in ends for key in ends[prefix]]
    owner = owner_of_links(relation, project)
    for field in relation.attributes:
        python = python_type(field, owner)
        annotation = python if field.required else f"{python} | None"
        code = assignment(
            field.name, f"Mapped[{annotation}]", mapped, [sql_type(field, owner, sa, types)]
        )
        columns.append({"where": field.where, "code": code})
    keys = [key.column for prefix in ends for key in ends[prefix]]
    target_columns = tuple(key.column for key in ends["target"])
    table_args = [
        _primary_key(sa, table, keys),
        *(key.code(sa) for key in link_keys(relation, project)),
        call(
            f"{sa}.Index",
            [py_str(names.constraint("ix", table, "target")), *strings(target_columns)],
        ),
        *field_checks(table, relation.attributes, sa, types),
    ]
    relationships = []
    for prefix, target, back in (
        ("owner", relation.owner, relation.name),
        ("target", relation.target, relation.inverse),
    ):
        arguments = [f"foreign_keys=[{', '.join(key.column for key in ends[prefix])}]"]
        if back:
            arguments.insert(0, f'back_populates="{back}"')
        code = assignment(prefix, f'Mapped["{target}"]', lib["relationship"], arguments)
        relationships.append({"where": "", "code": code})
    return {
        "where": relation.where,
        "name": cls,
        "table": table,
        "doc": docstring(f"A link of {relation.owner} to {relation.target}"),
        "table_args": table_args,
        "columns": columns,
        "relationships": relationships,
    }


def _related(entity: Entity, project: Project) -> list[dict[str, Any]]:
    """Classes of other modules that annotations name."""
    wanted: dict[str, set[str]] = {}
    for relation in entity.relations:
        if relation.target != entity.name:
            wanted.setdefault(relation.target, set()).add(relation.target)
    for relation in project.incoming(entity.name):
        if relation.owner == entity.name or not relation.inverse:
            continue
        name = relation.owner if relation.is_to_one else names.link_class(relation)
        wanted.setdefault(relation.owner, set()).add(name)
    return [
        {"entity": owner, "is_user": owner == BUILT_IN_USER, "names": sorted(found)}
        for owner, found in sorted(wanted.items(), key=lambda pair: pair[0])
    ]
