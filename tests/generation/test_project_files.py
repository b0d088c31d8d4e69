"""The files around the code: what each option adds, no secrets, and text that nothing breaks out of."""

import re
from typing import Any

import pytest
import yaml

from stackwright.domain.entity import Entity, Permissions
from stackwright.domain.field import EnumValue, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation import project as project_views
from stackwright.generation.config import Config
from stackwright.generation.outputs import TEMPLATES, PackSource
from stackwright.generation.project.diagram import diagram
from stackwright.generation.project.markdown import code, columns, table
from stackwright.rendering.pack import read_pack

HOSTILE = 'A "quoted" \\ | `name` <b>\n# no heading {{ x }} <% y %> 漢字'
AUTHOR = Entity(
    name="Author",
    plural="Authors",
    fields=(Field(name="name", type=FieldType.STRING, required=True, unique=True),),
)
BOOK = Entity(
    name="Book",
    plural="Books",
    label="Book",
    plural_label=HOSTILE,
    description=HOSTILE,
    permissions=Permissions(read=("public",), delete=()),
    fields=(
        Field(name="title", type=FieldType.STRING, required=True, description=HOSTILE),
        Field(name="code", type=FieldType.STRING, pattern="[A-Z]|`x`"),
        Field(
            name="status",
            type=FieldType.ENUM,
            values=(EnumValue(name="draft", label="Draft"),),
            default="draft",
        ),
        Field(name="password", type=FieldType.STRING, sensitive=True),
    ),
    relations=(
        Relation(name="author", kind=RelationKind.MANY_TO_ONE, owner="Book", target="Author"),
        Relation(name="seller", kind=RelationKind.MANY_TO_ONE, owner="Book", target="User"),
    ),
)
SHOP = Project(name="shop", title=HOSTILE, description=HOSTILE, entities=(AUTHOR, BOOK))
PACK = read_pack(TEMPLATES / "project")


def files(**options: Any) -> dict[str, str]:
    source = PackSource(PACK, project_views, SHOP, Config(**options))
    return {output.path: output.render()[0].decode() for output in source.outputs()}


def test_every_option_adds_its_files_and_no_others() -> None:
    everything = set(files())
    assert {
        "README.md",
        "compose.yaml",
        ".env.example",
        "docs/entities/books.md",
        "config/staging.env",
    } <= everything
    assert everything - set(files(docs=False)) == {p for p in everything if p.startswith("docs/")}
    assert everything - set(files(docker=False)) == {"compose.yaml"}
    assert everything - set(files(env_configs=False)) == {
        f"config/{name}.env" for name in ("development", "staging", "production")
    }


@pytest.mark.parametrize("database", ["postgresql", "mysql", "sqlite"])
@pytest.mark.parametrize("platforms", [("backend",), ("frontend",), ("backend", "frontend")])
def test_compose_file_is_hardened_and_has_no_secret(
    database: str, platforms: tuple[str, ...]
) -> None:
    text = files(database=database, platforms=platforms)["compose.yaml"]
    compose = yaml.safe_load(text)
    assert set(compose["services"]) >= set(platforms)
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in service or name == "migrate"
        assert not any("0.0.0.0" in port for port in service.get("ports", []))
        for key, value in (service.get("environment") or {}).items():
            if "PASSWORD" in key or "SECRET" in key:
                assert str(value).startswith("${") or key == "MYSQL_RANDOM_ROOT_PASSWORD"
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    assert needed <= set(
        re.findall(
            r"(?m)^([A-Z_]+)=$", files(database=database, platforms=platforms)[".env.example"]
        )
    )


def test_a_project_with_one_part_speaks_of_that_part_only() -> None:
    backend = files(platforms=("backend",))
    frontend = files(platforms=("frontend",))
    assert "npm" not in backend["Makefile"] + backend["README.md"]
    assert "alembic" not in frontend["Makefile"] + frontend["README.md"]
    assert "docs/api.md" in backend
    assert "docs/api.md" not in frontend


def test_every_link_between_documents_leads_somewhere() -> None:
    for options in ({}, {"platforms": ("backend",)}, {"platforms": ("frontend",)}):
        made = files(**options)
        for path, text in made.items():
            if not path.endswith(".md"):
                continue
            for target in re.findall(r"\]\(([^)#:]+)\)", text):
                parts = [*path.split("/")[:-1], *target.split("/")]
                while ".." in parts:
                    at = parts.index("..")
                    del parts[at - 1 : at + 1]
                whole = "/".join(parts)
                known = (
                    whole in made
                    or whole in ("backend", "frontend")
                    or any(other.startswith(f"{whole}/") for other in made)
                )
                assert known, (path, target)


def test_hostile_text_stays_text() -> None:
    made = files()
    for path in ("README.md", "docs/data-model.md", "docs/entities/books.md"):
        assert "\n# no heading" not in made[path]
        assert "<b>" not in made[path]
    assert made["docs/entities/books.md"].startswith("# A ")


def test_no_file_holds_a_secret() -> None:
    assert all(
        line.endswith("=") or "=" not in line or "ENVIRONMENT" in line or line.startswith("#")
        for line in files()[".env.example"].splitlines()
    )
    assert "password" not in files()["docs/entities/books.md"].split("```json")[1].split("```")[
        0
    ].replace('"password": "…"', "")


def test_entity_page_shows_rules_relations_and_an_example() -> None:
    text = files()["docs/entities/books.md"]
    assert re.search(r"\| `title` +\| string +\| yes", text)
    assert "one of `draft`, default `draft`" in text
    assert "never returned" in text
    assert re.search(r"\| `author` +\| many to one +\| Author", text)
    assert re.search(r"\| delete +\| `admin`", text)
    assert '"author_id": "' in text


def test_diagram_names_every_entity_and_relation() -> None:
    lines = diagram(SHOP).splitlines()
    assert '  "Author" |o--o{ "Book" : author' in lines
    assert '  "User" {' in lines
    assert "    string name UK" in lines


def test_table_columns_line_up_for_wide_characters() -> None:
    lines = table(("Name", "漢字"), [("a", "b"), ("long name", "c")]).splitlines()
    assert len({columns(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a|b", "`a\\|b`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("", "")],
)
def test_code_spans_show_any_text(text: str, expected: str) -> None:
    assert code(text) == expected
