"""What the files of a stack declare and write."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[3] / "deployment_templates"
_VARIABLE = re.compile(r'^variable "(\w+)" \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)


def text_of(folder: Path) -> str:
    """All files of the stack, one after the other."""
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.tf")))


def declared(folder: Path) -> dict[str, bool]:
    """Variable → whether it must be given."""
    return {name: "\n  default" not in body for name, body in _VARIABLE.findall(text_of(folder))}


def undescribed(folder: Path) -> list[str]:
    """Variables that nobody explains."""
    return [
        name
        for name, body in _VARIABLE.findall(text_of(folder))
        if not re.search(r'^  description = ".{15,}"$', body, re.MULTILINE)
    ]


def unused(folder: Path) -> list[str]:
    """Variables that change nothing."""
    text = text_of(folder)
    return [name for name in declared(folder) if not re.search(rf"\bvar\.{name}\b", text)]


def kinds(folder: Path) -> frozenset[str]:
    """The kinds of resources that the stack may make."""
    return frozenset(re.findall(r'^resource "(\w+)" "', text_of(folder), re.MULTILINE))
