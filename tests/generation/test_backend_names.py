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

PIZZA = """
Pizza:
  fields:
    name: {type: string, max_length: 30}
    base: {type: enum, values: [thin, thick], default: thin}
    base_choice: {type: enum, values: [own, none]}
    topping: {type: list(enum), values: [ham, corn], default: [ham]}
    patch: {type: enum, values: [one, two]}
    parts_link: {type: enum, values: [one, two]}
    parts_grade: {type: enum, values: [one, two]}
    parts_note: string
    size_label: {type: enum, values: [one, two]}
  relations:
    parts:
      kind: many_to_many
      target: PizzaTopping
      inverse: pizzas
      attributes:
        grade: {type: enum, values: [low, high]}
        write: {type: enum, values: [low, high]}
        note: string
PizzaTopping:
  fields: {topping: {type: string, max_length: 9}}
  relations: {order: {kind: many_to_one, target: Order}}
ToppingField: {fields: {topping: string}}
Order:
  primary_key: [status, number]
  fields:
    number: {type: integer, required: true}
    status: {type: enum, values: [open, paid], required: true}
OrderStatus: {fields: {name: string}}
"""

ROOMS = """
Room: {fields: {name: {type: string, max_length: 9}}, relations: {types: {kind: many_to_many, target: Kind}}}
Sofa:
  fields: {types: integer}
  relations:
    parts: {kind: many_to_many, target: Kind, attributes: {types: {type: text, min_length: 3}}}
Shop:
  fields: {sa: text, mapped_column: integer}
  relations:
    parts:
      kind: many_to_many
      target: Kind
      attributes: {sa: text, types: integer, relationship: text, mapped_column: integer}
Kind: {fields: {name: string}}
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
@pytest.mark.parametrize("entities", [LIBRARY, PIZZA], ids=["routes", "enums"])
def test_no_module_gives_two_things_the_same_name(entities: str, style: Style) -> None:
    for path, text in files(entities, style).items():
        names = sorted(bound(ast.parse(text)))
        assert names == sorted(set(names)), path


def test_only_enums_that_would_hide_another_class_get_a_longer_name() -> None:
    found = files(PIZZA, Style.MINIMAL)
    classes = [
        node.name
        for path in ("choices", "entities/pizza", "entities/order")
        for node in ast.parse(found[f"backend/app/{path}.py"]).body
        if isinstance(node, ast.ClassDef) and ast.unparse(node.bases[0]) == "StrEnum"
    ]
    assert (
        classes
        == """
    PizzaPartsGradeChoice PizzaPartsWriteChoice
    PizzaBaseChoiceChoice PizzaBaseChoice PizzaToppingChoice PizzaPatchChoice PizzaPartsLinkChoice
    PizzaPartsGrade PizzaSizeLabel
    OrderStatusChoice
    """.split()
    )


def test_names_are_listed_with_capital_letters_first_and_numbers_by_their_value() -> None:
    entities = "\n".join(
        f"{name}: {{fields: {{title: string}}}}"
        for name in ("Shipment", "ShipType", "Ship", "Ship10", "Ship2", "Ship02", "DVD")
    )
    found = files(entities, Style.STANDARD)["backend/app/models/__init__.py"]
    listed = [line.strip(' ",') for line in found.partition("__all__ = [")[2].splitlines()[1:-1]]
    assert listed == "DVD File Ship Ship02 Ship2 Ship10 ShipType Shipment User".split()
    imported = [line.split()[-1] for line in found.splitlines() if line.startswith("from app.mod")]
    assert imported == "DVD Ship Ship02 Ship2 Ship10 ShipType Shipment".split()


@pytest.mark.parametrize("name", ["room", "sofa", "shop"])
def test_tables_import_what_they_use_under_names_that_no_member_hides(name: str) -> None:
    module = ast.parse(files(ROOMS, Style.STANDARD)[f"backend/app/models/{name}.py"])
    read_names = (
        node for node in ast.walk(module) if isinstance(getattr(node, "ctx", None), ast.Load)
    )
    used = {node.id for node in read_names if isinstance(node, ast.Name)}
    assert {one for one in bound(module) if one.islower()} <= used
    for table in module.body:
        if isinstance(table, ast.ClassDef):
            members = {
                ast.unparse(one.target) for one in table.body if isinstance(one, ast.AnnAssign)
            }
            called = {ast.unparse(one.func) for one in ast.walk(table) if isinstance(one, ast.Call)}
            assert not members & {one.partition(".")[0] for one in called}


@pytest.mark.parametrize("style", Style)
def test_rows_without_values_are_empty_dictionaries_on_one_line(style: Style) -> None:
    entities = "Kind: {fields: {name: string}}\nBare: {relations: {kind: {kind: many_to_one, target: Kind}}}"
    rows = files(entities, style, tests=True)["backend/tests/examples/bare.py"]
    assert rows.endswith("ROWS: list[dict[str, Any]] = [\n    {},\n    {},\n    {},\n]\n")
