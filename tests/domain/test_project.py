"""Projects answer questions about their entities."""

import re

import pytest

from stackwright.domain.relation import Relation
from tests.domain.models import model, read

PROJECT = read(
    model("""
Author:
  fields: {name: string}
Book:
  fields: {title: string}
  relations:
    author: {kind: many_to_one, target: Author, inverse: books}
    reader: {kind: many_to_one, target: User}
    sequel: {kind: one_to_one, target: Book}
Loan:
  fields: {days: integer}
  relations:
    book: {kind: many_to_one, target: Book}
    author: {kind: many_to_one, target: Author}
""")
)


def names(relations: tuple[Relation, ...]) -> list[str]:
    return [f"{relation.owner}.{relation.name}" for relation in relations]


def test_an_entity_is_found_by_its_name() -> None:
    assert PROJECT.entity("Book").plural == "Books"
    with pytest.raises(KeyError):
        PROJECT.entity("User")


def test_relations_are_seen_from_their_target() -> None:
    assert names(PROJECT.incoming("Book")) == ["Book.sequel", "Loan.book"]
    assert names(PROJECT.incoming("User")) == ["Book.reader"]


def test_what_a_selection_lacks_is_named() -> None:
    assert PROJECT.missing_for(["Loan"]) == {"Loan": ("Book", "Author")}
    assert PROJECT.missing_for(["Book"]) == {"Book": ("Author",)}
    assert PROJECT.missing_for(["Book", "Author"]) == {}
    assert [entity.name for entity in PROJECT.only(["Loan", "Author"]).entities] == [
        "Author",
        "Loan",
    ]


def test_members_are_found_by_their_names() -> None:
    book = PROJECT.entity("Book")
    assert book.field("title") is not None
    assert book.field("author") is None
    relation = book.relation("sequel")
    assert relation is not None
    assert relation.is_self
    assert relation.is_to_one
    assert book.relation("title") is None


def test_texts_of_a_key_cannot_be_empty_nor_mean_something_else_in_a_path() -> None:
    project = read(
        model("""
Item:
  primary_key: [code]
  fields: {code: {type: string, required: true}, name: string}
Slot:
  primary_key: [hall, number]
  fields: {hall: {type: string, required: true}, number: {type: integer, required: true}}
""")
    )
    code, name = project.entity("Item").fields
    hall, number = project.entity("Slot").fields
    assert (code.min_length, name.min_length) == (1, None)
    assert (hall.min_length, hall.pattern, number.min_length) == (1, None, None)
    assert code.pattern is not None
    accepted = ["a", "a/b", "..a", "counter"]
    assert [
        text for text in [*accepted, ".", "..", "count"] if re.fullmatch(code.pattern, text)
    ] == accepted
