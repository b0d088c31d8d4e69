"""The findings of one model file, each with its place in the text."""

from typing import NamedTuple

from stackwright.errors import Finding, Level

MAX_FINDINGS = 500


class Place(NamedTuple):
    """Where something stands, counted from 1."""

    line: int
    column: int


class Report:
    """Collects findings; remembers where each part of the model stands.

    A part is named by its path, such as `entities.Book.fields.title.min`.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._places: dict[str, Place] = {}
        self._findings: dict[tuple[Place, str], Finding] = {}

    def mark(self, where: str, place: Place) -> None:
        """Remember where a part stands; the first time counts."""
        self._places.setdefault(where, place)

    def place(self, where: str) -> Place:
        """Where a part stands, or the nearest part around it that is known."""
        while where not in self._places and "." in where:
            where = where.rpartition(".")[0]
        return self._places.get(where, Place(1, 1))

    def error(self, where: str, message: str, hint: str = "", at: Place | None = None) -> None:
        """Something that must be put right before anything is generated."""
        self._add("error", where, message, hint, at)

    def warning(self, where: str, message: str, hint: str = "", at: Place | None = None) -> None:
        """Something that works, but is probably not meant."""
        self._add("warning", where, message, hint, at)

    def _add(self, level: Level, where: str, message: str, hint: str, at: Place | None) -> None:
        place = at or self.place(where)
        if len(self._findings) < MAX_FINDINGS:
            finding = Finding(
                level=level,
                where=where or "model",
                message=message,
                hint=hint,
                file=self._file,
                line=place.line,
                column=place.column,
            )
            self._findings.setdefault((place, message), finding)

    @property
    def has_errors(self) -> bool:
        """Whether anything must be put right."""
        return any(finding.level == "error" for finding in self._findings.values())

    def findings(self) -> tuple[Finding, ...]:
        """Everything found, in the order of the text."""
        return tuple(sorted(self._findings.values(), key=lambda f: (f.line, f.column)))
