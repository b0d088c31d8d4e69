"""The benchmarks measure what they say, on models that the language accepts."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import models, peers
from benchmarks.budgets import Figure
from benchmarks.process import Cost, cost, middle
from stackwright.domain.parsing import parse


@pytest.mark.parametrize("entities", [5, 20, 100])
def test_models_are_valid_and_the_same_every_time(entities: int) -> None:
    text = models.text(models.model(entities))
    assert text == models.text(models.model(entities))
    project, findings = parse(text, "bench")
    assert project, [finding.sentence() for finding in findings]
    assert len(project.entities) == entities
    assert sum(len(entity.relations) for entity in project.entities) >= entities - 1


def test_a_change_is_one_field_of_one_entity() -> None:
    before = models.model(20)
    after = models.with_one_more_field(before)
    differing = [
        name for name in before["entities"] if before["entities"][name] != after["entities"][name]
    ]
    assert len(differing) == 1
    fields = after["entities"][differing[0]]["fields"]
    assert set(fields) - set(before["entities"][differing[0]]["fields"]) == {"nickname"}
    assert parse(models.text(after), "bench")[0]


def test_a_process_is_measured_with_its_children() -> None:
    burn = "sum(i * i for i in range(4_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    idle = cost([sys.executable, "-I", "-c", "pass"])
    assert cost([sys.executable, "-c", parent]).cpu_s > idle.cpu_s + 0.05
    big = cost([sys.executable, "-I", "-c", "x = bytearray(80_000_000)"])
    assert big.peak_mib > idle.peak_mib + 50


def test_a_process_that_fails_has_no_figures() -> None:
    with pytest.raises(RuntimeError, match="went wrong"):
        cost([sys.executable, "-c", "import sys; sys.exit('it went wrong')"])


def test_the_middle_of_several_runs_counts() -> None:
    runs = [Cost(1.0, 5.0, 10.0, 0), Cost(9.0, 1.0, 30.0, 0), Cost(2.0, 2.0, 20.0, 0)]
    assert middle(runs) == Cost(2.0, 2.0, 30.0, 0)


def test_a_figure_meets_its_target_or_not() -> None:
    assert Figure("time", 2.0, "s", 2.0).ok
    assert not Figure("time", 2.1, "s", 2.0).ok
    assert Figure("speed", 500, "files/s", 500, "higher").ok
    assert not Figure("speed", 499, "files/s", 500, "higher").ok
    assert Figure("size", 9, "files").record() == {
        "value": 9,
        "unit": "files",
        "target": None,
        "ok": True,
    }


def test_the_floor_and_the_peer_write_the_same_files(tmp_path: Path) -> None:
    files = {"app/main.py": "x = {{ 1 }}\n", "docs/a b.md": "# Ünicode {% raw %}\n"}
    peers.floor(files, tmp_path)
    assert peers.tree(tmp_path / "floor") == files
    peers.copier(files, tmp_path)
    written = peers.tree(tmp_path / "copier")
    assert set(files) <= set(written)
    assert written["app/main.py"] == f"Bench nobody\n{files['app/main.py']}"
    assert os.path.lexists(tmp_path / "copier-template")
