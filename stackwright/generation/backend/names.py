"""Names in generated code and in the database, short enough for every database."""

import hashlib

from stackwright.domain import naming
from stackwright.domain.entity import Entity
from stackwright.domain.relation import Relation

LONGEST = 60  # characters; PostgreSQL cuts after 63, MySQL refuses more than 64


def short(name: str, most: int = LONGEST) -> str:
    """The name, or its beginning and a digest of all of it."""
    if len(name) <= most:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: most - 9].rstrip('_')}_{digest}"


def short_class(name: str) -> str:
    """The same for the name of a class."""
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8].upper()
    return f"{name[: LONGEST - 8]}{digest}"


def module(entity: str) -> str:
    """The module of an entity."""
    return naming.snake(entity)


def table(entity: Entity) -> str:
    """The table of an entity."""
    return short(naming.snake(entity.plural))


def constant(entity: Entity) -> str:
    """The constant that holds what the API knows of an entity."""
    return short(naming.snake(entity.plural), 48).upper()


def link_class(relation: Relation) -> str:
    """The class of a many-to-many relation's links."""
    return short_class(f"{relation.owner}{naming.pascal(relation.name)}Link")


def link_table(relation: Relation) -> str:
    """The table of a many-to-many relation's links."""
    return short(f"{naming.snake(relation.owner)}_{relation.name}_links")


def item_class(entity: str, side: str) -> str:
    """The beginning of the classes of a many-to-many relation's items, as an entity shows them."""
    return short_class(f"{entity}{naming.pascal(side)}")


def constraint(kind: str, table_name: str, *columns: str) -> str:
    """The name of a constraint or index: `uq_books_isbn`."""
    return short("_".join((kind, table_name, *columns)))
