"""Fields of an entity and the rules on their values."""

from enum import StrEnum

from pydantic import JsonValue

from stackwright.value import Value


class FieldType(StrEnum):
    """The field types of the language; `list` holds scalars of `Field.items`."""

    STRING = "string"
    TEXT = "text"
    INTEGER = "integer"
    BIGINT = "bigint"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    UUID = "uuid"
    EMAIL = "email"
    URL = "url"
    JSON = "json"
    FILE = "file"
    IMAGE = "image"
    POINT = "point"
    ENUM = "enum"
    LIST = "list"


NUMBERS = frozenset({FieldType.INTEGER, FieldType.BIGINT, FieldType.FLOAT, FieldType.DECIMAL})
TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL, FieldType.URL})
MOMENTS = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATETIME})
ORDERED = NUMBERS | MOMENTS | {FieldType.DURATION}
FILES = frozenset({FieldType.FILE, FieldType.IMAGE})
LIST_ITEMS = frozenset(FieldType) - {
    FieldType.LIST,
    FieldType.JSON,
    FieldType.FILE,
    FieldType.IMAGE,
    FieldType.POINT,
}


class EnumValue(Value):
    """One value of an enum: the name that is stored and the label that people read."""

    name: str
    label: str


class Field(Value):
    """One attribute of an entity (or of a many-to-many relation), with its rules."""

    name: str  # snake_case
    type: FieldType
    label: str = ""  # what people read, such as "Published on"; filled by the parser
    description: str = ""
    precision: int | None = None  # decimal: digits in all
    scale: int | None = None  # decimal: digits after the point
    values: tuple[EnumValue, ...] = ()  # enum, or list of enum
    items: FieldType | None = None  # list: type of one item
    required: bool = False
    unique: bool = False
    default: JsonValue = None  # a value of the type, or "now" (date, time, datetime), or "uuid"
    min: int | float | str | None = (
        None  # ordered types; moments as ISO 8601 text; decimals as text
    )
    max: int | float | str | None = None
    min_length: int | None = None  # texts: characters; lists: items
    max_length: int | None = None
    pattern: str | None = None  # texts: a regular expression that the whole value matches
    max_bytes: int | None = None  # file, image
    immutable: bool = False  # set on create, never changed
    sensitive: bool = False  # accepted, stored, never logged, listed or returned
    searchable: bool = False  # part of full-text search `q`
    examples: tuple[JsonValue, ...] = ()  # used for sample data and tests before invented values
    renamed_from: str | None = None
    where: str = ""  # path into the model file: `entities.Book.fields.title`
