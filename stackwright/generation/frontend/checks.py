"""Cross-field checks as functions over what a form sends."""

import re

from stackwright.domain.entity import Check, Entity
from stackwright.domain.expression_targets.typescript import to_typescript, typescript_helpers
from stackwright.generation.frontend.code import strings
from stackwright.rendering.layout import CLOSE, CLOSE_LEVEL, LINE, OPEN, OPEN_LEVEL, WIDTH

_INDENT = 6  # columns before a condition on a line of its own


def check_view(check: Check) -> dict[str, object]:
    """Name, fields and condition of a check."""
    flat = to_typescript(check.expression)
    room = WIDTH - _INDENT - 1
    is_plain = " ? " not in flat and not ("(" in flat and len(flat) > room)
    is_one_kind = not (" && " in flat and " || " in flat and len(flat) > room)
    parts_fit = all(len(part) + 3 <= room for part in re.split(r" (?:&&|\|\|) ", flat))
    text = to_typescript(check.expression, line=LINE)
    return {
        "name": check.name,
        "fields": strings(check.expression.names),
        "parameter": "values" if "values." in flat else "",
        "is_laid_out": is_plain and is_one_kind and parts_fit,
        "flat": flat,
        "text": f"{OPEN}{LINE}{OPEN_LEVEL}{text}{CLOSE_LEVEL}{CLOSE}",
        "where": check.where,
    }


def helpers(entity: Entity) -> list[str]:
    """Functions that the conditions call."""
    found = {name for check in entity.checks for name in typescript_helpers(check.expression)}
    return sorted(found)
