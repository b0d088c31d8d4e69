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
    tokens = _TOKENS.split(text)
    out: list[str] = []
    column = indent = 0  # of the current output line
    at_start = True  # nothing but white space on the line yet
    groups: list[tuple[bool, int]] = []  # broken, indentation of its breaks
    base: list[int] = []  # indentation of the line on which each group opened
    for position, token in enumerate(tokens):
        if not token:
            continue
        if token == "\n":
            out.append(token)
            column, indent, at_start = 0, 0, True
        elif token in (OPEN, OPEN_LEVEL):
            broken = not _fits(tokens, position, width - column)
            groups.append((broken, indent + (step if token == OPEN else 0)))
            base.append(indent)
        elif token in (CLOSE, CLOSE_LEVEL):
            groups.pop()
            base.pop()
        elif token in (SOFT, LINE):
            broken, level = groups[-1] if groups else (False, 0)
            if broken:
                if _closes(tokens, position):
                    level = base[-1]
                while out and out[-1].endswith(" ") and not out[-1].strip(" "):
                    out.pop()
                out.append("\n" + " " * level)
                column = indent = level
                at_start = False
            elif token == LINE:
                out.append(" ")
                column += 1
        elif token == COMMA:
            if groups and groups[-1][0]:
                out.append(",")
                column += 1
        else:
            out.append(token)
            shown = _shown(token)
            if at_start:
                stripped = shown.lstrip(" ")
                indent += len(shown) - len(stripped)
                at_start = not stripped
            column += _columns(shown)
    return "".join(out)


def _closes(tokens: Sequence[str], position: int) -> bool:
    """Whether the break at this position is the last thing in its group."""
    for token in tokens[position + 1 :]:
        if token and _shown(token):
            return token == CLOSE
    return False


def _fits(tokens: Sequence[str], position: int, room: int) -> bool:
    """Whether the group opening here, laid flat, fits with what follows up to the next possible break."""
    depth = 0
    for index in range(position, len(tokens)):
        token = tokens[index]
        if not token:
            continue
        if token in (OPEN, OPEN_LEVEL):
            depth += 1
        elif token in (CLOSE, CLOSE_LEVEL):
            depth -= 1
        elif token == "\n":
            return depth <= 0
        elif token in (SOFT, LINE):
            if depth <= 0:
                return True
            room -= token == LINE
        elif token != COMMA:
            room -= _columns(_shown(token))
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
