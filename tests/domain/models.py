"""Model texts for the tests of this folder, and the one way to look at what is found in them."""

from textwrap import indent

from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.errors import Finding

FILE = "shop.stackwright.yaml"


def model(entities: str, head: str = "") -> str:
    """A model with these entities, written from the left margin."""
    return f"stackwright: 1\nname: shop\n{head}entities:\n{indent(entities.strip(chr(10)), '  ')}\n"


def book(fields: str = "", rest: str = "") -> str:
    """A model with one entity Book, a title and these further fields and keys."""
    lines = ["Book:", "  fields:", "    title: {type: string, required: true}"]
    lines += [f"    {line}" for line in fields.strip().splitlines()]
    lines += [f"  {line}" for line in rest.strip("\n").splitlines()]
    return model("\n".join(lines))


def found(text: str | bytes) -> list[Finding]:
    """Everything that is found in a model."""
    return list(parse(text, FILE)[1])


def read(text: str) -> Project:
    """The project of a model without errors."""
    project, findings = parse(text, FILE)
    assert project is not None, [finding.sentence() for finding in findings]
    return project


def check(text: str | bytes, *expected: str) -> None:
    """Each finding contains the words of one expectation, `message | hint | level`, in order."""
    findings = found(text)
    shown = [finding.sentence() for finding in findings]
    assert len(findings) == len(expected), shown
    for finding, wanted in zip(findings, expected, strict=True):
        message, hint, level = [*(part.strip() for part in wanted.split("|")), "", ""][:3]
        assert message in finding.message, shown
        assert hint in finding.hint, shown
        assert finding.level == (level or "error"), shown
        assert finding.file == FILE
        assert finding.line >= 1
        assert finding.column >= 1
