"""The language as a whole: its schema, its reference, its examples, and what a model costs."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # no stubs locked

from stackwright.domain.expression.functions import FUNCTIONS
from stackwright.domain.field import FieldType
from stackwright.domain.language import RELATION_KINDS, SECTIONS, json_schema
from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, RelationKind
from tests.domain.models import book, model
from tests.domain.paths import EXAMPLES, REFERENCE, ROOT


class CoreLoader(yaml.SafeLoader):
    """As editors read YAML 1.2: a date is a text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False)$"), list("tfTF")
)
VALIDATOR = Draft202012Validator(json_schema())


def load(text: str) -> Any:
    """A model as an editor reads it."""
    return yaml.load(text, Loader=CoreLoader)


def projects() -> list[Project]:
    """Every example, checked."""
    found = []
    for path in EXAMPLES:
        project, findings = parse(path.read_bytes(), path.name)
        assert project is not None, [finding.sentence() for finding in findings]
        assert not findings, [finding.sentence() for finding in findings]
        found.append(project)
    return found


def keys_used(node: Any, section: str) -> Iterator[tuple[str, str]]:
    """The (section, key) pairs that a loaded model uses."""
    inner = {
        "entities": "entity", "fields": "field", "attributes": "field", "relations": "relation",
        "checks": "check", "computed": "computed",
    }  # fmt: skip
    for key, value in (node or {}).items():
        yield section, key
        if key == "permissions":
            yield from keys_used(value, "permissions")
        elif key in inner:
            for one in (value or {}).values():
                yield from keys_used(one if isinstance(one, dict) else {"type": one}, inner[key])


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json_schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_the_schema_and_the_parser_accept_every_example(path: Any) -> None:
    assert list(VALIDATOR.iter_errors(load(path.read_text(encoding="utf-8")))) == []
    project, findings = parse(path.read_bytes(), path.name)
    assert project is not None
    assert findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nentities: {}\n",
        "stackwright: 2\nname: x\nentities: {Book: {}}\n",
        "stackwright: 1\nname: My Shop\nentities: {Book: {}}\n",
        "stackwright: 1\nname: x\nentities: {}\n",
        model("book: {}"),
        model("Book: {colour: red}"),
        model("Book: {primary_key: uid}"),
        model("Book: {indexes: [a]}"),
        model("Book: {permissions: {read: public}}"),
        model("Book: {soft_delete: maybe}"),
        book("Big: integer"),
        book("price: mony"),
        book("price: decimal"),
        book("tags: list(list)"),
        book("price: {type: integer, requierd: true}"),
        book("price: {min: 3}"),
        book("price: {type: string, max_length: many}"),
        book("price: {type: enum, values: []}"),
        book("", "relations: {a: {kind: many_to_one}}"),
        book("", "relations: {a: {kind: belongs_to, target: Book}}"),
        book("", "relations: {a: {kind: many_to_one, target: Book, on_delete: never}}"),
        book("", "checks: {a: {expression: x}}"),
        book("", "computed: {a: {expression: x}}"),
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(text: str) -> None:
    assert list(VALIDATOR.iter_errors(load(text)))
    assert parse(text, "x")[0] is None


def test_every_key_has_a_description_in_the_schema() -> None:
    sections = {**json_schema()["$defs"], "project": json_schema()}
    for name, keys in SECTIONS.items():
        section = sections[name]["oneOf"][1] if name == "field" else sections[name]
        assert list(section["properties"]) == list(keys)
        assert all(described["description"] for described in section["properties"].values())


def test_the_examples_use_the_whole_language() -> None:
    loaded = [load(path.read_text(encoding="utf-8")) for path in EXAMPLES]
    used = set(chain.from_iterable(keys_used(one, "project") for one in loaded))
    assert {(section, key) for section, keys in SECTIONS.items() for key in keys} - used == set()
    written = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES)
    assert [kind for kind in RELATION_KINDS if f"kind: {kind}" not in written] == []

    entities = [entity for project in projects() for entity in project.entities]
    relations = [relation for entity in entities for relation in entity.relations]
    attributes = [field for relation in relations for field in relation.attributes]
    fields = [field for entity in entities for field in entity.fields] + attributes
    assert set(FieldType) == {field.type for field in fields}
    assert {relation.kind for relation in relations} == set(RelationKind)
    assert {relation.on_delete for relation in relations} == set(OnDelete)
    assert any(relation.target == "User" for relation in relations)
    assert {relation.kind for relation in relations if relation.is_self} >= {
        RelationKind.MANY_TO_ONE,
        RelationKind.MANY_TO_MANY,
    }
    assert {entity.primary_key.kind for entity in entities} == {
        "uuid",
        "integer",
        "string",
        "fields",
    }
    assert {len(entity.primary_key.parts) for entity in entities} >= {1, 2, 3}
    assert {field.default for field in fields if isinstance(field.default, str)} >= {"now", "uuid"}
    assert {field.items for field in fields if field.items} >= {FieldType.STRING, FieldType.ENUM}
    assert any(not check.expression.is_deterministic for e in entities for check in e.checks)
    assert len(EXAMPLES) >= 4


def test_the_dump_of_a_project_is_stable_and_complete() -> None:
    for path in EXAMPLES:
        one = parse(path.read_bytes(), path.name)[0]
        two = parse(path.read_bytes(), path.name)[0]
        assert one is not None
        assert two is not None
        dump = one.model_dump(mode="json")
        for entity in two.entities:  # what has been computed meanwhile does not show
            for check in entity.checks:
                assert check.expression.names
        assert json.dumps(two.model_dump(mode="json")) == json.dumps(dump)
        again = Project.model_validate(json.loads(json.dumps(dump)))
        assert again == one


def test_the_reference_explains_every_word() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    for section, keys in SECTIONS.items():
        for key in keys:
            assert f"`{key}`" in text, f"{section}.{key} is not documented"
    for type_ in FieldType:
        assert f"`{type_}" in text, f"the type {type_} is not documented"
    for function in FUNCTIONS:
        assert f"`{function}(" in text, f"the function {function} is not documented"
    for word in (
        *RELATION_KINDS,
        *OnDelete,
        "uuid",
        "integer",
        "string",
        "public",
        "user",
        "admin",
    ):
        assert f"`{word}`" in text, f"{word} is not documented"


def test_the_models_of_the_reference_are_correct() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    whole = [block for block in blocks if block.startswith("stackwright:")]
    assert whole
    for block in whole:
        project, findings = parse(block, "docs/language.md")
        assert project is not None, [finding.sentence() for finding in findings]


def test_reading_a_model_needs_little_time_and_no_large_library() -> None:
    code = (
        "import sys, time\n"
        "from stackwright.domain.parsing import parse\n"
        "for path in sys.argv[1:]:\n"
        "    assert parse(open(path, 'rb').read(), path)[0]\n"
        "print(time.process_time())\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    command = [sys.executable, "-c", code, *map(str, EXAMPLES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, modules = done.stdout.splitlines()
    assert float(seconds) < 1.5  # 0.35 on the machine of the budget; loose, for slower ones
    loaded = set(modules.split())
    assert not loaded & {
        "prefect",
        "fastapi",
        "jinja2",
        "sqlalchemy",
        "jsonschema",
        "asyncio",
        "difflib",
    }
