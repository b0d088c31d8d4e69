"""Types as they are written: `string`, `decimal(10, 2)`, `list(string)`."""

from typing import NamedTuple

from stackwright.domain.field import FieldType
from stackwright.domain.language import OTHER_TYPES, TYPE, list_item_types
from stackwright.domain.suggestion import closest

MAX_PRECISION = 38  # digits that all three databases keep
MAX_SCALE = 18


class Type(NamedTuple):
    """A type with its parameters."""

    type: FieldType
    precision: int | None = None
    scale: int | None = None
    items: FieldType | None = None


class UnknownTypeError(Exception):
    """Not a type."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_type(text: str) -> Type:
    """The type that a text names.

    Raises:
        UnknownTypeError: There is no such type.
    """
    found = TYPE.fullmatch(text)
    if found is None:
        raise UnknownTypeError(f"There is no type `{text}`.", _all())
    name, arguments = found[1], found[2]
    if name not in set(FieldType):
        raise UnknownTypeError(f"There is no type `{name}`.", _meant(name))
    type_ = FieldType(name)
    if type_ is FieldType.DECIMAL:
        return _decimal(arguments)
    if type_ is FieldType.LIST:
        return _list(arguments)
    if arguments is not None:
        hint = f"Write `{name}`."
        if type_ is FieldType.STRING:
            hint = f"Write `type: string` and `max_length: {arguments or 200}`."
        elif type_ is FieldType.ENUM:
            hint = "List the values under `values`."
        raise UnknownTypeError(f"The type `{name}` has no parameters.", hint)
    return Type(type_)


def _decimal(arguments: str | None) -> Type:
    example = "Write `decimal(10, 2)`: ten digits in all, two of them after the point."
    parts = [part.strip() for part in (arguments or "").split(",")]
    if not 1 <= len(parts) <= 2 or not all(
        p.isascii() and p.isdigit() and len(p) < 4 for p in parts
    ):
        raise UnknownTypeError("A decimal needs its precision and scale.", example)
    precision, scale = int(parts[0]), int(parts[1]) if len(parts) == 2 else 0
    if not 1 <= precision <= MAX_PRECISION:
        raise UnknownTypeError(
            f"A decimal has 1 to {MAX_PRECISION} digits, not {precision}.", example
        )
    if scale > min(precision, MAX_SCALE):
        raise UnknownTypeError(
            f"A decimal with {precision} digits cannot have {scale} after the point "
            f"(at most {min(precision, MAX_SCALE)}).",
            example,
        )
    return Type(FieldType.DECIMAL, precision, scale)


def _list(arguments: str | None) -> Type:
    known = list_item_types()
    if not arguments:
        raise UnknownTypeError("A list needs the type of its items.", "Write `list(string)`.")
    if arguments not in known:
        hint = closest(arguments, known) or f"Items can be: {', '.join(known)}."
        raise UnknownTypeError(f"A list cannot hold `{arguments}`.", hint)
    return Type(FieldType.LIST, items=FieldType(arguments))


def _meant(name: str) -> str:
    other = OTHER_TYPES.get(name.lower())
    if other is not None:
        return f"Did you mean `{other}`?"
    return closest(name, FieldType) or _all()


def _all() -> str:
    return f"The types are: {', '.join(FieldType)}."
