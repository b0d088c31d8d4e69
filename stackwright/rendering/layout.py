"""Line breaking: text with layout marks becomes exactly what a formatter would have left.

Templates write marks as visible characters; loading a template translates them to private-use code
points, so that a user's own « or ¦ is never taken for a mark:

| mark  | meaning                                                                          |
|-------|----------------------------------------------------------------------------------|
| « »   | group: flat when it fits the width, else all its own breaks break, one step in    |
| ‹ ›   | the same without the step                                                         |
| ¦     | break: nothing when flat                                                          |
| ¶     | break: a space when flat                                                          |
| ¸     | a comma, only when broken                                                         |

A break directly before » returns to the group's own level. A newline inside a group breaks it.

Source: Philip Wadler, "A prettier printer"; the fitting rule (text up to the next possible break
counts) is that of Prettier's document printer.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

OPEN, CLOSE, OPEN_LEVEL, CLOSE_LEVEL, SOFT, LINE, COMMA = map(chr, range(0xE001, 0xE008))
WIDTH = 100  # columns
_OPENING, _CLOSING, _BREAKS = (OPEN, OPEN_LEVEL), (CLOSE, CLOSE_LEVEL), (SOFT, LINE)

_VISIBLE = str.maketrans("«»‹›¦¶¸", OPEN + CLOSE + OPEN_LEVEL + CLOSE_LEVEL + SOFT + LINE + COMMA)
_TOKENS = re.compile(f"([{OPEN}-{COMMA}])")
_ORIGINS = re.compile("[\U000f0000-\U0010ffff]+")  # origin marks (environment.py) take no room


def translate_marks(source: str) -> str:
    """A template's source with its visible marks replaced by the internal ones."""
    return source.translate(_VISIBLE)


def ts_args(arguments: Sequence[str]) -> str:
    """Arguments or items between brackets as Prettier lays them out."""
    return f"{OPEN}{SOFT}{f',{LINE}'.join(arguments)}{COMMA}{SOFT}{CLOSE}" if arguments else ""


def ts_names(names: Sequence[str]) -> str:
    """Names between braces (imports, destructuring) as Prettier lays them out."""
    return f"{OPEN}{LINE}{f',{LINE}'.join(names)}{COMMA}{LINE}{CLOSE}" if names else ""


def py_args(arguments: Sequence[str]) -> str:
    """Arguments between brackets as Ruff lays them out: flat, on one line of their own, or one a line."""
    if not arguments:
        return ""
    inner = f"{OPEN_LEVEL}{f',{LINE}'.join(arguments)}{COMMA}{CLOSE_LEVEL}"
    return f"{OPEN}{SOFT}{inner}{SOFT}{CLOSE}"


def lay_out(text: str, step: int = 2, width: int = WIDTH) -> str:
    """The text with every mark resolved.

    Args:
        text: Rendered text with internal marks.
        step: Spaces of one indentation step.
        width: Columns to stay within.
    """
    if OPEN not in text and OPEN_LEVEL not in text:
        return text
    printer = _Printer(step, width)
    return "\n".join([printer.line(line) for line in text.split("\n")])


class _Group(NamedTuple):
    """A group that is open: whether it is broken, the level of its breaks, the level it opened on."""

    broken: bool
    level: int
    opened_on: int


class _Printer:
    """Lays out one line after the other; only open groups reach from one to the next."""

    def __init__(self, step: int, width: int) -> None:
        self._step, self._width = step, width
        self._groups: list[_Group] = []

    def line(self, text: str) -> str:
        """One line of the text, broken into several where its groups do not fit."""
        groups = self._groups
        if not groups and OPEN not in text and OPEN_LEVEL not in text:
            return text.replace(SOFT, "").replace(LINE, " ")
        line = _Line(_TOKENS.split(text))
        indent = column = 0  # of the output line
        at_start = True  # nothing but spaces on it yet
        out: list[str] = []
        for position, piece in enumerate(line.pieces):
            if not position % 2:
                out.append(piece)
                if at_start:
                    shown = line.shown[position // 2]
                    indent += len(shown) - len(shown.lstrip(" "))
                    at_start = not shown.strip(" ")
                column += line.columns[position]
                continue
            if piece in _OPENING:
                comma = bool(groups) and groups[-1].broken
                broken = not line.fits(position, self._width - column, comma=comma)
                groups.append(_Group(broken, indent + (self._step if piece == OPEN else 0), indent))
            elif piece in _CLOSING:
                groups.pop()
            elif not (groups and groups[-1].broken):
                if piece == LINE:
                    out.append(" ")
                    column += 1
            elif piece == COMMA:
                out.append(",")
                column += 1
            else:
                group = groups[-1]
                column = indent = group.opened_on if line.closes(position) else group.level
                at_start = False
                out.append("\n" + " " * indent)
        return "".join(out)


class _Line:
    """A line in pieces: text at even positions, layout marks at odd ones."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.shown = [text if text.isascii() else _ORIGINS.sub("", text) for text in pieces[::2]]
        self.columns = [0] * len(pieces)  # of each text
        self.columns[::2] = map(_columns, self.shown)

    def closes(self, position: int) -> bool:
        """Whether the break at this position is the last thing in its group."""
        following = position + 2
        return (
            following < len(self.pieces)
            and not self.columns[position + 1]
            and self.pieces[following] == CLOSE
        )

    def fits(self, position: int, room: int, *, comma: bool) -> bool:
        """Whether the group opening here, laid flat, fits with what follows up to the next possible break.

        `comma`: the enclosing group is broken, so that the comma at its end is printed.
        """
        depth = 0
        pieces, columns = self.pieces, self.columns
        for index in range(position, len(pieces), 2):
            piece = pieces[index]
            if piece in _OPENING:
                depth += 1
            elif piece in _CLOSING:
                depth -= 1
            elif piece in _BREAKS:
                if depth <= 0:
                    return True
                room -= piece == LINE
            else:
                room -= depth <= 0 and comma
            if index + 1 < len(pieces):
                room -= columns[index + 1]
            if room < 0:
                return False
        return depth <= 0


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
