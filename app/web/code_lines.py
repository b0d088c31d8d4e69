"""A file as lines: highlighted, each with where it comes from."""

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from app.api.files import MAX_SHOWN_BYTES
from app.edge.aside import aside
from app.edge.parts import Parts
from app.web.code_place import Shown
from stackwright.generation.output_index import OutputFile
from stackwright.generation.preview.highlight import Line, first_lines, highlighted
from stackwright.generation.preview.model_lines import words
from stackwright.generation.preview.provenance import LineOrigin, Provenance

CAP = 2_000  # lines that are shown at once
CHUNK = 250  # lines that browsers lay out together
Row = dict[str, Any]


class Text:
    """The text of a file, as far as it is shown.

    Attributes:
        rows: Its lines, `html` each.
        left_out: Lines after the last one that are not shown.
    """

    def __init__(self, path: str, text: str, *, whole: bool) -> None:
        total = text.count("\n") + (not text.endswith("\n") and bool(text))
        shown = text if whole else first_lines(text, CAP)
        lines = highlighted(path, shown)
        self.rows: list[Row] = [
            {"number": number, "html": _html(line)} for number, line in enumerate(lines, 1)
        ]
        self.left_out = max(0, total - len(self.rows))

    def chunks(self) -> Iterator[list[Row]]:
        """The rows in groups that browsers can skip while nobody sees them."""
        for start in range(0, len(self.rows), CHUNK):
            yield self.rows[start : start + CHUNK]


async def text_of(parts: Parts, shown: Shown, file: OutputFile, *, whole: bool) -> Text | None:
    """The text of a file; None: it is binary, or larger than 2 MiB.

    Raises:
        ProjectError: The archive is damaged, or the store does not answer.
    """
    if file.binary or file.size_bytes > MAX_SHOWN_BYTES:
        return None

    def read() -> Text:
        content = parts.outputs.content(shown.run.place, file.path).decode("utf-8", "replace")
        return Text(file.path, content, whole=whole)

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
        Markup('<span class="{}">{}</span>').format(f"is-{word}", text) if word else escape(text)
        for word, text in line
    )
