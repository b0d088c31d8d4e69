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
