"""Pieces of Python source, laid out as the formatter would."""

from collections.abc import Iterable, Sequence

from stackwright.rendering.layout import CLOSE, COMMA, LINE, OPEN, SOFT, WIDTH, py_args
from stackwright.rendering.text import py_str


def literal_tuple(parts: Sequence[str]) -> str:
    """A tuple: on one line if it fits, else one part a line."""
    if not parts:
        return "()"
    end = f",{SOFT}" if len(parts) == 1 else f"{COMMA}{SOFT}"
    return f"({OPEN}{SOFT}{f',{LINE}'.join(parts)}{end}{CLOSE})"


def literal_set(parts: Sequence[str]) -> str:
    """A frozen set of these parts."""
    if not parts:
        return "frozenset()"
    return call("frozenset", [f"{{{OPEN}{SOFT}{f',{LINE}'.join(parts)}{COMMA}{SOFT}{CLOSE}}}"])


def strings(names: Iterable[str]) -> list[str]:
    """Each name as a string literal."""
    return [py_str(name) for name in names]


def call(function: str, arguments: Sequence[str]) -> str:
    """A call: flat, its arguments on a line of their own, or one a line."""
    return f"{function}({py_args(arguments)})"


def assignment(
    name: str, annotation: str, value: str, arguments: Sequence[str] | None = None
) -> str:
    """A member of a class with its annotation, four columns from the edge.

    Args:
        name: The member.
        annotation: Its type: `Mapped[str]`, `str | None`.
        value: What it is set to, or the function that is called.
        arguments: Of the call; None: no call.
    """
    flat = value if arguments is None else f"{value}({', '.join(arguments)})"
    start = f"    {name}: {annotation} ="
    if len(f"{start} {flat}") <= WIDTH:
        return f"{name}: {annotation} = {flat}"
    if arguments and len(f"{start} {value}(") <= WIDTH:
        return f"{name}: {annotation} = {_broken(value, arguments, 4)}"
    if len(f"{start} (") <= WIDTH and arguments is not None:
        inner = flat if len(flat) + 8 <= WIDTH else _broken(value, arguments, 8)
        return f"{name}: {annotation} = (\n        {inner}\n    )"
    outer, mark, inner = annotation.partition("[")
    if not mark or annotation.endswith("None"):
        return f"{name}: (\n        {annotation}\n    ) = {flat}"
    after = flat
    if arguments and len(f"    ] = {flat}") > WIDTH:
        after = _broken(value, arguments, 4)
    return f"{name}: {outer}[\n        {inner[:-1]}\n    ] = {after}"


def declaration(name: str, annotation: str) -> str:
    """A member of a class without a value."""
    if len(f"    {name}: {annotation}") <= WIDTH:
        return f"{name}: {annotation}"
    outer, mark, inner = annotation.partition("[")
    if not mark or annotation.endswith("None"):
        return f"{name}: (\n        {annotation}\n    )"
    return f"{name}: {outer}[\n        {inner[:-1]}\n    ]"


def constant(name: str, value: str) -> str:
    """A member of a class that is set to a literal, four columns from the edge."""
    if len(f"    {name} = {value}") <= WIDTH or len(f"        {value}") > WIDTH:
        return f"{name} = {value}"
    return f"{name} = (\n        {value}\n    )"


def _broken(function: str, arguments: Sequence[str], indent: int) -> str:
    """A call whose arguments do not fit on its line."""
    pad = " " * (indent + 4)
    line = ", ".join(arguments)
    if len(pad) + len(line) <= WIDTH:
        inner = f"{pad}{line}\n"
    else:
        inner = "".join(f"{pad}{argument},\n" for argument in arguments)
    return f"{function}(\n{inner}{' ' * indent})"
