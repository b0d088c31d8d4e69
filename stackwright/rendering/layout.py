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

OPEN, CLOSE, OPEN_LEVEL, CLOSE_LEVEL, SOFT, LINE, COMMA = map(chr, range(0xE001, 0xE008))
WIDTH = 100  # columns
_OPENING, _CLOSING, _BREAKS = (OPEN, OPEN_LEVEL), (CLOSE, CLOSE_LEVEL), (SOFT, LINE)

_VISIBLE = str.maketrans("«»‹›¦¶¸", OPEN + CLOSE + OPEN_LEVEL + CLOSE_LEVEL + SOFT + LINE + COMMA)
_TOKENS = re.compile(f"([{OPEN}-{COMMA}\n])")
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
    printer = _Printer(_TOKENS.split(text), step, width)
    for position, piece in enumerate(printer.pieces):
        if piece:
            printer.put(position, piece)
    return "".join(printer.out)


class _Printer:
    """Puts out one piece after the other and remembers where on the line it is."""

    def __init__(self, pieces: Sequence[str], step: int, width: int) -> None:
        self.pieces, self.out = pieces, list[str]()
        self._step, self._width = step, width
        self._column = self._indent = 0  # of the current output line
        self._at_start = True  # nothing but white space on the line yet
        self._groups: list[
            tuple[bool, int, int]
        ] = []  # broken, level of its breaks, level it opened on

    def put(self, position: int, piece: str) -> None:
        """Put out the piece at this position."""
        if piece == "\n":
            self.out.append(piece)
            self._column, self._indent, self._at_start = 0, 0, True
        elif piece in _OPENING:
            comma = bool(self._groups) and self._groups[-1][0]
            broken = not _fits(self.pieces, position, self._width - self._column, comma=comma)
            level = self._indent + (self._step if piece == OPEN else 0)
            self._groups.append((broken, level, self._indent))
        elif piece in _CLOSING:
            self._groups.pop()
        elif piece in _BREAKS:
            self._break(position, piece)
        elif piece == COMMA:
            if self._groups[-1][0]:
                self._append(",")
        else:
            self._text(piece)

    def _break(self, position: int, piece: str) -> None:
        broken, level, opened_on = self._groups[-1] if self._groups else (False, 0, 0)
        if not broken:
            self._append(" " if piece == LINE else "")
            return
        if _closes(self.pieces, position):
            level = opened_on
        self.out.append("\n" + " " * level)
        self._column = self._indent = level
        self._at_start = False

    def _text(self, piece: str) -> None:
        shown = _shown(piece)
        if self._at_start:
            stripped = shown.lstrip(" ")
            self._indent += len(shown) - len(stripped)
            self._at_start = not stripped
        self.out.append(piece)
        self._column += _columns(shown)

    def _append(self, text: str) -> None:
        self.out.append(text)
        self._column += len(text)


def _closes(pieces: Sequence[str], position: int) -> bool:
    """Whether the break at this position is the last thing in its group."""
    for piece in pieces[position + 1 :]:
        if piece and _shown(piece):
            return piece == CLOSE
    return False


def _fits(pieces: Sequence[str], position: int, room: int, *, comma: bool = False) -> bool:
    """Whether the group opening here, laid flat, fits with what follows up to the next possible break.

    `comma`: the enclosing group is broken, so that the comma at its end is printed.
    """
    depth = 0
    for index in range(position, len(pieces)):
        piece = pieces[index]
        if not piece:
            continue
        if piece in _OPENING:
            depth += 1
        elif piece in _CLOSING:
            depth -= 1
        elif piece == "\n":
            return depth <= 0
        elif piece in _BREAKS:
            if depth <= 0:
                return True
            room -= piece == LINE
        elif piece == COMMA:
            room -= depth <= 0 and comma
        else:
            room -= _columns(_shown(piece))
        if room < 0:
            return False
    return True


def _shown(text: str) -> str:
    return text if text.isascii() else _ORIGINS.sub("", text)


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
