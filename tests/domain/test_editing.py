"""Changes of a model's text: they do what they say, and every other line stays byte for byte."""

import difflib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.domain.editing import (
    Edit,
    add_entity,
    add_field,
    add_relation,
    remove_entity,
    remove_field,
    rename_entity,
)
from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from tasks.model import read_examples
from tests.domain.models import FILE, model

EXAMPLES = read_examples()

SHELF = """\
# the first line
stackwright: 1
name: shelf   # short

entities:

  Author:  # who writes
    fields:
      name: {type: string, required: true}   # as printed
      # the end of the fields

  # Books have authors
  Book:
    fields: {title: {type: string, required: true}, pages: integer}
    relations:
      author:
        kind: many_to_one
        target: "Author"   # who wrote it

  Shelf: {fields: {code: {type: string, required: true}}, relations: {best: {kind: many_to_one, target: Book}}}
# the end"""


def read(text: str) -> Project:
    project, findings = parse(text, FILE)
    assert project is not None, [one.sentence() for one in findings]
    return project


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def gone(before: str, after: str) -> list[str]:
    """The lines of a text that are no longer there as they were; an end of line at the end does not count."""
    old, new = lines(f"{before}\n"), lines(f"{after}\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changes = [op for op in matcher.get_opcodes() if op[0] in {"replace", "delete"}]
    return [line for _, start, end, _, _ in changes for line in old[start:end]]


@pytest.mark.parametrize("text", [*EXAMPLES.values(), SHELF], ids=[*EXAMPLES, "shelf"])
def test_what_is_added_leaves_all_other_lines_as_they_are(text: str) -> None:
    first = read(text).entities[0].name
    edit = add_entity(text, "Wonder")
    assert not gone(text, edit.text)
    assert lines(edit.text)[edit.line - 1].strip() == "Wonder:"
    edit = add_field(edit.text, "Wonder", "price", "decimal(10, 2)", required=True)
    edit = add_relation(edit.text, "Wonder", "seen_by", "many_to_one", "User")
    edit = add_relation(edit.text, "Wonder", "origin", "many_to_one", first, required=True)
    assert not gone(text, edit.text)
    wonder = read(edit.text).entity("Wonder")
    assert [one.name for one in wonder.fields] == ["name", "price"]
    assert [one.target for one in wonder.relations] == ["User", first]
    assert wonder.relations[1].required
    assert wonder.fields[1].precision == 10


@pytest.mark.no_cover  # it does the same over and over, at a third of the price
@pytest.mark.parametrize("text", [*EXAMPLES.values(), SHELF], ids=[*EXAMPLES, "shelf"])
def test_every_entity_can_be_changed_alone(text: str) -> None:
    before = read(text)
    for entity in before.entities:
        edit = add_field(text, entity.name, "extra_field", "enum")
        assert len(gone(text, edit.text)) <= 1  # a mapping in braces is one line
        after = read(edit.text)
        assert after.entity(entity.name).fields[-1].name == "extra_field"
        others = [one for one in after.entities if one.name != entity.name]
        assert others == [one for one in before.entities if one.name != entity.name]
        back = remove_field(edit.text, entity.name, "extra_field")
        assert back.text == text
        renamed = rename_entity(text, entity.name, "Renamed")
        assert all(entity.name in line for line in gone(text, renamed.text))
        assert len(lines(renamed.text)) == len(lines(text))
        assert rename_entity(renamed.text, "Renamed", entity.name).text == text
        assert {r.target for e in read(renamed.text).entities for r in e.relations} == {
            "Renamed" if r.target == entity.name else r.target
            for e in before.entities
            for r in e.relations
        }


@pytest.mark.no_cover  # it does the same over and over, at a third of the price
@pytest.mark.parametrize("text", [*EXAMPLES.values(), SHELF], ids=[*EXAMPLES, "shelf"])
def test_removing_says_what_breaks_and_can_take_relations_with_it(text: str) -> None:
    before = read(text)
    for entity in before.entities:
        alone = remove_entity(text, entity.name)
        with_all = remove_entity(text, entity.name, with_relations=True)
        pointing = {r.where.split(".")[1] for r in before.incoming(entity.name)} - {entity.name}
        found = {one.where.split(".")[1] for one in alone.broken if one.where.endswith(".target")}
        assert pointing <= found
        assert not [one for one in with_all.broken if one.where.endswith(".target")]
        assert f"\n  {entity.name}:" not in with_all.text


def test_comments_stay_where_they_are() -> None:
    edit = remove_entity(SHELF, "Book", with_relations=True)
    assert "  # Books have authors\n" in edit.text
    assert edit.text.endswith(
        "  Shelf: {fields: {code: {type: string, required: true}}}\n# the end"
    )
    edit = add_field(SHELF, "Author", "born_on", "date")
    assert "# as printed\n      born_on: date\n      # the end of the fields\n" in edit.text


def test_the_smallest_texts_can_be_built_on() -> None:
    for start in ("stackwright: 1\nname: x\n", "stackwright: 1\nname: x\nentities:", "{name: x}"):
        edit = add_entity(start, "Book")
        edit = add_relation(edit.text, "Book", "sequel", "one_to_one", "Book")
        edit = remove_field(edit.text, "Book", "name")
        edit = add_field(edit.text, "Book", "title", "string")
        _, findings = parse(edit.text, FILE)
        assert not [one for one in findings if "YAML" in one.message]
        assert "title" in edit.text


def test_ends_of_lines_and_indentation_are_kept() -> None:
    text = "stackwright: 1\r\nname: x\r\nentities:\r\n    Book:\r\n        fields:\r\n            a: string"
    edit = add_entity(text, "Shelf")
    assert edit.text == (
        f"{text}\r\n    Shelf:\r\n        fields:\r\n            name: {{type: string, required: true}}"
    )


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        (lambda t: add_entity(t, "Book"), "already, on line 13", "another name"),
        (lambda t: add_entity(t, "order line"), "no name for an entity", "Write `OrderLine`"),
        (lambda t: add_entity(t, ""), "Name an entity", "OrderLine"),
        (lambda t: add_field(t, "Book", "Title", "string"), "no name", "`title`"),
        (lambda t: add_field(t, "Book", "author", "string"), "the relation `author`", "another"),
        (lambda t: add_field(t, "Book", "x", "a: {b"), "is no type", "`string`"),
        (lambda t: add_field(t, "Boat", "x", "string"), "no entity `Boat`", "Choose"),
        (lambda t: add_relation(t, "Book", "x", "many_to_one", "Boat"), "no entity `Boat`", ""),
        (lambda t: add_relation(t, "Book", "x", "some", "Book"), "no kind", ""),
        (lambda t: rename_entity(t, "Book", "Author"), "already", ""),
        (lambda t: remove_field(t, "Book", "nothing"), "no field `nothing`", ""),
        (lambda t: add_entity(f"{t}\n  }}", "X"), "cannot be read on line 2", "Mend"),
        (lambda t: add_entity("- a", "X"), "no model yet", "stackwright: 1"),
        (lambda t: add_entity(f"{t}\nentities: {{}}", "X"), "twice: on lines 5, 22", "Rename"),
        (lambda t: add_entity("entities: 7", "X"), "holds something else", "Mend"),
    ],
)
def test_what_cannot_be_done_is_said(
    change: Callable[[str], Edit], message: str, hint: str
) -> None:
    with pytest.raises(ProjectError) as refused:
        change(SHELF)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.http_status == 422


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Models in which every part is written in another way, with comments and empty lines between."""
    noise = st.sampled_from(["", "\n", "  # a note\n", "\n\n    # deep\n"])
    tail = st.sampled_from(["", "  # why", "   "])
    count = draw(st.integers(1, 5))
    text = ""
    for number in range(count):
        target = f"E{draw(st.integers(0, count - 1))}"
        rule = draw(
            st.sampled_from(["string", "{type: string}", '"string"', "\n        type: string"])
        )
        link = draw(
            st.sampled_from(
                [
                    "{kind: many_to_one, target: T}",
                    "{\n        kind: many_to_one, target: 'T',\n      }",
                    '\n        kind: many_to_one\n        target: "T"',
                ]
            )
        ).replace("T", target)
        text += draw(noise)
        if draw(st.booleans()):
            own = f"relations: {{r: {{kind: many_to_one, target: {target}}}}}"
            text += f"E{number}: {{fields: {{a: string}}, {own}}}{draw(tail)}\n"
            continue
        text += f"E{number}:{draw(tail)}\n  fields:{draw(tail)}\n    a: {rule}{draw(tail)}\n"
        if draw(st.booleans()):
            text += f"  relations:\n{draw(noise)}    r: {link}{draw(tail)}\n"
        if draw(st.booleans()):
            text += "  description: |\n    Two\n\n    lines\n"
    made = model(text)
    return made if draw(st.booleans()) else made.rstrip("\n ")


@settings(deadline=None, max_examples=60)
@given(text=texts())
def test_any_model_can_be_changed(text: str) -> None:
    before = read(text)
    for entity in before.entities:
        assert not gone(text, add_entity(text, "New").text)
        edit = add_field(text, entity.name, "b", "integer")
        assert [one.name for one in read(edit.text).entity(entity.name).fields] == ["a", "b"]
        assert remove_field(edit.text, entity.name, "b").text.rstrip() == text.rstrip()
        edit = add_relation(text, entity.name, "s", "many_to_one", entity.name)
        assert "s" in [one.name for one in read(edit.text).entity(entity.name).relations]
        edit = rename_entity(text, entity.name, "Other")
        assert read(edit.text).incoming("Other") == tuple(
            one.model_copy(
                update={
                    "target": "Other",
                    "owner": "Other" if one.owner == entity.name else one.owner,
                    "where": one.where.replace(f".{entity.name}.", ".Other."),
                }
            )
            for one in before.incoming(entity.name)
        )
        rest = remove_entity(text, entity.name, with_relations=True)
        if len(before.entities) > 1:
            assert len(read(rest.text).entities) == len(before.entities) - 1
