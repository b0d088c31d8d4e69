"""A back end is started, talked to and stopped; what it does wrong is told exchange by exchange."""

import sys
from pathlib import Path

import pytest

from stackwright.domain.parsing import parse
from stackwright.generation.checks import Choice, Places
from stackwright.generation.quality import Outcome
from tasks.live import check_live
from tasks.workbench import Bench

pytestmark = pytest.mark.services

MODEL = """
stackwright: 1
name: desk
title: Desk
entities:
  Topic:
    fields: {title: {type: string, required: true, max_length: 40}}
  Ticket:
    optimistic_lock: true
    fields:
      subject: {type: string, required: true, max_length: 40}
      minutes: {type: integer, min: 0}
    relations: {topic: {kind: many_to_one, target: Topic, inverse: tickets, required: true}}
"""
APP = (Path(__file__).parent / "desk_app.py").read_text(encoding="utf-8")


def talk(tmp_path: Path, app: str = APP) -> dict[str, Outcome]:
    files = {
        "app/__init__.py": "",
        "app/main.py": app,
        "app/cli.py": "import os, sys\nassert sys.argv[1:] and os.environ['ADMIN_PASSWORD']\n",
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "project" / "backend" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "scratch").mkdir()
    project, _ = parse(MODEL, "desk")
    places = Places(
        scratch=str(tmp_path / "scratch"),
        cache=str(tmp_path),
        python=str(Path(sys.executable).parent),
    )
    bench = Bench(root=tmp_path, project=tmp_path / "project", places=places, model=project)
    return {outcome.id: outcome for outcome in check_live(bench, Choice())}


def test_a_back_end_that_keeps_its_word_is_ok(tmp_path: Path) -> None:
    outcomes = talk(tmp_path)
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "backend.start": "ok",
        "backend.openapi": "ok",
        "backend.talk": "ok",
    }


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('"Old version"}, 412', '"Old version"}, 200', "refuses a change of an old version"),
        ("status_code=201", "status_code=200", "creates Topic.0"),
        ("str(row.get(k)) == v", "False", "finds it by title"),
        (".pop(key, None)", ".get(key)", "does not find it afterwards"),
    ],
)
def test_a_broken_word_is_told(tmp_path: Path, right: str, wrong: str, sentence: str) -> None:
    assert right in APP
    outcome = talk(tmp_path, APP.replace(right, wrong))["backend.talk"]
    assert outcome.state == "failed"
    assert sentence in "\n".join(problem.sentence() for problem in outcome.problems)


def test_a_back_end_that_does_not_start_says_why(tmp_path: Path) -> None:
    outcomes = talk(tmp_path, "import nothing_of_that_name\n")
    (start,) = outcomes.values()
    assert start.state == "failed"
    assert "nothing_of_that_name" in "\n".join(start.lines)
    assert "ended" in start.cause
