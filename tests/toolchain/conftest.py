"""Environments with the tools that generated projects pin, made once and kept in the user's cache."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.render import render_project
from tasks import workbench
from tasks.workbench import Bench

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.stackwright.yaml"))
EVERYTHING = os.environ.get("STACKWRIGHT_TOOLCHAIN") == "all"


def read_example(path: Path) -> Project:
    project, findings = parse(path.read_text(encoding="utf-8"), path.name)
    assert project, "\n".join(finding.sentence() for finding in findings)
    return project


def write(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A workbench with the tools of both platforms, as every generated project pins them."""
    folder = tmp_path_factory.mktemp("tools")
    write(render_project(read_example(EXAMPLES[0]), Config()), folder)
    facts = workbench.look_at(folder)
    made = workbench.set_up(folder)
    try:
        python = workbench.prepare_python(made, facts)
        node, modules = workbench.prepare_node(made, facts)
    except ProjectError as error:
        workbench.clear_away(made)
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the tools cannot be installed here: {error}")
    places = {"python": str(python), "node": str(node), "modules": str(modules)}
    yield made.model_copy(update={"places": made.places.model_copy(update=places)})
    workbench.clear_away(made)
