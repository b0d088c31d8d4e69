"""The back end's data and files: names that fit, keys that point, code that compiles, no secrets."""

import ast
import re
from datetime import timedelta
from graphlib import TopologicalSorter

import pytest

from stackwright.domain.entity import Entity, PrimaryKey
from stackwright.domain.field import Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation.backend import names
from stackwright.generation.backend.code import assignment, declaration
from stackwright.generation.backend.columns import foreign_key, key_tree
from stackwright.generation.backend.constraints import indexes, uniques
from stackwright.generation.backend.defaults import literal
from stackwright.generation.backend.imports import import_lines
from stackwright.generation.backend.migration import ordered, revision_id
from stackwright.generation.config import Config, Database, Platform, Style
from stackwright.generation.render import render_project


def _relation(owner: str, name: str, target: str, **more: object) -> Relation:
    kind = more.pop("kind", RelationKind.MANY_TO_ONE)
    return Relation.model_validate(
        {"owner": owner, "name": name, "target": target, "kind": kind, **more}
    )


def _text(name: str, **more: object) -> Field:
    return Field.model_validate({"name": name, "type": FieldType.STRING, **more})


COUNTRY = Entity(
    name="Country",
    plural="Countries",
    primary_key=PrimaryKey(kind="fields", parts=("code",)),
    fields=(_text("code", required=True),),
)
SHOP = Entity(
    name="Shop",
    plural="Shops",
    primary_key=PrimaryKey(kind="fields", parts=("country", "number")),
    fields=(Field(name="number", type=FieldType.INTEGER, required=True),),
    relations=(_relation("Shop", "country", "Country", required=True),),
)
CLERK = Entity(
    name="Clerk",
    plural="Clerks",
    soft_delete=True,
    optimistic_lock=True,
    audit=True,
    fields=(_text("name", required=True, unique=True), _text("types"), _text("relationship")),
    relations=(
        _relation("Clerk", "shop", "Shop"),
        _relation("Clerk", "boss", "Clerk", inverse="team"),
        _relation("Clerk", "languages", "Country", kind=RelationKind.MANY_TO_MANY),
    ),
)
PROJECT = Project(name="shops", title="Shops", entities=(CLERK, SHOP, COUNTRY))


def _files(style: Style, database: Database = Database.SQLITE) -> dict[str, bytes]:
    config = Config(platforms=(Platform.BACKEND,), style=style, database=database, tests=False)
    return render_project(PROJECT, config)


def test_a_key_of_a_key_becomes_one_column_for_each_part() -> None:
    columns = [key.column for key in foreign_key(CLERK.relations[0], PROJECT)]
    assert columns == ["shop_country_code", "shop_number"]


def test_the_tree_of_a_key_keeps_the_parts_of_another_key_together() -> None:
    assert key_tree(SHOP, PROJECT) == (("country_code",), "number")


def test_tables_come_after_those_they_point_to() -> None:
    assert [entity.name for entity in ordered(PROJECT)] == ["Country", "Shop", "Clerk"]


def test_the_first_revision_has_the_same_id_every_time() -> None:
    assert revision_id(PROJECT) == revision_id(PROJECT.model_copy(update={"title": "Other"}))
    assert revision_id(PROJECT) != revision_id(PROJECT.model_copy(update={"name": "other"}))


def test_every_foreign_key_is_indexed_once() -> None:
    found = [columns for _, columns in indexes(CLERK, PROJECT)]
    assert ("shop_country_code", "shop_number") in found
    assert ("boss_id",) in found
    assert len(found) == len(set(found))


def test_unique_fields_become_unique_constraints() -> None:
    assert uniques(CLERK, PROJECT) == [("uq_clerks_name", ("name",))]


@pytest.mark.parametrize("length", [1, 59, 60, 61, 200])
def test_names_fit_into_every_database(length: int) -> None:
    name = "a" * length
    assert len(names.short(name)) <= 60
    assert (names.short(name) == name) is (length <= 60)


def test_names_that_differ_late_stay_different_when_shortened() -> None:
    assert names.short("a" * 80 + "b") != names.short("a" * 80 + "c")


def test_imports_are_sorted_by_section_and_kind() -> None:
    wanted = {"app.core": ["values"], "uuid": ["uuid4", "UUID"], "sqlalchemy.orm": ["Mapped"]}
    assert import_lines(wanted, ["sqlalchemy as sa"]) == [
        "from uuid import UUID, uuid4",
        "",
        "import sqlalchemy as sa",
        "from sqlalchemy.orm import Mapped",
        "",
        "from app.core import values",
    ]


def test_members_of_classes_break_where_the_formatter_breaks_them() -> None:
    long = "a" * 60
    assert assignment("a", "Mapped[str]", "f", ["x"]) == "a: Mapped[str] = f(x)"
    broken = assignment(long, "Mapped[str]", "mapped_column", ["sa.String(255)"])
    assert broken == f"{long}: Mapped[str] = mapped_column(\n        sa.String(255)\n    )"
    assert declaration(long, "B" * 40) == f"{long}: (\n        {'B' * 40}\n    )"


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("database", list(Database))
def test_every_style_is_python_that_compiles(style: Style, database: Database) -> None:
    files = _files(style, database)
    modules = [path for path in files if path.endswith(".py")]
    assert len(modules) > 20
    for path in modules:
        ast.parse(files[path], path)


def test_styles_differ_in_their_structure() -> None:
    assert "backend/app/entities/clerk.py" in _files(Style.MINIMAL)
    assert "backend/app/models/clerk.py" in _files(Style.STANDARD)
    assert "backend/app/modules/clerk/service.py" in _files(Style.ENTERPRISE)


def test_a_member_never_hides_what_the_class_still_needs() -> None:
    model = _files(Style.STANDARD)["backend/app/models/clerk.py"].decode()
    assert "relationship as relationship_" in model
    assert "boss: Mapped[" in model
    assert "= relationship_(" in model


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(days=14, seconds=24967), "timedelta(days=14, seconds=24967)"),
        (timedelta(days=200), "timedelta(days=200)"),
        (timedelta(milliseconds=-1500), "timedelta(seconds=-1, microseconds=-500000)"),
        (timedelta(), "timedelta()"),
    ],
)
def test_a_length_of_time_keeps_every_digit(length: timedelta, expected: str) -> None:
    assert literal(length, set()) == expected
    assert eval(expected, {"timedelta": timedelta}) == length


def test_no_generated_file_holds_a_secret() -> None:
    for path, content in _files(Style.ENTERPRISE).items():
        found = re.search(rb"(?i)(secret_key|password) *= *\"[^\"\n]+\"", content)
        assert found is None, path


def test_one_changed_entity_leaves_the_files_of_others_alone() -> None:
    fields = (*COUNTRY.fields, _text("anthem"))
    changed = PROJECT.model_copy(
        update={"entities": (CLERK, SHOP, COUNTRY.model_copy(update={"fields": fields}))}
    )
    config = Config(
        platforms=(Platform.BACKEND,), style=Style.STANDARD, tests=False, sample_data=False
    )
    before, after = render_project(PROJECT, config), render_project(changed, config)
    touched = {path for path in after if before.get(path) != after[path]}
    backend = {path for path in touched if path.startswith("backend/app/")}
    assert backend == {
        "backend/app/models/country.py",
        "backend/app/resources/country.py",
        "backend/app/schemas/country.py",
    }


@pytest.mark.parametrize("style", Style)
def test_entities_that_link_to_each_other_do_not_import_in_a_circle(style: Style) -> None:
    def entity(name: str, target: str) -> Entity:
        grade = Field.model_validate(
            {"name": "grade", "type": FieldType.ENUM, "values": [{"name": "low", "label": "Low"}]}
        )
        relation = _relation(
            name,
            "members",
            target,
            kind=RelationKind.MANY_TO_MANY,
            inverse=f"of_{name.lower()}",
            attributes=(grade,),
        )
        return Entity(name=name, plural=f"{name}s", fields=(_text("name"),), relations=(relation,))

    circle = (entity("Student", "Course"), entity("Course", "Tutor"), entity("Tutor", "Student"))
    project = Project(name="school", title="School", entities=circle)
    config = Config(
        platforms=(Platform.BACKEND,), style=style, database=Database.SQLITE, tests=False
    )
    texts = {
        path.removeprefix("backend/").removesuffix(".py").replace("/", "."): text
        for path, text in render_project(project, config).items()
        if path.startswith("backend/app/") and path.endswith(".py")
    }
    order = TopologicalSorter({name: _imported(text, set(texts)) for name, text in texts.items()})
    assert len(list(order.static_order())) == len(texts)


def _imported(text: bytes, modules: set[str]) -> set[str]:
    """The modules of the project that a file imports at run time, when it is loaded."""
    return {
        name
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom) and node.module
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        if name in modules
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Note", 'CATALOG = (Entry("note", NOTES, NoteCreate),)'),
        (
            "Extraordinarylongnotice",
            'CATALOG = (\n    Entry("extraordinarylongnotice", EXTRAORDINARYLONGNOTICES, '
            "ExtraordinarylongnoticeCreate),\n)",
        ),
    ],
)
def test_a_single_entity_stands_on_the_line_of_its_catalog_where_it_fits(
    name: str, expected: str
) -> None:
    entity = Entity(name=name, plural=f"{name}s", fields=(_text("title"),))
    project = Project(name="notes", title="Notes", entities=(entity,))
    files = render_project(project, Config(platforms=(Platform.BACKEND,), tests=False))
    assert files["backend/app/catalog.py"].decode().endswith(f"\n{expected}\n")


@pytest.mark.parametrize(("tests", "expected"), [(True, '["app", "tests"]'), (False, '["app"]')])
def test_mypy_is_only_told_of_packages_that_are_there(tests: bool, expected: str) -> None:
    files = render_project(PROJECT, Config(platforms=(Platform.BACKEND,), tests=tests))
    assert f"\npackages = {expected}\n" in files["backend/pyproject.toml"].decode()


def test_conditions_may_be_printed_as_they_were_written() -> None:
    assert b'"PLR1714",' in _files(Style.MINIMAL)["backend/pyproject.toml"]
