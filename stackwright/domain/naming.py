"""From one name to the spellings that programs and people need."""

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words(name: str) -> list[str]:
    """The lower-case words of a name in any spelling: `OrderLine2` → `order line 2`."""
    return [word.lower() for word in _WORD.findall(name)]


def snake(name: str) -> str:
    """`OrderLine` → `order_line`."""
    return "_".join(words(name))


def kebab(name: str) -> str:
    """`OrderLine` → `order-line`."""
    return "-".join(words(name))


def pascal(name: str) -> str:
    """`order_line` → `OrderLine`."""
    return "".join(word.capitalize() for word in words(name))


def camel(name: str) -> str:
    """`order_line` → `orderLine`."""
    text = pascal(name)
    return text[:1].lower() + text[1:]


def sentence(name: str) -> str:
    """`order_line` → `Order line`."""
    return " ".join(words(name)).capitalize()
