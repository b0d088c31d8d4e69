"""Generated projects pass their own tools, unedited, and verifying them changes nothing."""

import itertools
from pathlib import Path

import pytest

from app.cli.commands import run
from flows.stories.verification import verify_locally
from stackwright.generation.checks import Choice
from stackwright.generation.config import Database, Style
from stackwright.generation.quality import QualityReport
from tests.toolchain.conftest import EVERYTHING, EXAMPLES

pytestmark = [pytest.mark.toolchain, pytest.mark.slow, pytest.mark.services]

NAMES = [path.name.partition(".")[0] for path in EXAMPLES]
SHORT = [
    ("bookshop", Style.ENTERPRISE, Database.POSTGRESQL),
    ("notes", Style.MINIMAL, Database.SQLITE),
]
ALL = list(itertools.product(NAMES, Style, Database))
OPTIONS = ["--no-tests", "--no-docs", "--no-sample-data", "--no-docker", "--no-env-configs"]


def generate(name: str, out: Path, *options: str) -> Path:
    model = next(path for path in EXAMPLES if path.name.startswith(f"{name}."))
    assert run(["generate", str(model), "--out", str(out), *options]) == 0
    return out


def told(report: QualityReport) -> str:
    return "\n".join(
        f"{outcome.id}: {outcome.cause}\n  "
        + "\n  ".join([*(problem.sentence() for problem in outcome.problems), *outcome.lines])
        for outcome in report.failures
    )


@pytest.mark.parametrize(("name", "style", "database"), ALL if EVERYTHING else SHORT)
def test_a_project_passes_its_own_tools(
    name: str, style: Style, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = generate(name, tmp_path / name, "--style", style, "--database", database)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    report = verify_locally(out, Choice(), lambda _: None)
    assert report.ok, told(report)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    for platform, figures in report.figures.items():
        assert figures.tests, platform
    capsys.readouterr()
    model = next(path for path in EXAMPLES if path.name.startswith(f"{name}."))
    assert run(["plan", str(model), "--out", str(out)]) == 0
    assert "Nothing to do." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("clinic", ["--platforms", "backend", "--database", "mysql", "--no-tests"]),
        ("bookshop", ["--platforms", "backend", *OPTIONS]),
        ("notes", ["--platforms", "frontend", *OPTIONS]),
        *([("bookshop", [option]) for option in OPTIONS] if EVERYTHING else []),
    ],
    ids=lambda given: " ".join(given)[:40] if isinstance(given, list) else given,
)
def test_a_project_with_less_in_it_is_whole_too(
    name: str, options: list[str], tmp_path: Path
) -> None:
    out = generate(name, tmp_path / name, *options)
    report = verify_locally(out, Choice(quick=True), lambda _: None)
    assert report.ok, told(report)


def test_the_smallest_project_passes_its_own_tools(tmp_path: Path) -> None:
    model = tmp_path / "one.stackwright.yaml"
    fields = "{name: {type: string, required: true}}"
    model.write_text(f"stackwright: 1\nname: one\nentities:\n  Iban:\n    fields: {fields}\n")
    out = tmp_path / "one"
    choices = ["--platforms", "backend", "--database", "sqlite", "--style", "minimal"]
    assert run(["generate", str(model), "--out", str(out), *choices]) == 0
    report = verify_locally(out, Choice(quick=True), lambda _: None)
    assert report.ok, told(report)


def test_a_project_that_is_broken_fails_with_the_place(tmp_path: Path) -> None:
    out = generate("notes", tmp_path / "notes", "--platforms", "backend", "--database", "sqlite")
    module = min((out / "backend" / "app").rglob("*.py"), key=lambda path: -path.stat().st_size)
    module.write_text(
        module.read_text(encoding="utf-8") + 'broken: int = "text"\n', encoding="utf-8"
    )
    report = verify_locally(out, Choice(quick=True), lambda _: None)
    assert not report.ok
    (types,) = (outcome for outcome in report.failures if outcome.id == "backend.types")
    assert types.problems[0].file == module.relative_to(out).as_posix()
    assert types.problems[0].line == module.read_text(encoding="utf-8").count("\n")
