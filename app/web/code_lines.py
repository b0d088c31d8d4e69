"""A file as lines: highlighted, each with where it comes from."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from markupsafe import Markup, escape

from app.api.files import MAX_SHOWN_BYTES
from app.edge.aside import aside
from app.edge.parts import Parts
from app.web.code_place import Shown
from stackwright.generation.output_index import OutputFile
from stackwright.generation.preview.highlight import Line, highlighted
from stackwright.generation.preview.model_lines import words
from stackwright.generation.preview.provenance import LineOrigin, Provenance

CAP = 2_000  # lines that are shown at once
ABOVE = 1_000  # of them, above the one that is asked for
LEAD = 500  # lines before the first shown one that are read, to know what it stands in
CHUNK = 250  # lines that browsers lay out together
Row = dict[str, Any]


class Text:
    """The text of a file, as far as it is shown.

    Attributes:
        rows: Its lines, `html` each.
        total: How many lines it has.
        first: The first one that is shown.
        last: The last one.
    """

    def __init__(self, path: str, text: str, first: int | None = None) -> None:
        """Read it.

        Args:
            path: Decides the language.
            text: As it lies in the file.
            first: The first of `CAP` lines that are shown; None: all lines are.
        """
        lines = text.split("\n")
        self.total = len(lines) - (not lines[-1])
        self.first = 1 if first is None else max(1, min(first, self.total - CAP + 1))
        self.last = self.total if first is None else min(self.total, self.first + CAP - 1)
        lead = min(LEAD, self.first - 1)
        read = text
        if self.last - self.first + 1 < self.total:
            read = "\n".join(lines[self.first - 1 - lead : self.last])
        shown = islice(highlighted(path, read), lead, None)
        self.rows: list[Row] = [
            {"number": number, "html": _html(line)} for number, line in enumerate(shown, self.first)
        ]

    @property
    def is_part(self) -> bool:
        """Whether there are lines that are not shown."""
        return self.last - self.first + 1 < self.total

    @property
    def before(self) -> int:
        """The first of the lines that come before these; 0: there are none."""
        return max(1, self.first - CAP) if self.first > 1 else 0

    @property
    def after(self) -> int:
        """The first of the lines that come after these; 0: there are none."""
        return self.last + 1 if self.last < self.total else 0

    def chunks(self) -> Iterator[list[Row]]:
        """The rows in groups that browsers can skip while nobody sees them."""
        for start in range(0, len(self.rows), CHUNK):
            yield self.rows[start : start + CHUNK]


def first_of(lines: str, line: int) -> int | None:
    """The first line to show; None: all are shown.

    Args:
        lines: What the address says: `all`, the first line, or nothing.
        line: The line that has to be among them.
    """
    if lines == "all":
        return None
    return int(lines) if lines else around(line)


def around(line: int) -> int:
    """Where to begin so that this line is seen with many others around it."""
    return line - ABOVE if line > CAP else 1


async def text_of(
    parts: Parts, shown: Shown, file: OutputFile, first: int | None = None
) -> Text | None:
    """The text of a file from this line on, or all of it; None: it is binary, or larger than 2 MiB.

    Raises:
        ProjectError: The archive is damaged, or the store does not answer.
    """
    if file.binary or file.size_bytes > MAX_SHOWN_BYTES:
        return None

    def read() -> Text:
        content = parts.outputs.content(shown.run.place, file.path).decode("utf-8", "replace")
        return Text(file.path, content, first)

    return await aside(read)


def origin_by_line(known: Provenance) -> dict[int, LineOrigin]:
    """Line → where it comes from."""
    return {
        number: origin
        for origin in known.origins
        for number in range(origin.first, origin.first + origin.lines)
    }


def told(origin: LineOrigin) -> str:
    """Where a line comes from, in words."""
    element = f", {words(origin.element)}" if origin.element else ""
    return f"From {origin.template}, line {origin.line}{element}"


def add_origins(shown: Shown, text: Text, origins: Mapping[int, LineOrigin], path: str) -> None:
    """Give each row the way to where it comes from."""
    for row in text.rows:
        if origin := origins.get(row["number"]):
            href = shown.url(path=path, view="provenance", line=row["number"])
            row["origin"] = {"href": f"{href}#L{row['number']}", "label": told(origin)}


def _html(line: Line) -> Markup:
    """A line with its pieces marked by classes; everything in it is escaped."""
    return Markup("").join(
        _begin(word) + escape(text) + _END if word else escape(text) for word, text in line
    )


_END = Markup("</span>")


@cache  # there are few words, and many pieces
def _begin(word: str) -> Markup:
    return Markup('<span class="is-{}">').format(word)
