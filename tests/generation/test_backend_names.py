"""Names in the generated back end: whatever a model calls its entities and fields, no two are the same."""

import ast
from collections.abc import Iterator

import pytest

from stackwright.generation.config import Config, Database, Platform, Style
from stackwright.generation.render import render_project
from tests.domain.models import model, read

LIBRARY = """
Reader: {fields: {name: {type: string, required: true}}}
Key:
  fields: {name: string}
  relations:
    reader: {kind: many_to_one, target: Reader, inverse: keys}
    editor: {kind: many_to_one, target: Editor}
    creator: {kind: many_to_one, target: Creator}
Editor: {optimistic_lock: true, fields: {name: string}}
Creator: {fields: {name: string}}
"""


def files(entities: str, style: Style, **options: object) -> dict[str, str]:
    """The Python modules of a back end for these entities."""
    given = {"platforms": (Platform.BACKEND,), "database": Database.SQLITE, "tests": False}
    config = Config.model_validate({**given, "style": style, **options})
    found = render_project(read(model(entities)), config)
    return {path: text.decode() for path, text in found.items() if path.endswith(".py")}


def bound(module: ast.Module) -> Iterator[str]:
    """Every name that a module gives to something, those for type checkers among them."""
    for node in module.body:
        for inner in node.body if isinstance(node, ast.If) else [node]:
            if isinstance(inner, ast.Import | ast.ImportFrom):
                yield from (alias.asname or alias.name for alias in inner.names)
            elif isinstance(inner, ast.ClassDef | ast.FunctionDef):
                yield inner.name
            elif isinstance(inner, ast.Assign):
                yield from (name.id for name in inner.targets if isinstance(name, ast.Name))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("entities", [LIBRARY], ids=["routes"])
def test_no_module_gives_two_things_the_same_name(entities: str, style: Style) -> None:
    for path, text in files(entities, style).items():
        names = sorted(bound(ast.parse(text)))
        assert names == sorted(set(names)), path
