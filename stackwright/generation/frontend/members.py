"""What a row of an entity has, as the front end sees it: key, fields, relations of both sides, computed values."""

from collections.abc import Iterator

from stackwright.domain.entity import Computed, Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.value import Value


class ToOne(Value):
    """A relation whose target shows as one reference."""

    relation: Relation
    name: str
    label: str
    where: str


class ToMany(Value):
    """A many-to-many relation seen from one of its sides."""

    relation: Relation
    name: str
    label: str
    target: str  # entity on the other side
    display: str | None  # its field that is shown; None: its display field
    required: bool
    where: str


Member = Field | ToOne | ToMany | Computed


def members(entity: Entity, project: Project) -> tuple[Member, ...]:
    """Everything that a row shows, in the order of the model."""
    return (
        *_key(entity),
        *entity.fields,
        *(_owned(relation) for relation in entity.relations),
        *_from_other_side(entity, project),
        *entity.computed,
    )


def related(entity: Entity, project: Project) -> tuple[Relation, ...]:
    """To-one relations of any entity that point here and have a name on this side."""
    return tuple(
        relation
        for relation in project.incoming(entity.name)
        if relation.is_to_one and relation.inverse
    )


def is_key_part(entity: Entity, name: str) -> bool:
    """Whether a field or relation is part of the key, and so cannot change."""
    return name in entity.primary_key.parts


def _key(entity: Entity) -> tuple[Field, ...]:
    """A text key is entered with a new row; other kinds are made by the server or are fields."""
    if entity.primary_key.kind != "string":
        return ()
    return (
        Field(
            name="id",
            type=FieldType.STRING,
            label="ID",
            required=True,
            immutable=True,
            where=entity.where,
        ),
    )


def _owned(relation: Relation) -> ToOne | ToMany:
    label = relation.label or relation.name
    if relation.is_to_one:
        return ToOne(relation=relation, name=relation.name, label=label, where=relation.where)
    return ToMany(
        relation=relation,
        name=relation.name,
        label=label,
        target=relation.target,
        display=relation.display,
        required=relation.required,
        where=relation.where,
    )


def _from_other_side(entity: Entity, project: Project) -> Iterator[ToMany]:
    for relation in project.incoming(entity.name):
        if relation.kind is RelationKind.MANY_TO_MANY and relation.inverse:
            yield ToMany(
                relation=relation,
                name=relation.inverse,
                label=relation.inverse_label or relation.inverse,
                target=relation.owner,
                display=None,
                required=False,
                where=relation.where,
            )
