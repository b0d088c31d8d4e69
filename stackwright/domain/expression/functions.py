"""The functions of the expression language."""

from typing import NamedTuple

from stackwright.domain.expression.tree import Kind


class Function(NamedTuple):
    """What a function takes and gives.

    Attributes:
        takes: What its arguments are: kinds, "number", "ordered" or "any" (all of one kind).
        fewest: How many arguments at least.
        most: How many at most.
        gives: The kind of its value; None: that of its arguments.
        description: One sentence for people.
        example: An example.
    """

    takes: tuple[Kind, ...] | str
    fewest: int
    most: int
    gives: Kind | None
    description: str
    example: str


MANY = 20  # arguments at most
_TEXT = (Kind.TEXT,)
_DAYS = (Kind.DATE, Kind.DATETIME)

FUNCTIONS = {
    "len": Function(_TEXT, 1, 1, Kind.INTEGER, "How many characters a text has.", "len(code) = 8"),
    "lower": Function(_TEXT, 1, 1, Kind.TEXT, "The text in lower case.", "lower(code) = code"),
    "upper": Function(_TEXT, 1, 1, Kind.TEXT, "The text in upper case.", "upper(code) = code"),
    "trim": Function(_TEXT, 1, 1, Kind.TEXT, "The text without spaces around it.", "trim(name)"),
    "concat": Function(
        _TEXT, 2, MANY, Kind.TEXT, "The texts in a row; null when one is.", "concat(a, ' ', b)"
    ),
    "abs": Function("number", 1, 1, None, "The number without its sign.", "abs(balance) <= 100"),
    "round": Function(
        "number",
        1,
        2,
        None,
        "The number rounded to so many digits after the point (none when left out); halves go away "
        "from zero.",
        "round(price * 1.19, 2)",
    ),
    "min": Function("ordered", 2, MANY, None, "The least; null when one is.", "min(a, b) > 0"),
    "max": Function("ordered", 2, MANY, None, "The greatest; null when one is.", "max(a, b)"),
    "coalesce": Function(
        "any", 2, MANY, None, "The first that is not null.", "coalesce(discount, 0)"
    ),
    "year": Function(_DAYS, 1, 1, Kind.INTEGER, "The year (of a moment: in UTC).", "year(born_on)"),
    "month": Function(_DAYS, 1, 1, Kind.INTEGER, "The month, 1 to 12.", "month(born_on)"),
    "day": Function(_DAYS, 1, 1, Kind.INTEGER, "The day, 1 to 31.", "day(due_on) = 1"),
    "days_between": Function(
        (Kind.DATE,),
        2,
        2,
        Kind.INTEGER,
        "Days from the first date to the second; negative when the second is earlier.",
        "days_between(starts_on, ends_on) <= 30",
    ),
    "today": Function((), 0, 0, Kind.DATE, "The current date in UTC.", "born_on <= today()"),
    "now": Function((), 0, 0, Kind.DATETIME, "The current moment.", "sent_at <= now()"),
}

NON_DETERMINISTIC = frozenset({"today", "now"})
