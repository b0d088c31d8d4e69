"""The model as a Mermaid entity relationship diagram."""

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind

_OWNER = {
    RelationKind.ONE_TO_ONE: "o|",
    RelationKind.MANY_TO_ONE: "o{",
    RelationKind.MANY_TO_MANY: "o{",
}


def diagram(project: Project) -> str:
    """The lines of an `erDiagram`, without the fence around them.

    Source: Mermaid documentation, "Entity Relationship Diagrams".
    """
    lines = ["erDiagram"]
    for entity in project.entities:
        lines += _entity(entity)
    if any(
        relation.target == BUILT_IN_USER
        for entity in project.entities
        for relation in entity.relations
    ):
        lines += [
            f'  "{BUILT_IN_USER}" {{',
            "    uuid id PK",
            "    email email UK",
            "    string name",
            "  }",
        ]
    for entity in project.entities:
        lines += [_relation(relation) for relation in entity.relations]
    return "\n".join(lines)


def _entity(entity: Entity) -> list[str]:
    lines = [f'  "{entity.name}" {{']
    parts = entity.primary_key.parts
    if entity.primary_key.kind != "fields":
        lines.append(f"    {entity.primary_key.kind} id PK")
    for field in entity.fields:
        keys = [
            mark for mark, holds in (("PK", field.name in parts), ("UK", field.unique)) if holds
        ]
        lines.append(
            "    " + " ".join([field.type.value, field.name, *([", ".join(keys)] if keys else [])])
        )
    return [*lines, "  }"]


def _relation(relation: Relation) -> str:
    target = (
        "}o" if relation.kind is RelationKind.MANY_TO_MANY else "||" if relation.required else "|o"
    )
    return f'  "{relation.target}" {target}--{_OWNER[relation.kind]} "{relation.owner}" : {relation.name}'
