"""What the model editor shows of a text: what was found, the entities, the drawing."""

from collections.abc import Iterable, Sequence

from stackwright.domain.diagram import Diagram, draw
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.field import FieldType
from stackwright.domain.parsing import Reading, Sketch, read
from stackwright.errors import Finding
from stackwright.generation.plan import model_digest
from stackwright.generation.samples import impossible_rows
from stackwright.value import Value

MOST_FINDINGS = 100  # shown at once
TYPES = tuple(
    "decimal(10, 2)"
    if one is FieldType.DECIMAL
    else "list(string)"
    if one is FieldType.LIST
    else str(one)
    for one in FieldType
)
KINDS = {
    "many_to_one": "many of these have one of those",
    "one_to_many": "one of these has many of those",
    "one_to_one": "one of these has one of those",
    "many_to_many": "many of these have many of those",
}
FIRST_LINES = """\
stackwright: 1
name: {name}
entities:
"""


class Listed(Value):
    """An entity in the list beside the editor."""

    name: str
    line: int
    fields: int
    relations: int
    errors: int
    warnings: int


class Board(Value):
    """All that is shown of a text."""

    name: str  # of the model, if it says so
    findings: tuple[Finding, ...]
    errors: int
    warnings: int
    entities: tuple[Listed, ...]
    diagram: Diagram
    fingerprint: str = ""  # of a model without errors

    @property
    def is_right(self) -> bool:
        """Whether it can be saved and generated."""
        return not self.errors

    @property
    def targets(self) -> tuple[str, ...]:
        """What relations can point to."""
        return (*(one.name for one in self.entities), BUILT_IN_USER)

    @property
    def said(self) -> str:
        """How it stands, in a few words."""
        if self.errors:
            return _count(self.errors, "error")
        return f"no errors, {_count(self.warnings, 'warning')}" if self.warnings else "no errors"

    def matching(self, words: str) -> Sequence[Listed]:
        """The entities whose name holds what is looked for."""
        wanted = words.casefold().split()
        return [one for one in self.entities if all(word in one.name.casefold() for word in wanted)]


def look_at(text: str, file: str) -> Board:
    """What is shown of this text; it takes up to some hundred milliseconds."""
    reading = read(text, file, impossible_rows)
    findings = reading.findings
    return Board(
        name=reading.name,
        findings=findings,
        errors=sum(one.level == "error" for one in findings),
        warnings=sum(one.level == "warning" for one in findings),
        entities=tuple(_listed(reading)),
        diagram=draw(reading.sketches, findings),
        fingerprint=model_digest(reading.project)[:12] if reading.project else "",
    )


def _listed(reading: Reading) -> Iterable[Listed]:
    sketches: Sequence[Sketch] = sorted(reading.sketches, key=lambda one: one.line)
    ends = [*(one.line for one in sketches[1:]), 10**9]
    # without entities there is one end too many
    for sketch, end in zip(sketches, ends, strict=False):
        own = [one for one in reading.findings if sketch.line <= one.line < end]
        yield Listed(
            name=sketch.entity.name,
            line=sketch.line,
            fields=len(sketch.entity.fields),
            relations=len(sketch.entity.relations),
            errors=sum(one.level == "error" for one in own),
            warnings=sum(one.level == "warning" for one in own),
        )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
