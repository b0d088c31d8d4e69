"""`stackwright verify` on the terminal."""

import json
from pathlib import Path

import pytest

from app.cli.commands import run
from app.cli.verify import show_quality
from stackwright.generation.config import Platform
from stackwright.generation.quality import Figures, Outcome, Problem, QualityReport


def report() -> QualityReport:
    backend = {"platform": Platform.BACKEND, "proves": "It is right."}
    figures = Figures(tests=40, coverage_percent=93.21, bundle_bytes=2000, bundle_gzip_bytes=900)
    outcomes = [
        {"id": "a", "title": "Tests", "state": "ok", "seconds": 2.0, "figures": figures, **backend},
        {"id": "b", "title": "Server", "state": "skipped", "cause": "No server.", **backend},
        {
            "id": "c",
            "title": "Types",
            "state": "failed",
            "cause": "14 problems.",
            "problems": [Problem(file="backend/a.py", line=3, message="list[int] is wrong")],
            "further": 13,
            "hint": "Mend it.",
            **backend,
        },
    ]
    measured = Figures(
        files=3, lines=90, complexity_mean=1.5, complexity_max=4, complexity_where="a.py:1 f"
    )
    return QualityReport(
        project="shop",
        ok=False,
        seconds=61.0,
        outcomes=tuple(Outcome.model_validate(one) for one in outcomes),
        figures={Platform.BACKEND: measured.merged(figures)},
    )


def test_the_terminal_shows_each_check_each_failure_and_the_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_quality(report())
    shown = capsys.readouterr().out
    for words in (
        "40 tests, 93 % of lines, 1 kB gzipped",
        "skipped",
        "No server.",
        "backend/a.py:3: list[int] is wrong",
        "… and 13 more",
        "hint: Mend it.",
        "3 files, 90 lines, 40 tests, 93.2 % covered",
        "worst 4: a.py:1 f",
        "1 failed shop in 61 s",
    ):
        assert words in shown


def test_a_folder_without_a_project_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(tmp_path), "--json"]) == 2
    assert "no generated project" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_an_unknown_platform_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", ".", "--only", "mobile"]) == 2
    assert "there are backend, frontend" in capsys.readouterr().err
