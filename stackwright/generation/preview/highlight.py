"""What each piece of a line of code is, so that pages can colour it."""

import re
from collections.abc import Iterable, Iterator

from pygments.lexers import find_lexer_class_for_filename
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String

MAX_LINE = 5_000  # characters; longer lines are data, which lexers need too long for
TEMPLATE = ".jinja"

Piece = tuple[str, str]  # what it is, a word or nothing; its text
Line = tuple[Piece, ...]

_TAGS = re.compile(r"<%.*?%>|<<.*?>>|<#.*?#>", re.DOTALL)
# The first that fits decides; what is not listed here is plain.
_KINDS = (
    (Comment.Preproc, "mark"),
    (Comment.PreprocFile, "mark"),
    (Comment, "comment"),
    (String.Doc, "comment"),
    (String, "string"),
    (Number, "number"),
    (Literal, "number"),
    (Keyword.Constant, "number"),
    (Keyword.Type, "type"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Function, "name"),
    (Name.Class, "type"),
    (Name.Exception, "type"),
    (Name.Decorator, "mark"),
    (Name.Tag, "keyword"),
    (Name.Attribute, "name"),
    (Name.Entity, "number"),
    (Generic.Heading, "keyword"),
    (Generic.Subheading, "keyword"),
    (Generic.Strong, "keyword"),
    (Generic.Emph, "name"),
    (Generic.Inserted, "string"),
    (Generic.Deleted, "mark"),
)


def highlighted(path: str, text: str) -> list[Line]:
    """The lines of a text, each in pieces, without their line breaks.

    Args:
        path: Decides the language; of a template, its own marks are told from what it writes.
        text: As it lies in the file. Lines end with a line feed.
    """
    if path.endswith(TEMPLATE):
        return _lines(_template(text))
    found = find_lexer_class_for_filename(path.rpartition("/")[2])
    if found is None or any(len(line) > MAX_LINE for line in text.split("\n")):
        return _lines([("", text)])
    known: dict[object, str] = {}
    pieces: list[Piece] = []
    for _, token, value in found().get_tokens_unprocessed(text):
        if token not in known:
            known[token] = next((word for kind, word in _KINDS if token in kind), "")
        pieces.append((known[token], value))
    return _lines(pieces)


def _template(text: str) -> Iterator[Piece]:
    at = 0
    for tag in _TAGS.finditer(text):
        yield "", text[at : tag.start()]
        yield "comment" if tag[0].startswith("<#") else "mark", tag[0]
        at = tag.end()
    yield "", text[at:]


def _lines(pieces: Iterable[Piece]) -> list[Line]:
    """The pieces cut at line breaks; neighbours of one kind become one piece."""
    lines: list[Line] = []
    line: list[Piece] = []
    for word, value in pieces:
        first, *others = value.split("\n")
        _add(line, word, first)
        for part in others:
            lines.append(tuple(line))
            line = []
            _add(line, word, part)
    if line:
        lines.append(tuple(line))
    return lines


def _add(line: list[Piece], word: str, text: str) -> None:
    text = text.removesuffix("\r")
    if not text:
        return
    if line and line[-1][0] == word:
        text = line.pop()[1] + text
    line.append((word, text))
