"""The spellings of an entity in TypeScript and in addresses."""

from stackwright.domain import naming
from stackwright.domain.entity import BUILT_IN_USER, Entity

# Words that the generated files use themselves.
_TAKEN = frozenset({"Entity", "Ref", "Row", "Values"})


def type_name(entity: Entity) -> str:
    """The interface of a row; also the prefix of the entity's components."""
    return f"{entity.name}Record" if entity.name in _TAKEN else entity.name


def constant(entity: Entity) -> str:
    """The prefix of the entity's constants: `orderLine`."""
    name = type_name(entity)
    return name[:1].lower() + name[1:]


def slug(entity: Entity) -> str:
    """Folder and file names: `order-line`."""
    return naming.kebab(entity.name)


def path(entity: Entity) -> str:
    """The collection of the API, and the address of the pages: `/order-lines`."""
    return f"/{naming.kebab(entity.plural)}"


def link_name(entity: Entity, relation: str) -> str:
    """The interface of one link of a many-to-many relation with attributes."""
    name = f"{naming.pascal(relation)}Link"
    return f"{name}Item" if name == type_name(entity) else name


def target_path(name: str, entity: Entity | None) -> str:
    """Where the rows of a relation's target are found."""
    return "/users" if name == BUILT_IN_USER or entity is None else path(entity)
