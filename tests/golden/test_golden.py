"""What is generated from one small model, so that every change of output is seen in review.

`make golden` rewrites the expected files. One style is kept in full, as one text a platform; of the
others the paths with a digest are kept.
"""

import hashlib
from pathlib import Path

import pytest

from stackwright.domain.parsing import parse
from stackwright.generation.config import Config, Database, Style
from stackwright.generation.render import render_project

HERE = Path(__file__).parent
MODEL = HERE / "desk.stackwright.yaml"
IN_FULL = Style.STANDARD


def generated(style: Style, database: Database) -> dict[str, str]:
    project, findings = parse(MODEL.read_text(encoding="utf-8"), MODEL.name)
    assert project, [finding.sentence() for finding in findings]
    config = Config(style=style, database=database)
    files = render_project(project, config)
    return {path: content.decode(errors="replace") for path, content in sorted(files.items())}


def check(name: str, text: str, *, rewrite: bool) -> None:
    """Compare with the expected text; with `--golden` make it the expected text."""
    file = HERE / "expected" / name
    if rewrite:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return
    expected = file.read_text(encoding="utf-8")
    differing = [
        f"line {number}: {want!r} became {got!r}"
        for number, (want, got) in enumerate(
            zip(expected.splitlines(), text.splitlines(), strict=False), start=1
        )
        if want != got
    ]
    assert text == expected, f"{name} differs; `make golden` shows the change:\n" + "\n".join(
        differing[:10]
    )


@pytest.fixture
def rewrite(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--golden"))


@pytest.mark.parametrize(
    "folder", ["backend", "frontend", ""], ids=["backend", "frontend", "project"]
)
def test_output_is_as_expected(folder: str, *, rewrite: bool) -> None:
    parts = ("backend/", "frontend/")
    own = {
        path: text
        for path, text in generated(IN_FULL, Database.POSTGRESQL).items()
        if (path.startswith(f"{folder}/") if folder else not path.startswith(parts))
    }
    assert own
    text = "".join(f"==== {path}\n{content}" for path, content in own.items())
    check(f"{folder or 'project'}.txt", text, rewrite=rewrite)


@pytest.mark.parametrize("style", [style for style in Style if style is not IN_FULL])
@pytest.mark.parametrize("database", Database)
def test_output_of_other_choices_is_as_expected(
    style: Style, database: Database, *, rewrite: bool
) -> None:
    lines = (
        f"{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}  {path}\n"
        for path, text in generated(style, database).items()
    )
    check(f"{style}-{database}.txt", "".join(lines), rewrite=rewrite)
