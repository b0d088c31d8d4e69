"""Python source for the values in generated tests, laid out as the formatter would."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from stackwright.rendering.layout import CLOSE, COMMA, LINE, OPEN, SOFT, WIDTH, py_args
from stackwright.rendering.text import py_str

LONG = 60  # characters; longer texts are written as repetitions or shortened


class Link(NamedTuple):
    """The id of a row that the test's world makes when it is needed."""

    name: str
    number: int


class Upload(NamedTuple):
    """The id of a file that the test's world uploads when it is needed."""

    name: str


def source(value: Any) -> str:
    """The Python expression for a JSON value, a link or an upload."""
    if isinstance(value, Link):
        return f"Link({OPEN}{SOFT}{py_str(value.name)}, {value.number}{SOFT}{CLOSE})"
    if isinstance(value, Upload):
        return f"Upload({OPEN}{SOFT}{py_str(value.name)}{SOFT}{CLOSE})"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return bracketed(
            "{", [f"{py_str(key)}: {source(entry)}" for key, entry in value.items()], "}"
        )
    if isinstance(value, (list, tuple)):
        if len(value) > 12 and all(entry == value[0] for entry in value):
            return f"[{source(value[0])}] * {len(value)}"
        return bracketed("[", [source(entry) for entry in value], "]")
    return repr(value)


def row(*parts: Any) -> str:
    """One line of a table of cases: a tuple of values."""
    return bracketed("(", [source(part) for part in parts], ")")


def case(title: str, *parts: Any) -> str:
    """One line of a table of cases whose title ends the test's name."""
    arguments = [*(source(part) for part in parts), f"id={py_str(title)}"]
    return f"pytest.param({py_args(arguments)})"


def imports(module: str, names: Sequence[str]) -> str:
    """An import statement, with brackets where it is too long for one line."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def entries(values: dict[str, Any]) -> list[str]:
    """The lines of a dictionary that has one entry a line."""
    return [f"{py_str(key)}: {source(value)}" for key, value in values.items()]


def bracketed(start: str, parts: Sequence[str], end: str) -> str:
    """Parts between brackets: on one line if they fit, else one a line."""
    if not parts:
        return start + end
    comma = COMMA if len(parts) > 1 else ""
    return f"{start}{OPEN}{SOFT}{f',{LINE}'.join(parts)}{comma}{SOFT}{CLOSE}{end}"


def _text(value: str) -> str:
    if len(value) > 12 and value == value[0] * len(value):
        return f"{py_str(value[0])} * {len(value)}"
    return py_str(value)
