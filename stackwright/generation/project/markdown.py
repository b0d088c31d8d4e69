"""Markdown tables whose columns line up in the source as well."""

import unicodedata
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with padded columns; cells are Markdown already."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(3, *(columns(line[index]) for line in lines)) for index in range(len(head))]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    shown = [
        "| "
        + " | ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    return "\n".join([shown[0], rule, *shown[1:]])


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def code(text: str) -> str:
    """A code span that shows this text as it is, also inside a table."""
    text = " ".join(text.split()).replace("|", "\\|")
    fence = "`"
    while fence in text:
        fence += "`"
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{gap}{text}{gap}{fence}" if text else ""


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))
