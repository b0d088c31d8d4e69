"""Mappings, lists and scalars with everything that can be wrong with them."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

import yaml
from pydantic import JsonValue

from stackwright.domain import naming
from stackwright.domain.language import (
    LOCALE,
    MAX_LINE,
    MAX_NAME,
    MAX_PATTERN,
    MAX_TEXT,
    OTHER_WORDS,
    PASCAL,
    SECTIONS,
    SLUG,
    SNAKE,
    Keys,
    Shape,
)
from stackwright.domain.repair import BROKEN
from stackwright.domain.report import Place, Report
from stackwright.domain.source import start
from stackwright.domain.suggestion import closest, match

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAX_DIGITS = 100
_ARTICLES = {
    "entity": "An entity",
    "computed": "A computed value",
    "permissions": "A set of permissions",
}
_INNER = (Shape.ENTITIES, Shape.FIELDS, Shape.RELATIONS, Shape.CHECKS, Shape.COMPUTED)


class Entry(NamedTuple):
    """One `name: value` of a mapping."""

    name: str
    value: yaml.Node
    where: str
    place: Place  # of the name


def is_broken(node: yaml.Node) -> bool:
    """Whether the line of this value was no YAML: it has been reported, and is not looked at again."""
    return bool(node.tag == BROKEN)


def is_null(node: yaml.Node) -> bool:
    """Whether there is nothing behind the colon."""
    return isinstance(node, yaml.ScalarNode) and scalar(node) is None


def scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """The value of a scalar by the rules of YAML 1.2, where `no` and `2024-01-31` are texts."""
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return str(text)
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _MAX_DIGITS:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text) and text.strip("+-.") and any(c.isdigit() for c in text):
            number = float(text)
            return number if isfinite(number) else str(text)
    return str(text)


def entries(node: yaml.Node, where: str, report: Report, what: str) -> Iterator[Entry]:
    """The pairs of a mapping; of those with the same name, each, so that all are looked into.

    Args:
        node: A mapping, or nothing.
        where: Path of the mapping.
        report: Told of everything else, of names that are no text, and of repeated names.
        what: What one pair is: `field`, `key`.
    """
    if is_broken(node) or is_null(node):
        return
    if not isinstance(node, yaml.MappingNode):
        hint = f"Write a mapping, each {what} as `name: …` on its own line."
        report.error(where, f"Here are {what}s by name expected.", hint, at=start(node))
        return
    first: dict[str, Place] = {}
    for key, value in node.value:
        place = start(key)
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name:
            report.error(where, f"The name of a {what} must be a text.", at=place)
            continue
        if name == "<<":
            report.error(where, "Merge keys are not allowed in a model.", "Write it out.", at=place)
            continue
        path = f"{where}.{name}" if where else name
        if name in first:
            report.error(
                path,
                f"The {what} `{name}` is there twice, first on line {first[name].line}.",
                "Rename or delete one of them.",
                at=place,
            )
            path = f"{path}(2)"
        else:
            first[name] = place
        is_scalar = isinstance(value, yaml.ScalarNode) and not is_broken(value)
        nothing = is_scalar and not value.value and value.style is None
        report.mark(path, start(value) if what == "key" and is_scalar and not nothing else place)
        yield Entry(name, value, path, place)


def section(
    node: yaml.Node, keys: Keys, where: str, report: Report, what: str
) -> dict[str, Entry] | None:
    """The known keys of a section; None if it is none (which has been reported).

    Args:
        node: The section's mapping.
        keys: The keys it may have.
        where: Its path.
        report: Told of unknown, repeated and missing keys.
        what: What the section describes: `field`.
    """
    if is_broken(node):
        return None
    if is_null(node):
        return {}
    if not isinstance(node, yaml.MappingNode):
        report.error(
            where,
            f"{_article(what)} is described by keys, such as `{next(iter(keys))}`.",
            f"The keys are: {', '.join(keys)}.",
            at=start(node),
        )
        return None
    found: dict[str, Entry] = {}
    meant: dict[str, Entry] = {}
    for entry in entries(node, where, report, "key"):
        if entry.name not in keys:
            hint = _known(entry.name, keys, what)
            report.error(
                entry.where, f"{_article(what)} has no key `{entry.name}`.", hint, at=entry.place
            )
            other = OTHER_WORDS.get(entry.name.lower())
            right = other if other in keys else match(entry.name, keys)
            if right is not None and (keys[right].required or keys[right].shape in _INNER):
                meant[right] = entry._replace(
                    name=right
                )  # so that what is in it is checked, and nothing else is missing
        elif entry.name not in found:
            found[entry.name] = entry
    return {**meant, **found}


def missing(found: dict[str, Entry], keys: Keys, where: str, report: Report, what: str) -> None:
    """Report the keys that a section needs and does not have."""
    for name, key in keys.items():
        if key.required and name not in found:
            report.error(where, f"The {what} lacks `{name}`.", f"Add `{name}:`: {key.description}")


def text(node: yaml.Node, shape: Shape, where: str, report: Report) -> str | None:
    """A label, description, pattern or expression; None if it is no good text (reported)."""
    if is_broken(node):
        return None
    value = scalar(node) if isinstance(node, yaml.ScalarNode) else node
    if not isinstance(value, str):
        hint = "Put it in quotes." if isinstance(value, int | float) else ""
        report.error(where, f"Here is a text expected, not {_named(node)}.", hint, at=start(node))
        return None
    value = value.strip()
    most = {Shape.LINE: MAX_LINE, Shape.TEXT: MAX_TEXT}.get(shape, MAX_NAME)
    if where.endswith(".pattern"):
        most = MAX_PATTERN
    if len(value) > most:
        report.error(where, f"The text is longer than {most} characters.", at=start(node))
        return None
    if shape is not Shape.TEXT and len(value.splitlines()) > 1:
        report.error(where, "The text must fit on one line.", at=start(node))
        return None
    return value


def flag(node: yaml.Node, where: str, report: Report) -> bool:
    """True or false; false where it is neither (reported)."""
    if is_broken(node):
        return False
    value = scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(value, bool):
        return value
    hint = "Write true or false."
    report.error(
        where, f"Here is true or false expected, not {_named(node)}.", hint, at=start(node)
    )
    return False


def count(node: yaml.Node, where: str, report: Report) -> int | None:
    """A whole number, 0 or more; None where it is none (reported)."""
    if is_broken(node):
        return None
    value = scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    message = f"Here is a whole number from 0 to {2**31 - 1} expected, not {_named(node)}."
    report.error(where, message, at=start(node))
    return None


def items(node: yaml.Node, where: str, report: Report, what: str) -> list[yaml.Node]:
    """The parts of a list; none where it is no list (reported)."""
    if is_broken(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        message = f"Here is a list of {what} expected, not {_named(node)}."
        report.error(where, message, f"Write [{_named(node, short=True)}].", at=start(node))
        return []
    return [item for item in node.value if not is_broken(item)]


def names(node: yaml.Node, where: str, report: Report, what: str = "names") -> list[Entry]:
    """The names in a list."""
    found: list[Entry] = []
    for item in items(node, where, report, what):
        name = text(item, Shape.SNAKE, where, report)
        if name is None:
            continue
        if any(other.name == name for other in found):
            report.error(where, f"`{name}` is in the list twice.", at=start(item))
        else:
            found.append(Entry(name, item, where, start(item)))
    return found


def spelled(name: str, shape: Shape, where: str, report: Report, at: Place) -> bool:
    """Whether a new name is written as it should be; reports what is wrong."""
    pattern, right = {
        Shape.PASCAL: (PASCAL, naming.pascal),
        Shape.SLUG: (SLUG, naming.kebab),
    }.get(shape, (SNAKE, naming.snake))
    if len(name) > MAX_NAME:
        report.error(where, f"The name is longer than {MAX_NAME} characters.", at=at)
        return False
    if pattern.fullmatch(name):
        return True
    corrected = right(name)
    hint = f"Write `{corrected}`." if pattern.fullmatch(corrected) else ""
    report.error(where, f"`{name}` is not {shape.value.removeprefix('a name ')}.", hint, at=at)
    return False


def locales(node: yaml.Node, where: str, report: Report) -> tuple[str, ...] | None:
    """Languages such as `en` or `pt-BR`."""
    found = names(node, where, report, "locales")
    for entry in found:
        if not LOCALE.fullmatch(entry.name):
            hint = "Write a language such as `en` or `pt-BR`."
            report.error(where, f"`{entry.name}` is no locale.", hint, at=entry.place)
    return tuple(entry.name for entry in found if LOCALE.fullmatch(entry.name)) or None


def json_value(node: yaml.Node) -> JsonValue:
    """Whatever stands there, as JSON."""
    if isinstance(node, yaml.MappingNode):
        pairs = [(k.value, v) for k, v in node.value if isinstance(k, yaml.ScalarNode)]
        return {key: json_value(value) for key, value in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [json_value(item) for item in node.value]
    return scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _known(name: str, keys: Keys, what: str) -> str:
    """The key that may be meant."""
    if not name.replace("-", "").replace(" ", "").isidentifier():
        return "Texts with commas, colons or brackets stand in quotes."
    other = OTHER_WORDS.get(name.lower().replace("-", "_"))
    if other in keys:
        turned = " with the opposite value" if name.lower() in ("nullable", "optional") else ""
        return f"Did you mean `{other}`{turned}?"
    hint = closest(name.replace("-", "_"), keys)
    if hint:
        return hint
    place = next((kind for kind, others in SECTIONS.items() if name in others), None)
    if place is not None and place != what:
        return f"`{name}` is a key of a {place}."
    return f"The keys are: {', '.join(keys)}."


def _article(what: str) -> str:
    return _ARTICLES.get(what, f"A {what}")


def _named(node: yaml.Node, *, short: bool = False) -> str:
    """What stands there, for people."""
    if isinstance(node, yaml.MappingNode):
        return "…" if short else "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "…" if short else "a list"
    shown = node.value if len(node.value) <= 40 else f"{node.value[:39]}…"
    shown = " ".join(shown.split())
    return shown if short else (f"`{shown}`" if shown else "nothing")
