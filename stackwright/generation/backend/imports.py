"""Import statements in the order that import sorters want."""

import re
from collections.abc import Iterable, Mapping

from stackwright.rendering.layout import WIDTH

_STANDARD = frozenset(
    {"collections.abc", "dataclasses", "datetime", "decimal", "enum", "math", "typing", "uuid"}
)
_DIGITS = re.compile(r"(\d+)")


def import_lines(
    wanted: Mapping[str, Iterable[str]], plain: Iterable[str] = (), indent: int = 0
) -> list[str]:
    """The lines of an import block, sections apart.

    Args:
        wanted: Module → names; modules without names are left out.
        plain: What stands behind `import`: `sqlalchemy as sa`.
        indent: Columns before each line, which count towards its width.
    """
    statements: list[tuple[int, int, object, str]] = [
        (_section(what.partition(" ")[0]), 0, natural(what), f"import {what}") for what in plain
    ]
    for module, names in wanted.items():
        found = sorted(set(names), key=by_type)
        if found:
            text = statement(module, found, indent)
            statements.append((_section(module), 1, natural(module), text))
    lines: list[str] = []
    last = -1
    for section, _, _, text in sorted(statements, key=lambda one: one[:3]):
        if lines and section != last:
            lines.append("")
        lines.append(text)
        last = section
    return lines


def statement(module: str, names: list[str], indent: int = 0) -> str:
    """One import statement, with brackets where it is too long for a line."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) + indent <= WIDTH:
        return line
    pad = " " * indent
    return (
        f"from {module} import (\n" + "".join(f"{pad}    {name},\n" for name in names) + f"{pad})"
    )


def by_type(name: str) -> tuple[int, object]:
    """Constants first, then classes, then the rest."""
    return _rank(name), natural(name.lower())


def listed(name: str) -> tuple[int, object]:
    """The same for `__all__`, where capital letters come before small ones."""
    return _rank(name), natural(name)


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers inside names by their value, those that begin with 0 before the others."""
    return [_part(part) for part in _DIGITS.split(text) if part]


def _part(part: str) -> tuple[int, int, str]:
    if not part.isdigit():
        return 1, 0, part
    return (0, 0, part) if part.startswith("0") else (0, int(part), "")


def _rank(name: str) -> int:
    bare = name.partition(" ")[0]
    return 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2


def _section(module: str) -> int:
    if module in _STANDARD:
        return 0
    return 2 if module.partition(".")[0] == "app" else 1
