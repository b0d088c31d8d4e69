"""A small template pack and its views, so that decisions are tested without the real templates."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from stackwright.domain.entity import Entity
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.generation.config import Config
from stackwright.generation.outputs import Output, PackSource, Views
from stackwright.rendering.pack import read_pack

PACK = {
    "template.yaml": """\
name: demo
title: Demo
platform: backend
version: 1
rules:
  - {match: "**/test_*", kind: test, when: [tests]}
  - {match: "index.txt", reads: names}
  - {match: "about.txt", reads: config}
""",
    "files/{entity.module}.txt.jinja": "<% for field in entity.fields %>\n<< field.name >>\n<% endfor %>\n",
    "files/test_{entity.module}.py.jinja": "def test_<< entity.module >>() -> None: ...\n",
    "files/index.txt.jinja": "<< project.names | join(' ') >>\n",
    "files/about.txt.jinja": "<< project.title >>\n",
    "files/licence.txt": "free\n",
}


def project_facts(project: Project, config: Config) -> dict[str, Any]:
    return {"title": project.title}


def project_names(project: Project, config: Config) -> dict[str, Any]:
    return {"names": [entity.name for entity in project.entities]}


def entity_view(entity: Entity, project: Project, config: Config) -> dict[str, Any]:
    fields = [{"name": field.name, "where": field.where} for field in entity.fields]
    return {"module": entity.name.lower(), "fields": fields}


VIEWS = cast(
    "Views",
    SimpleNamespace(
        project_facts=project_facts,
        project_names=project_names,
        project_model=project_names,
        entity_view=entity_view,
    ),
)


def shop(**entities: list[str]) -> Project:
    """A project with these entities, each with these text fields."""
    return Project(
        name="shop",
        title="Shop",
        entities=tuple(
            Entity(
                name=name,
                plural=f"{name}s",
                fields=tuple(
                    Field(
                        name=field, type=FieldType.STRING, where=f"entities.{name}.fields.{field}"
                    )
                    for field in fields
                ),
            )
            for name, fields in entities.items()
        ),
    )


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    """The small pack on disk."""
    for name, text in PACK.items():
        path = tmp_path / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "pack"


class Outputs:
    """Asks the small pack for its outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, project: Project, config: Config | None = None) -> list[Output]:
        return PackSource(read_pack(self.folder), VIEWS, project, config or Config()).outputs()


@pytest.fixture
def outputs_of(pack_folder: Path) -> Outputs:
    """Outputs of the small pack for a project."""
    return Outputs(pack_folder)
