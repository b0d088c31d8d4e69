"""Ids in JSON and in paths: keys of several columns are one text, its parts joined by `~`.

In a part, the characters `!`, `%`, `,`, `/` and `~` are written as `!` with two hexadecimal digits, so that
an id means the same however often a path is decoded on its way. A part that is a row of another table
is that row's id.
"""

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Integer
from sqlalchemy.types import TypeEngine

Tree = tuple["str | Tree", ...]  # names of columns; a tuple inside is another table's key
_SPECIAL, _ESCAPED = re.compile("[!%,/~]"), re.compile("!([0-9A-F]{2})?")


def join_key(*parts: object) -> str:
    """The id made of these parts; empty when one of them is missing."""
    if any(part is None or part == "" for part in parts):
        return ""
    return "~".join(_encoded(part) for part in parts)


def leaves(tree: Tree) -> Iterator[str]:
    """The names of all columns, in order."""
    for part in tree:
        if isinstance(part, str):
            yield part
        else:
            yield from leaves(part)


def split_key(tree: Tree, text: str) -> list[str] | None:
    """The texts of all columns, in order; None when the id does not have these parts."""
    pieces = text.split("~")
    if len(pieces) != len(tree):
        return None
    found: list[str] = []
    for part, piece in zip(tree, pieces, strict=True):
        if any(not digits for digits in _ESCAPED.findall(piece)):
            return None
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), piece)
        inner = [plain] if isinstance(part, str) else split_key(part, plain)
        if inner is None:
            return None
        found += inner
    return found


def column_value(column: Column[Any], text: str) -> Any:
    """The text as a value of the column.

    Raises:
        ValueError: It is none.
    """
    return typed_value(column.type, text)


def typed_value(kind: TypeEngine[Any], text: str) -> Any:
    """The text as a value of a key column's type.

    Raises:
        ValueError: It is none.
    """
    if "\x00" in text or not text:
        raise ValueError(text)
    python_type = kind.python_type
    if issubclass(python_type, Enum):
        return python_type(text)
    if python_type is UUID:
        return UUID(text)
    if python_type is date:
        return date.fromisoformat(text)
    if python_type is int:
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit():
            raise ValueError(text)
        bits = 31 if type(kind) is Integer else 63
        number = int(text) if len(text) <= 20 else 2**64
        if not -(2**bits) <= number < 2**bits:
            raise ValueError(text)
        return number
    return text


def _encoded(part: object) -> str:
    text = str(part.value if isinstance(part, Enum) else part)
    return _SPECIAL.sub(lambda found: f"!{ord(found[0]):02X}", text)
