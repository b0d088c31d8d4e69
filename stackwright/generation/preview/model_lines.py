"""From an element that a generated line comes from to its line in the text of the model."""

import yaml

from stackwright.domain.report import Report
from stackwright.domain.source import compose

_KINDS = {"fields": "field", "relations": "relation"}
_ENTITY, _PART = 2, 4  # words in `entities.Book` and in `entities.Book.fields.title`


def words(element: str) -> str:
    """An element as people say it: `field Book.title` for `entities.Book.fields.title`."""
    parts = element.split(".")
    if parts[0] == "entities" and len(parts) == _ENTITY:
        return f"entity {parts[1]}"
    if parts[0] == "entities" and len(parts) >= _PART and parts[2] in _KINDS:
        return f"{_KINDS[parts[2]]} {parts[1]}.{parts[3]}"
    return element


def model_lines(text: str, elements: set[str]) -> dict[str, int]:
    """Element → line in the text, counted from 1; of what is not there, that of the nearest part around it."""
    root = compose(text, Report(""))
    found = {element: _line(root, element.split(".")) for element in elements}
    return {element: line for element, line in found.items() if line}


def _line(node: yaml.Node | None, path: list[str]) -> int:
    line = 0
    for word in path:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, value in node.value:
            if key.value == word:
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return line
