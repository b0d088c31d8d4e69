"""Finding files by their names and lines by what they say."""

import re
from collections.abc import Iterable, Sequence

from pydantic import Field

from stackwright.generation.output_index import OutputFile, OutputIndex
from stackwright.value import Value

LIMIT = 200  # hits that are shown
A_FILE = 5  # of them in one file
BEFORE, AFTER = 40, 120  # characters around a hit


class Hit(Value):
    """A line that says it, cut to a window around the first place."""

    path: str
    line: int = Field(description="Counted from 1.")
    before: str
    match: str
    after: str


class Found(Value):
    """The lines that were found."""

    hits: tuple[Hit, ...]
    further: int = Field(description="Lines that say it, too, and are not among the hits.")
    files: int = Field(description="Files with such lines.")


class FoundNames(Value):
    """The files that were found."""

    files: tuple[OutputFile, ...]
    further: int


def find_names(index: OutputIndex, words: str, limit: int = LIMIT) -> FoundNames:
    """The files whose path has all of these words, those with all of them in the name first."""
    wanted = words.lower().split()
    found = [file for file in index.files if _has_all(file.path.lower(), wanted)]
    found.sort(key=lambda file: (not _has_all(_name(file.path), wanted), file.path))
    return FoundNames(files=tuple(found[:limit]), further=max(0, len(found) - limit))


def find_text(pairs: Iterable[tuple[str, str]], text: str, limit: int = LIMIT) -> Found:
    """The lines that say this, capitals or not, in the order of the files.

    Args:
        pairs: Path and content of each file.
        text: What to look for, literally; nothing is found for an empty one.
        limit: How many hits at most; `A_FILE` of them in one file.
    """
    small = text.lower()
    pattern = re.compile(re.escape(text), re.IGNORECASE)
    hits: list[Hit] = []
    lines_found = files = 0
    for path, content in pairs if small else ():
        if small not in content.lower():
            continue
        files += 1
        shown = 0
        for number, line in enumerate(content.split("\n"), 1):
            if small not in line.lower():
                continue
            lines_found += 1
            if shown < A_FILE and len(hits) < limit:
                shown += 1
                hits.append(_hit(path, number, line.rstrip("\r"), pattern))
    return Found(hits=tuple(hits), further=lines_found - len(hits), files=files)


def _hit(path: str, number: int, line: str, pattern: re.Pattern[str]) -> Hit:
    place = pattern.search(line)  # a few letters change their length with their case
    start, end = place.span() if place else (0, 0)
    before, after = line[:start], line[end:]
    if len(before) > BEFORE:
        before = f"…{before[-BEFORE:]}"
    if len(after) > AFTER:
        after = f"{after[:AFTER]}…"
    match = line[start:end]
    if len(match) > AFTER:
        match = f"{match[:AFTER]}…"
    return Hit(path=path, line=number, before=before, match=match, after=after)


def _has_all(text: str, words: Sequence[str]) -> bool:
    return bool(words) and all(word in text for word in words)


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()
