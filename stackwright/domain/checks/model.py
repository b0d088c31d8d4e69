"""A model as the checks see it: read as far as possible, with what is unsure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from stackwright.domain.entity import Entity
from stackwright.domain.relation import Relation

USER_FIELDS = ("name", "email")  # of the built-in User


class Model(NamedTuple):
    """Entities with their relations, and the names that nothing can be said of."""

    entities: tuple[Entity, ...]
    by_name: Mapping[str, Entity]
    unsure: Mapping[str, frozenset[str]]  # by entity: members that could not be read
    partial: frozenset[str]  # entities of which a part could not be read
    roles: tuple[str, ...]

    def entity(self, name: str) -> Entity | None:
        """The entity of that name, or None."""
        return self.by_name.get(name)

    def is_unsure(self, entity: str, name: str) -> bool:
        """Whether the entity has, or may have, a member of that name that could not be read."""
        return entity in self.partial or name in self.unsure.get(entity, ())

    def relations(self) -> Iterator[Relation]:
        """Every relation."""
        for entity in self.entities:
            yield from entity.relations


def columns(entity: Entity) -> list[str]:
    """What indexes and keys can be made of: fields and to-one relations."""
    to_one = [relation.name for relation in entity.relations if relation.is_to_one]
    return [*(field.name for field in entity.fields), *to_one]
