"""Pieces of TypeScript and JSON as Prettier lays them out."""

import json
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from stackwright.rendering.layout import CLOSE, LINE, OPEN, WIDTH, ts_args, ts_names
from stackwright.rendering.text import ts_str


def ts_object(properties: Sequence[str]) -> str:
    """An object literal: on one line when it fits."""
    return f"{{{ts_names(properties)}}}"


def ts_list(items: Iterable[str]) -> str:
    """An array literal: on one line when it fits."""
    return f"[{ts_args(list(items))}]"


def strings(texts: Iterable[str]) -> str:
    """An array of string literals."""
    return ts_list(ts_str(text) for text in texts)


def text_property(name: str, text: str) -> str:
    """A property whose string may stand on a line of its own."""
    return f"{name}:{OPEN}{LINE}{ts_str(text)}{CLOSE}"


def ts_value(value: JsonValue) -> str:
    """A literal for a JSON value."""
    if isinstance(value, str):
        return ts_str(value)
    if isinstance(value, list):
        return ts_list(ts_value(item) for item in value)
    if isinstance(value, dict):
        return ts_object([f"{name}: {ts_value(item)}" for name, item in value.items()])
    return json.dumps(value)


def json_text(value: JsonValue, indent: int = 0, before: int = 0) -> str:
    """A JSON document: objects one property a line, arrays of scalars on one line when they fit.

    Args:
        value: What to write.
        indent: Columns before the line on which the value starts.
        before: Columns taken on that line, the comma behind included.
    """
    pad = " " * (indent + 2)
    if isinstance(value, dict) and value:
        entries = []
        for name, item in value.items():
            key = f"{pad}{_scalar(name)}: "
            entries.append(key + json_text(item, indent + 2, len(key) + 1))
        return "{\n" + ",\n".join(entries) + f"\n{' ' * indent}}}"
    if isinstance(value, list) and value:
        if not any(isinstance(item, dict | list) for item in value):
            flat = f"[{', '.join(_scalar(item) for item in value)}]"
            if before + len(flat) <= WIDTH:
                return flat
        items = [pad + json_text(item, indent + 2, len(pad) + 1) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{' ' * indent}]"
    return _scalar(value)


def _scalar(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
