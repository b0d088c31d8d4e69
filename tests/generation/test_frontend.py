"""The front end's views and files: what each style and option adds, and text that nothing breaks out of."""

import json
from typing import Any

import pytest

from stackwright.domain.entity import Check, Entity, Permissions, PrimaryKey
from stackwright.domain.expression import Expression
from stackwright.domain.field import EnumValue, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation import frontend
from stackwright.generation.config import Config, Platform, Style
from stackwright.generation.outputs import TEMPLATES, PackSource
from stackwright.rendering.layout import WIDTH
from stackwright.rendering.pack import read_pack

HOSTILE = 'A "quoted" \\ */ `name` <b>\n${x} {{ y }} <% z %> 漢字'
AUTHOR = Entity(
    name="Author",
    plural="Authors",
    display="name",
    fields=(Field(name="name", type=FieldType.STRING, required=True, searchable=True),),
)
GENRE = Entity(
    name="Genre",
    plural="Genres",
    display="name",
    primary_key=PrimaryKey(kind="integer"),
    fields=(Field(name="name", type=FieldType.STRING, required=True),),
)
BOOK = Entity(
    name="Book",
    plural="Books",
    label=HOSTILE,
    description=HOSTILE,
    display="title",
    audit=True,
    optimistic_lock=True,
    permissions=Permissions(read=("public",), create=("clerk",), delete=()),
    fields=(
        Field(name="title", type=FieldType.STRING, required=True, max_length=20, label=HOSTILE),
        Field(name="price", type=FieldType.DECIMAL, precision=8, scale=2, min="0", required=True),
        Field(name="pages", type=FieldType.INTEGER, min=1, max=9),
        Field(name="code", type=FieldType.STRING, pattern='[A-Z]"\\d', immutable=True),
        Field(
            name="status",
            type=FieldType.ENUM,
            values=(EnumValue(name="draft", label=HOSTILE), EnumValue(name="sold", label="Sold")),
            default="draft",
            required=True,
        ),
        Field(name="secret", type=FieldType.STRING, sensitive=True),
        Field(name="opened", type=FieldType.DATE, default="now"),
        Field(name="tags", type=FieldType.LIST, items=FieldType.STRING),
    ),
    relations=(
        Relation(
            name="author",
            kind=RelationKind.MANY_TO_ONE,
            owner="Book",
            target="Author",
            inverse="books",
            required=True,
        ),
        Relation(
            name="genres",
            kind=RelationKind.MANY_TO_MANY,
            owner="Book",
            target="Genre",
            inverse="works",
            attributes=(Field(name="position", type=FieldType.INTEGER, required=True, min=1),),
        ),
        Relation(name="seller", kind=RelationKind.MANY_TO_ONE, owner="Book", target="User"),
    ),
    checks=(Check(name="short", expression=Expression(text="pages < 8"), message=HOSTILE),),
)
SHOP = Project(name="shop", title=HOSTILE, description=HOSTILE, entities=(AUTHOR, GENRE, BOOK))
PACK = read_pack(TEMPLATES / "frontend")


def files(project: Project = SHOP, **options: Any) -> dict[str, str]:
    config = Config(platforms=(Platform.FRONTEND,), **options)
    source = PackSource(PACK, frontend, project, config)
    return {
        output.path.removeprefix("frontend/"): output.render()[0].decode(errors="replace")
        for output in source.outputs()
    }


def view(entity: Entity = BOOK, project: Project = SHOP, **options: Any) -> dict[str, Any]:
    return frontend.entity_view(entity, project, Config(**options))


def test_minimal_has_one_module_an_entity_and_no_features() -> None:
    paths = set(files(style=Style.MINIMAL))
    assert "src/entities/book.tsx" in paths
    assert "src/entity/pages.tsx" in paths
    assert not [path for path in paths if path.startswith(("src/features/", "src/platform/"))]


def test_standard_has_a_folder_an_entity() -> None:
    paths = set(files(style=Style.STANDARD))
    assert {
        f"src/features/book/{name}"
        for name in ("schema.ts", "fields.ts", "form.tsx", "list-page.tsx", "book.test.ts")
    } <= paths
    assert not [path for path in paths if path.startswith(("src/entities/", "src/platform/"))]


def test_enterprise_has_layers_behind_an_index_and_rules_that_keep_them() -> None:
    found = files(style=Style.ENTERPRISE)
    assert {
        "src/features/book/index.ts",
        "src/features/book/api/keys.ts",
        "src/features/book/model/schema.ts",
        "src/features/book/tests/book.test.tsx",
        "src/platform/error-report.ts",
    } <= set(found)
    assert "src/features/book/schema.ts" not in found
    assert "no-restricted-imports" in found["eslint.config.js"]
    assert "no-restricted-imports" not in files(style=Style.STANDARD)["eslint.config.js"]


@pytest.mark.parametrize("style", list(Style))
def test_without_tests_there_is_no_test(style: Style) -> None:
    paths = files(style=style, tests=False)
    assert not [path for path in paths if "test" in path or "e2e" in path or "samples" in path]


def test_the_image_is_there_only_when_asked_for() -> None:
    image = {"Dockerfile", "nginx.conf", ".dockerignore"}
    assert image <= set(files())
    assert not image & set(files(docker=False))


def test_the_lock_names_no_registry() -> None:
    lock = json.loads(files()["package-lock.json"])
    assert not [entry for entry in lock["packages"].values() if "resolved" in entry]


def test_only_the_locales_of_the_project_are_translated() -> None:
    project = SHOP.model_copy(update={"locales": ("fr", "it")})
    paths = set(files(project))
    assert {"src/i18n/locales/en.json", "src/i18n/locales/fr.json"} <= paths
    assert "src/i18n/locales/de.json" not in paths
    assert set(json.loads(files(project)["src/features/book/labels.json"])) == {"fr", "it"}


def test_all_translations_have_the_same_texts() -> None:
    folder = TEMPLATES / "frontend/files/frontend/src/i18n/locales"
    keys = {
        path.name: {
            (group, key)
            for group, texts in json.loads(path.read_text("utf-8")).items()
            for key in texts
        }
        for path in folder.glob("*.json")
    }
    assert len(keys) == 4
    assert all(found == keys["en.json"] for found in keys.values())


def test_a_rule_says_what_the_model_says() -> None:
    rules = {field["key"]: field["rule"] for field in view()["fields"]}
    schema = files()["src/features/book/schema.ts"]
    assert "title: rules.text({ required: true, maxLength: 20 })," in schema
    assert 'price: rules.decimal({ required: true, precision: 8, scale: 2, min: "0" }),' in schema
    assert "pages: rules.integer({ min: 1, max: 9 })," in schema
    assert "tags: rules.list({ item: rules.text({ required: true }) })," in schema
    assert "author_id: rules.reference<string>()({ required: true })," in schema
    assert rules["seller_id"] == "rules.reference<string>()()"
    assert rules["genres"].startswith("rules.references<number>()(")


@pytest.mark.parametrize(
    ("examples", "rule"),
    [
        (("AT", "DE"), 'code: rules.text({ pattern: "[A-Z]{2}", example: "AT" }),'),
        ((), 'code: rules.text({ pattern: "[A-Z]{2}" }),'),
    ],
)
def test_a_pattern_is_explained_by_the_first_example(examples: tuple[str, ...], rule: str) -> None:
    code = Field(name="code", type=FieldType.STRING, pattern="[A-Z]{2}", examples=examples)
    project = Project(
        name="p", title="P", entities=(Entity(name="Country", plural="Countries", fields=(code,)),)
    )
    assert rule in files(project)["src/features/country/schema.ts"]


def test_both_sides_of_a_many_to_many_relation_have_it_with_its_attributes() -> None:
    genre = files()["src/features/genre/fields.ts"]
    assert 'works: {\n    kind: "references",\n    attributes: { position:' in genre


@pytest.mark.parametrize(
    ("display", "search"),
    [("name", 'search: "q"'), ("motto", 'search: "motto__contains"'), ("age", None)],
)
def test_a_picker_searches_what_it_shows(display: str, search: str | None) -> None:
    author = Entity(
        name="Author",
        plural="Authors",
        display=display,
        fields=(
            Field(name="name", type=FieldType.STRING, searchable=True),
            Field(name="motto", type=FieldType.STRING),
            Field(name="age", type=FieldType.INTEGER),
        ),
    )
    project = Project(name="shop", title="Shop", entities=(author, GENRE, BOOK))
    fields = files(project)["src/features/book/fields.ts"]
    target = fields.partition("author: {")[2].partition("hasPages")[0]
    assert f'display: "{display}"' in target
    assert search in target if search else "search:" not in target


def test_an_incoming_relation_is_shown_where_it_has_a_name() -> None:
    assert [relation["name"] for relation in view(AUTHOR)["related"]] == ["books"]
    assert view(GENRE)["related"] == []


def test_secrets_are_entered_but_never_shown() -> None:
    book = view()
    assert "secret" in {field["key"] for field in book["fields"]}
    assert "secret" not in {line["name"] for line in book["lines"]}
    assert '"secret"' not in book["columns"]
    assert all("secret" not in row for row in json.loads(book["samples"])["rows"])


def test_samples_keep_the_rules_and_break_them_where_they_should() -> None:
    samples = json.loads(view()["samples"])
    assert len(samples["rows"]) == 3
    assert all(len(row["title"]) <= 20 for row in samples["rows"])
    assert samples["entry"]["author_id"] in {row["id"] for row in samples["targets"]["/authors"]}
    assert samples["required"] == ["title", "price", "author_id"]
    broken = {(case["field"], case["value"]) for case in samples["invalid"]}
    assert {("pages", "0"), ("pages", "10"), ("price", "-0.01"), ("title", "x" * 21)} <= broken


def test_a_check_becomes_a_condition_of_the_form() -> None:
    schema = files()["src/features/book/schema.ts"]
    assert 'fields: ["pages"],' in schema
    assert "values.pages < 8," in schema


def test_a_text_key_and_the_fields_of_a_natural_key_cannot_change() -> None:
    coded = Entity(
        name="Coin",
        plural="Coins",
        primary_key=PrimaryKey(kind="fields", parts=("iso",)),
        fields=(Field(name="iso", type=FieldType.STRING, required=True),),
    )
    named = Entity(name="Mint", plural="Mints", primary_key=PrimaryKey(kind="string"))
    project = Project(name="p", title="P", entities=(coded, named))
    found = files(project)
    assert (
        'iso: { kind: "text", required: true, immutable: true },'
        in (found["src/features/coin/fields.ts"])
    )
    assert (
        'id: { kind: "text", required: true, immutable: true },'
        in (found["src/features/mint/fields.ts"])
    )


@pytest.mark.parametrize("style", list(Style))
def test_hostile_text_stays_text(style: Style) -> None:
    found = files(style=style)
    texts = json.loads(
        found["src/features/book/labels.json" if style is not Style.MINIMAL else _LABELS]
    )
    assert texts["en"]["singular"] == HOSTILE
    assert texts["en"]["fields"]["title"] == HOSTILE
    assert json.loads(found["src/app/navigation.json"])["title"] == HOSTILE
    assert "<b>" not in found["index.html"]
    for path, text in found.items():
        if path.endswith((".ts", ".tsx")) and "book" in path:
            comments = [line for line in text.splitlines() if line.startswith("/**")]
            assert all(line.count("*/") == 1 for line in comments), path


_LABELS = "src/entities/book.labels.json"


@pytest.mark.parametrize("length", [1, 2, 13, 47, 60])
@pytest.mark.parametrize("style", list(Style))
def test_lines_stay_within_the_width_for_names_of_any_length(style: Style, length: int) -> None:
    name = "N" + "x" * (length - 1)
    field = name.lower()
    entity = Entity(
        name=name,
        plural=f"{name}s"[:60],
        fields=(Field(name=field, type=FieldType.STRING, required=True, max_length=200),),
        relations=(
            Relation(name="next_one", kind=RelationKind.MANY_TO_ONE, owner=name, target=name),
        ),
    )
    project = Project(name="p", title="P", entities=(entity,))
    for path, text in files(project, style=style).items():
        if path.endswith((".ts", ".tsx")) and path.startswith(("src/features/", "src/entities/")):
            long = [
                line
                for line in text.splitlines()
                if len(line) > WIDTH
                and not line.lstrip().startswith(("import ", "export *", "/**"))
            ]
            assert not long, path


def test_the_same_model_gives_the_same_files() -> None:
    assert files() == files()
