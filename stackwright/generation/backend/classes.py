"""Classes of enums and types of fields, named so that nothing else in the application is called the same."""

from collections.abc import Iterator
from typing import NamedTuple

from stackwright.domain import naming
from stackwright.domain.checks.reserved import ENTITIES
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation
from stackwright.generation.backend import names

_PARTS = ("Base", "Create", "Patch", "Read", "Update")
_SUFFIX = "Choice"
_Classes = dict[tuple[str, str], str]  # by owner and field


class Owner(NamedTuple):
    """Whose fields these are: an entity's, or those of a relation's links."""

    project: Project
    name: str  # `Order`, `Order.products`


def owner_of_links(relation: Relation, project: Project) -> Owner:
    """The owner of a many-to-many relation's attributes."""
    return Owner(project, f"{relation.owner}.{relation.name}")


def is_enum(field: Field) -> bool:
    """Whether a field holds one or several values of an enum."""
    return field.type is FieldType.ENUM or field.items is FieldType.ENUM


def enum_class(owner: Owner, field: str) -> str:
    """The class of an enum: `BookStatus`, or `BookStatusChoice` where there is a class of that name."""
    return _known(owner.project)[owner.name, field]


def field_alias(project: Project, field: str) -> str:
    """The name of a field's type in the module of the schemas."""
    return _beside_entities(project, f"{naming.pascal(field)}Field")


def item_alias(project: Project, entity: str, side: str, field: str) -> str:
    """The same for an attribute of a many-to-many relation's items, as an entity shows them."""
    name = f"{side}_{field}"
    own = [] if entity == BUILT_IN_USER else project.entity(entity).fields
    is_own = any(naming.pascal(one.name) == naming.pascal(name) for one in own)
    return field_alias(project, f"{side}_link_{field}" if is_own else name)


def _beside_entities(project: Project, name: str) -> str:
    is_entity = any(entity.name == name for entity in project.entities)
    return names.short_class(f"{name}Type" if is_entity else name)


_latest: list[tuple[Project, _Classes]] = []


def _known(project: Project) -> _Classes:
    """The classes of a project, which each view of it asks for."""
    for known, classes in tuple(_latest):
        if known is project:
            return classes
    classes = _classes(project)
    _latest.append((project, classes))
    del _latest[:-4]
    return classes


def _classes(project: Project) -> _Classes:
    taken = set(_others(project))
    found: _Classes = {}
    later: list[tuple[tuple[str, str], str]] = []
    for key, name in _wanted(project):
        if name in taken:
            later.append((key, name))
        else:
            found[key] = name
            taken.add(name)
    for key, name in later:  # after all those that keep their name
        free = name
        while free in taken:
            free = names.short_class(f"{free}{_SUFFIX}")
        found[key] = free
        taken.add(free)
    return found


def _wanted(project: Project) -> Iterator[tuple[tuple[str, str], str]]:
    """Each enum with the name that it should have."""
    for entity in project.entities:
        for field in entity.fields:
            if is_enum(field):
                name = f"{entity.name}{naming.pascal(field.name)}"
                yield (entity.name, field.name), names.short_class(name)
    for entity in project.entities:
        for relation in entity.relations:
            for field in relation.attributes:
                if is_enum(field):
                    name = f"{entity.name}{naming.pascal(relation.name)}{naming.pascal(field.name)}"
                    owner = owner_of_links(relation, project).name
                    yield (owner, field.name), names.short_class(name)


def _others(project: Project) -> Iterator[str]:
    """What else is a class, or a type of a field's values, somewhere in the application."""
    for words in ENTITIES.values():
        yield from words
    for entity in project.entities:
        yield entity.name
        yield from (f"{entity.name}{part}" for part in _PARTS)
        for field in entity.fields:
            yield field_alias(project, field.name)
        for relation in entity.relations:
            if relation.is_to_one:
                continue
            yield names.link_class(relation)
            for shown, side in ((entity.name, relation.name), (relation.target, relation.inverse)):
                if side:
                    base = names.item_class(shown, side)
                    yield from (f"{base}Read", f"{base}Write")
                    for field in relation.attributes:
                        yield item_alias(project, shown, side, field.name)
