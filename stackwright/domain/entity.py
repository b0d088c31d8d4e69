"""Entities: a business object with its fields, relations, keys, constraints and permissions."""

from typing import Literal

from stackwright.domain.expression import Expression
from stackwright.domain.field import Field, FieldType
from stackwright.domain.relation import Relation
from stackwright.value import Value

PUBLIC = "public"  # anybody, without logging in
USER = "user"  # anybody who is logged in
ADMIN = "admin"  # may do everything; never needs to be listed
BUILT_IN_ROLES = (PUBLIC, USER, ADMIN)
BUILT_IN_USER = "User"  # the entity every project has for its accounts


class PrimaryKey(Value):
    """How a row is identified.

    `uuid`, `integer` and `string` have one column `id`; `fields` uses declared fields and to-one
    relations (one: a natural key; several: a composite key).
    """

    kind: Literal["uuid", "integer", "string", "fields"] = "uuid"
    parts: tuple[str, ...] = ()  # only for `fields`


class Permissions(Value):
    """Which roles may do what; `admin` always may."""

    create: tuple[str, ...] = (USER,)
    read: tuple[str, ...] = (USER,)
    update: tuple[str, ...] = (USER,)
    delete: tuple[str, ...] = (USER,)


class Check(Value):
    """A rule across fields of one row; it fails only when it is definitely false (as SQL's CHECK)."""

    name: str  # snake_case
    expression: Expression
    message: str
    where: str = ""


class Computed(Value):
    """A read-only value derived from the row's own fields."""

    name: str
    type: FieldType
    precision: int | None = None  # decimal: digits in all
    scale: int | None = None  # decimal: digits after the point; the expression rounds to it
    label: str = ""
    expression: Expression
    description: str = ""
    where: str = ""


class Entity(Value):
    """One business object."""

    name: str  # PascalCase: `OrderLine`
    plural: str  # PascalCase: `OrderLines`
    label: str = ""  # "Order line"
    plural_label: str = ""  # "Order lines"
    description: str = ""
    primary_key: PrimaryKey = PrimaryKey()
    display: str | None = None  # field shown for a row; None: its id
    fields: tuple[Field, ...] = ()
    relations: tuple[Relation, ...] = ()  # those this entity owns
    computed: tuple[Computed, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()  # names of fields and to-one relations
    unique: tuple[tuple[str, ...], ...] = ()
    checks: tuple[Check, ...] = ()
    soft_delete: bool = False
    audit: bool = False  # created_at, created_by, updated_at, updated_by
    optimistic_lock: bool = False  # version column, ETag and If-Match
    permissions: Permissions = Permissions()
    renamed_from: str | None = None
    where: str = ""

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """The owned relation of that name, or None."""
        return next((relation for relation in self.relations if relation.name == name), None)
