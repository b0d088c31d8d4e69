"""Relations between entities, always seen from the side that owns the column or join table."""

from enum import StrEnum

from stackwright.domain.field import Field
from stackwright.value import Value


class RelationKind(StrEnum):
    """Kinds after resolution: `one_to_many` is turned into `many_to_one` of the other entity."""

    ONE_TO_ONE = "one_to_one"
    MANY_TO_ONE = "many_to_one"
    MANY_TO_MANY = "many_to_many"


class OnDelete(StrEnum):
    """What happens to the owner's rows when the target's row is deleted."""

    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set_null"


class Relation(Value):
    """A relation as its owner sees it: the owner's table has the foreign key, or names the join table."""

    name: str  # snake_case, on the owner: `author`
    kind: RelationKind
    owner: str  # entity name
    target: str  # entity name, or `User` (built in)
    inverse: str | None = None  # name on the target's side: `books`; None: no name there
    label: str = ""
    inverse_label: str = ""
    description: str = ""
    required: bool = False  # to-one: the owner needs a target; to-many: at least one
    on_delete: OnDelete = OnDelete.RESTRICT
    display: str | None = None  # field of the target shown for it; None: the target's display field
    immutable: bool = False
    attributes: tuple[Field, ...] = ()  # many_to_many: further columns of the join table
    renamed_from: str | None = None
    where: str = ""

    @property
    def is_to_one(self) -> bool:
        """Whether the owner's table has a foreign key for it."""
        return self.kind is not RelationKind.MANY_TO_MANY

    @property
    def is_self(self) -> bool:
        """Whether owner and target are the same entity."""
        return self.owner == self.target
