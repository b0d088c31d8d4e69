"""Where each output line comes from: origin marks in a rendered text are read and taken out."""

from stackwright.rendering.environment import SourceLines
from stackwright.rendering.marks import ELEMENT_MARKS, LINE_MARKS, MARKS, without_marks
from stackwright.value import Value

__all__ = ["Origin", "trace", "without_marks"]


class Origin(Value):
    """A run of output lines that come from one template line for one model element."""

    lines: int  # how many output lines
    template: str  # path inside the pack
    line: int  # of the template, counted from 1
    element: str = ""  # such as `entities.Book.fields.title`; empty: the file as a whole


def trace(marked: str, elements: list[str], lines: SourceLines) -> tuple[Origin, ...]:
    """The origin of every line of a marked text, neighbours of the same origin as one run."""
    runs: list[tuple[int, int, int]] = []  # count, source line, element number
    source = element = 0
    for text in marked.split("\n"):
        shown: tuple[int, int] | None = (
            None  # the state when the line's first visible character came
        )
        end = 0
        for match in MARKS.finditer(text):
            if shown is None and text[end : match.start()].strip(" "):
                shown = (source, element)
            code = ord(match.group())
            if code >= ELEMENT_MARKS:
                element = code - ELEMENT_MARKS
            else:
                source = code - LINE_MARKS
            end = match.end()
        shown = shown or (source, element)
        if runs and runs[-1][1:] == shown:
            runs[-1] = (runs[-1][0] + 1, *shown)
        else:
            runs.append((1, *shown))
    return tuple(
        Origin(
            lines=count,
            template=lines.origin[source][0],
            line=lines.origin[source][1],
            element=elements[number - 1] if number else "",
        )
        for count, source, number in runs
    )
