"""The small typed expression language of checks and computed fields."""

from stackwright.value import Value


class Expression(Value):
    """An expression over the fields of one row."""

    text: str  # as the user wrote it
