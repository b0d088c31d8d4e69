"""A model is checked and priced over the API before anything is kept or written."""

from pathlib import Path

import pytest

from stackwright.access.rights import Scope
from tests.api.conftest import NewWorld
from tests.api.world import Visitor

pytestmark = pytest.mark.services

NOTES = (Path(__file__).parents[2] / "examples/notes.stackwright.yaml").read_text("utf-8")
BROKEN = """\
stackwright: 1
name: shop
entities:
  Book:
    fields:
      title: {type: strnig}
      title: {type: string}
    relations:
      author: {kind: many_to_one, target: Writer}
"""
SHOP = """\
stackwright: 1
name: shop
entities:
  Writer: {fields: {name: {type: string, required: true}}}
  Book:
    fields: {title: {type: string, required: true}}
    relations: {author: {kind: many_to_one, target: Writer, required: true}}
"""


@pytest.fixture
async def person(new_world: NewWorld) -> Visitor:
    return await (await new_world()).person("ada@example.com")


async def test_every_problem_of_a_model_comes_at_once_with_its_place(person: Visitor) -> None:
    answer = await person("POST", "/models/validate", {"model": BROKEN, "file": "shop.yaml"})
    assert answer.status_code == 200
    checked = answer.json()
    assert not checked["ok"]
    assert checked["project"] is None
    places = {(one["file"], one["line"]) for one in checked["findings"]}
    assert places == {("shop.yaml", line) for line in (6, 7, 9)}
    assert all(one["column"] and one["message"] for one in checked["findings"])


async def test_a_right_model_is_summed_up(person: Visitor) -> None:
    checked = (await person("POST", "/models/validate", {"model": SHOP})).json()
    assert checked["ok"]
    book = checked["project"]["entities"][1]
    assert (book["name"], book["fields"]) == ("Book", 1)
    assert book["relations"] == [
        {"name": "author", "kind": "many_to_one", "target": "Writer", "required": True}
    ]


async def test_a_gap_in_the_selection_is_named_and_filled(person: Visitor) -> None:
    gap = await person("POST", "/models/selection", {"model": SHOP, "entities": ["Book"]})
    assert gap.json() == {
        "complete": False,
        "missing": {"Book": ["Writer"]},
        "with_all_needed": ["Writer", "Book"],
    }
    whole = await person("POST", "/models/selection", {"model": SHOP, "entities": ["Writer"]})
    assert whole.json()["complete"]
    unknown = await person("POST", "/models/selection", {"model": SHOP, "entities": ["Bok"]})
    assert unknown.status_code == 422
    assert "No entity is called Bok" in unknown.text


async def test_a_dry_run_names_every_file_and_its_price(person: Visitor) -> None:
    config = {"style": "minimal", "database": "sqlite"}
    order = {"model": NOTES, "config": config}
    answer = (await person("POST", "/plans", order)).json()
    files = answer["plan"]["files"]
    assert answer["counts"] == {"create": len(files)}
    assert answer["estimate"]["total"]["files"] == len(files) > 50
    assert answer["estimate"]["total"]["tests"] > 10
    fewer = {"model": NOTES, "config": {**config, "platforms": ["backend"], "tests": False}}
    smaller = (await person("POST", "/plans", fewer)).json()["estimate"]["total"]
    assert smaller["files"] < len(files)
    assert smaller["tests"] == 0


async def test_an_order_that_cannot_be_met_says_why(person: Visitor) -> None:
    broken = await person("POST", "/plans", {"model": BROKEN})
    assert broken.status_code == 422
    assert broken.headers["content-type"] == "application/problem+json"
    assert len(broken.json()["findings"]) == 3
    gap = await person("POST", "/plans", {"model": SHOP, "config": {"entities": ["Book"]}})
    assert gap.status_code == 422
    assert "Book needs Writer" in gap.text


async def test_examples_are_models_that_pass(person: Visitor) -> None:
    names = [one["name"] for one in (await person("GET", "/examples")).json()]
    assert names == ["bookshop", "clinic", "notes", "property-agency"]
    text = (await person("GET", "/examples/notes")).json()["model"]
    assert text == NOTES
    for name in ("nothing", "..%2F..%2Fpyproject", "notes.stackwright.yaml"):
        assert (await person("GET", f"/examples/{name}")).status_code == 404


async def test_the_language_is_published(person: Visitor) -> None:
    assert (await person("GET", "/models/schema")).json()["$schema"].startswith("https://json-")


async def test_a_token_needs_the_right_to_read_projects(new_world: NewWorld) -> None:
    world = await new_world()
    account = await world.account("grace@example.com")
    stranger = await world.program(account, [Scope.RUNS_READ])
    assert (await stranger("POST", "/plans", {"model": SHOP})).status_code == 403
    reader = await world.program(account, [Scope.PROJECTS_READ])
    assert (await reader("POST", "/models/validate", {"model": SHOP})).status_code == 200
