"""The whole model: entities and what holds for all of them."""

from collections.abc import Iterable

from stackwright.domain.entity import BUILT_IN_USER, Entity
from stackwright.domain.relation import Relation
from stackwright.value import Value


class Project(Value):
    """A checked domain model; every relation's target exists (or is the built-in `User`)."""

    name: str  # kebab-case slug: `corner-bookshop`
    title: str
    description: str = ""
    roles: tuple[str, ...] = ()  # snake_case, beside the built-in public, user and admin
    locales: tuple[str, ...] = ("en", "de")  # the first is the default
    entities: tuple[Entity, ...]  # in the order of the file

    def entity(self, name: str) -> Entity:
        """The entity of that name.

        Raises:
            KeyError: There is none (`User` is built in and not listed).
        """
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)

    def incoming(self, name: str) -> tuple[Relation, ...]:
        """Relations of any entity (itself included) that point to the entity of that name."""
        return tuple(
            relation
            for entity in self.entities
            for relation in entity.relations
            if relation.target == name
        )

    def only(self, names: Iterable[str]) -> "Project":
        """The same project with these entities alone; relations to others must not be left over."""
        wanted = set(names)
        return self.model_copy(
            update={"entities": tuple(e for e in self.entities if e.name in wanted)}
        )

    def missing_for(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """What a selection lacks: for each selected entity with a gap, the targets that are not selected."""
        wanted = set(names) | {BUILT_IN_USER}
        gaps = {
            entity.name: tuple(
                dict.fromkeys(r.target for r in entity.relations if r.target not in wanted)
            )
            for entity in self.entities
            if entity.name in wanted
        }
        return {name: targets for name, targets in gaps.items() if targets}
