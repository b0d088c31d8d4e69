"""Strings that match a regular expression, and strings that just miss it."""

import importlib
import random
import re
import string
from collections.abc import Iterator
from typing import Any

_parser: Any = importlib.import_module(
    "re._parser"
)  # the tree behind `re`; nothing public gives it
_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits
_PRINTABLE = _LETTERS + " -_.,:;/+*#@!?&%$()[]{}<>=~^'\"|\\`"
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": string.ascii_letters,
    "CATEGORY_WORD": _LETTERS + "_",
    "CATEGORY_NOT_WORD": "-.,:; /",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": _LETTERS,
}
_UNLIMITED_CODE = 0x2FFFF  # ranges above it are cut, so that a class stays a short list
_LONGEST = 4000  # characters; patterns that repeat repetitions grow no further
_ATTEMPTS = 240
_ENOUGH = (
    4_000  # characters written in all attempts; long texts of an exact length are given up sooner
)


def matching(
    pattern: str, rng: random.Random, min_length: int = 0, max_length: int | None = None
) -> str | None:
    """A text that the whole pattern matches, within these lengths; None when none was found.

    Args:
        pattern: A regular expression as Python's `re` reads it.
        rng: Seeded; the same seed gives the same text.
        min_length: Characters at least.
        max_length: Characters at most; None for no limit.
    """
    try:
        compiled = re.compile(pattern, re.ASCII)
        tree = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    longest = _LONGEST if max_length is None else max_length
    shortest_match, longest_match = tree.getwidth()
    if shortest_match > longest or longest_match < min_length:
        return None
    classes: dict[int, str] = {}
    written = 0
    for attempt in range(_ATTEMPTS):
        spread = (
            4,
            8,
            1,
            0,
            max(min_length, 4),
            max(min(longest, 64), 1),
            max(min_length, longest),
        )[attempt % 7]
        writer = _Writer(rng, spread, longest, classes)
        writer.sequence(tree)
        text = "".join(writer.out)
        written += len(text)
        if min_length <= len(text) <= longest and compiled.fullmatch(text):
            return text
        if written > _ENOUGH:
            return None
    return None


def missing(
    pattern: str, good: str, min_length: int = 0, max_length: int | None = None
) -> str | None:
    """A text within these lengths that the pattern does not match, as close to `good` as possible."""
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error:
        return None
    for candidate in _mutations(good, max(min_length, 1)):
        fits = min_length <= len(candidate) and (max_length is None or len(candidate) <= max_length)
        if (
            candidate.strip() == candidate
            and candidate
            and fits
            and not compiled.fullmatch(candidate)
        ):
            return candidate
    return None


def _mutations(good: str, length: int) -> Iterator[str]:
    for mark in "!~#é0a-":
        yield f"{good}{mark}"
        yield f"{mark}{good}"
        yield f"{good[:-1]}{mark}"
        yield f"{mark}{good[1:]}"
    yield good[:-1]
    yield good[1:]
    yield good.swapcase()
    yield f"{good[: len(good) // 2]}  {good[len(good) // 2 :] or good}"
    for mark in "!~#é0a-A ":
        yield mark * length
        yield mark * max(len(good), 1)


class _Writer:
    """Walks a parsed pattern and writes one text that probably matches it."""

    def __init__(
        self, rng: random.Random, spread: int, longest: int, classes: dict[int, str]
    ) -> None:
        self.rng = rng
        self.classes = classes  # by identity of their part of the tree, which outlives the writer
        self.spread = spread  # how far above its minimum a repetition goes
        self.longest = longest
        self.out: list[str] = []
        self.groups: dict[int, str] = {}

    def sequence(self, items: Any) -> None:
        for operation, argument in items:
            self.one(str(operation), argument)

    def one(self, operation: str, argument: Any) -> None:
        character = self.character(operation, argument)
        if character:
            self.out.append(character)
        elif operation == "BRANCH":
            self.sequence(self.rng.choice(argument[1]))
        elif operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            self.repeat(*argument)
        elif operation == "SUBPATTERN":
            start = len(self.out)
            self.sequence(argument[3])
            if argument[0] is not None:
                self.groups[argument[0]] = "".join(self.out[start:])
        elif operation == "ATOMIC_GROUP":
            self.sequence(argument)
        elif operation == "GROUPREF_EXISTS":
            group, yes, no = argument
            self.sequence(yes if group in self.groups else no or ())
        # Anchors and look-arounds write nothing; the caller checks the whole text.

    def character(self, operation: str, argument: Any) -> str:
        if operation == "LITERAL":
            return chr(argument)
        if operation == "NOT_LITERAL":
            return self.rng.choice([c for c in _LETTERS if c != chr(argument)])
        if operation == "ANY":
            return self.rng.choice(string.ascii_lowercase)
        if operation == "IN":
            if id(argument) not in self.classes:
                self.classes[id(argument)] = _members(argument)
            return self.rng.choice(self.classes[id(argument)])
        return self.groups.get(argument, "") if operation == "GROUPREF" else ""

    def repeat(self, least: int, most: Any, items: Any) -> None:
        most = min(int(most), least + self.spread, max(self.longest, least))
        for _ in range(self.rng.randint(least, most)):
            if len(self.out) > _LONGEST:
                return
            self.sequence(items)


def _members(items: Any) -> str:
    """The characters of a class `[…]`, preferring plain letters and digits."""
    negated = False
    found: list[str] = []
    for operation, argument in items:
        kind = str(operation)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            found.append(chr(argument))
        elif kind == "RANGE":
            found.extend(
                map(
                    chr,
                    range(argument[0], min(argument[1], argument[0] + 0x400, _UNLIMITED_CODE) + 1),
                )
            )
        elif kind == "CATEGORY":
            found.extend(_CLASSES.get(str(argument), _LETTERS))
    if negated:
        refused = set(found)
        return (
            "".join(c for c in _LETTERS if c not in refused)
            or "".join(c for c in _PRINTABLE if c not in refused)
            or "é"
        )
    plain = [c for c in found if c in _LETTERS]
    others = [c for c in found if c not in _LETTERS]
    return "".join(plain * 4 + others) if plain else "".join(others) or "a"
