"""Where each output line comes from: origin marks in a rendered text are read and taken out."""

import re
from typing import NamedTuple

from stackwright.rendering.environment import SourceLines
from stackwright.rendering.marks import ELEMENT_MARKS, LINE_MARKS, MARKS, without_marks

__all__ = ["Origin", "trace", "without_marks"]

_TOKENS = re.compile(f"(\\n|{MARKS.pattern})")
_FIRST_ELEMENT = chr(ELEMENT_MARKS)


class Origin(NamedTuple):
    """A run of output lines that come from one template line for one model element."""

    lines: int  # how many output lines
    template: str  # path inside the pack
    line: int  # of the template, counted from 1
    element: str = ""  # such as `entities.Book.fields.title`; empty: the file as a whole


def trace(marked: str, elements: list[str], lines: SourceLines) -> tuple[Origin, ...]:
    """The origin of every line of a marked text, neighbours of the same origin as one run."""
    runs: list[tuple[int, int, int]] = []  # count, source line, element number
    source = element = 0
    shown: tuple[int, int] | None = None  # the state when the line's first visible character came
    pieces = iter(_TOKENS.split(marked + "\n"))
    for text, mark in zip(pieces, pieces, strict=False):  # nothing follows the last line break
        if shown is None and text.strip(" "):
            shown = source, element
        if mark == "\n":
            found = shown or (source, element)
            if runs and runs[-1][1:] == found:
                runs[-1] = (runs[-1][0] + 1, *found)
            else:
                runs.append((1, *found))
            shown = None
        elif mark >= _FIRST_ELEMENT:
            element = ord(mark) - ELEMENT_MARKS
        else:
            source = ord(mark) - LINE_MARKS
    return tuple(
        Origin(count, *lines.origin[source], elements[number - 1] if number else "")
        for count, source, number in runs
    )
