"""Import lines of generated Python: those that the code below them needs, grouped and sorted as Ruff does."""

import re
import sys
from collections.abc import Mapping

from stackwright.rendering.marks import without_marks

_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*', re.DOTALL
)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_DEFINED = re.compile(r"^(?:class |def )?(\w+)(?=[ :=(\[])", re.MULTILINE)


def with_imports(body: str, known: Mapping[str, str], *, own: str = "app") -> str:
    """The code with the imports it needs before it.

    Args:
        body: Code without imports; names in strings and comments do not count.
        known: Name → where it comes from: a module (`pathlib`), or `=MODULE as NAME` for a whole module.
        own: The top-level package of the generated project, the last group.
    """
    code = _STRING.sub("''", without_marks(body))
    used = set(_NAME.findall(code)) - set(_DEFINED.findall(code))
    whole: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for name in used & known.keys():
        if known[name].startswith("="):
            whole[known[name][1:].partition(" ")[0]] = f"import {known[name][1:]}"
        else:
            members.setdefault(known[name], []).append(name)
    lines: list[tuple[int, int, str, str]] = [
        (_section(module, own), 0, module, line) for module, line in whole.items()
    ]
    for module, names in members.items():
        listed = sorted(names, key=_member_key)
        flat = f"from {module} import {', '.join(listed)}"
        line = (
            flat
            if len(flat) <= 100
            else f"from {module} import (\n" + "".join(f"    {name},\n" for name in listed) + ")"
        )
        lines.append((_section(module, own), 1, module, line))
    text, last = "", None
    for section, _, _, line in sorted(lines):
        text += ("\n" if last is not None and section != last else "") + line + "\n"
        last = section
    return f"{text}\n{body}" if text else body


def _section(module: str, own: str) -> int:
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top == own else 1


def _member_key(name: str) -> tuple[int, str]:
    constant = name.isupper() and len(name) > 1
    return (0 if constant else 1 if name[0].isupper() else 2, name)
