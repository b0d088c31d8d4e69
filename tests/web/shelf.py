"""Somebody's project with runs that have published, for the pages that show what they published."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.storage import projects, runs
from app.storage.projects import ModelVersion, Project
from flows.stories.generation import generate_locally
from stackwright.access.accounts import Account
from stackwright.generation.config import Config
from stackwright.generation.request import GenerateRequest
from stackwright.runs.record import Run
from stackwright.runs.state import RunState
from tasks.artifacts import publish_output
from tests.api.world import World

MODEL = """\
stackwright: 1
name: shop
title: Shop
entities:
  Author:
    fields:
      name: {type: string, required: true, max_length: 80}
  Book:
    fields:
      title: {type: string, required: true, max_length: 200}
      pages: {type: integer, min: 1}
    relations:
      author: {kind: many_to_one, target: Author, inverse: books, required: true}
"""
HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}&amp;"
HOSTILE_NAME = "a'\"><img src=x onerror=alert(1)>#?&.md"
SCHEMA = "backend/app/schemas/book.py"


def generated(out: Path, config: Config | None = None) -> Path:
    """The shop in this folder, with files that nobody should be hurt by."""
    patch = pytest.MonkeyPatch()
    patch.setattr("tasks.history.history_file", lambda: out.parent / "history.jsonl")
    request = GenerateRequest(model=MODEL, out=str(out), config=config or Config())
    generate_locally(request, lambda _: None)
    patch.undo()
    (out / HOSTILE_NAME).write_text(f"# {HOSTILE}\n", "utf-8")
    (out / "page.html").write_text(f"<p>{HOSTILE}</p>\n<script>alert(2)</script>\n", "utf-8")
    (out / "picture.bin").write_bytes(b"\0\xff" * 40)
    (out / "empty.txt").write_bytes(b"")
    (out / "long.py").write_text(
        "".join(f"value_{n} = {n}  # line {n + 1}\n" for n in range(20_000)), "utf-8"
    )
    (out / "large.txt").write_text("0123456789" * 220_000, "utf-8")
    return out


def changed(folder: Path, out: Path) -> Path:
    """The same with one file added, one removed, one changed at its end and one at its beginning."""
    shutil.copytree(folder, out)
    (out / "notes.md").write_text("new\n", "utf-8")
    (out / "page.html").unlink()
    source = out / "long.py"
    text = source.read_text("utf-8").replace("value_9000 = 9000", "value_9000 = 'nine'")
    source.write_text(text, "utf-8")
    readme = out / "README.md"
    readme.write_text(readme.read_text("utf-8").replace("# Shop", "# The Shop", 1), "utf-8")
    return out


def many(folder: Path, files: int) -> Path:
    """A project of so many files below this folder, with a lock as if it had been generated."""
    for number in range(files):
        place = folder / f"module_{number % 50:02}" / f"part_{number // 50 % 10}"
        place.mkdir(parents=True, exist_ok=True)
        lines = (f"def function_{number}_{line}(): return {line}\n" for line in range(40))
        (place / f"file_{number:05}.py").write_text("".join(lines), "utf-8")
    return folder


class Shelf:
    """A project and its runs.

    Attributes:
        world: Where it lies.
        owner: Whose it is.
        project: The project.
    """

    def __init__(self, world: World, owner: Account, project: Project) -> None:
        self.world, self.owner, self.project = world, owner, project

    @classmethod
    async def of(cls, world: World, owner: Account, name: str = "Shop") -> "Shelf":
        """A new project with one version of its model."""
        now = world.clock()
        project = Project(
            id=uuid4(),
            owner_id=owner.id,
            name=name,
            model=0,
            config=Config(),
            config_revision=1,
            runs=0,
            made_at=now,
            changed_at=now,
        )
        version = ModelVersion(
            number=1, file="shop.yaml", title="Shop", entities=2, digest="0" * 32, made_at=now
        )
        async with world.parts.storage.session() as session:
            await projects.add(session, project)
            project = await projects.add_model(session, project, version, MODEL)
        return cls(world, owner, project)

    async def run(self, folder: Path | None = None, **given: Any) -> str:
        """A run that has published this folder; none: it is still on its way, unless more is given."""
        now = self.world.clock()
        self.world.clock.passes(minutes=3)
        run = Run(
            id=uuid4(),
            project_id=self.project.id,
            owner_id=self.owner.id,
            number=0,
            title=self.project.name,
            model=1,
            config=Config(),
            verify=False,
            state=RunState.DONE if folder else RunState.RUNNING,
            made_at=now,
            started_at=now,
            ended_at=now if folder else None,
            published=folder is not None,
        ).model_copy(update=given)
        async with self.world.parts.storage.session() as session:
            run = await runs.add(session, run)
        if folder:
            publish_output(folder, run.place)
        return str(run.id)


@contextmanager
def store_at(folder: Path) -> Iterator[None]:
    """Publish into this folder, and read from it, until the end."""
    before = os.environ.get("STACKWRIGHT_ARTIFACTS")
    os.environ["STACKWRIGHT_ARTIFACTS"] = str(folder)
    yield
    if before is None:
        del os.environ["STACKWRIGHT_ARTIFACTS"]
    else:
        os.environ["STACKWRIGHT_ARTIFACTS"] = before
