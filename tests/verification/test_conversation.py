"""The talk with a back end creates before it uses, asks for what was made, and ends where it began."""

from stackwright.domain.parsing import parse
from stackwright.domain.project import Project
from stackwright.generation.conversation import Conversation, Exchange, converse

SHOP = """
stackwright: 1
name: shop
title: Shop
entities:
  Book:
    optimistic_lock: true
    fields:
      title: {type: string, required: true, max_length: 80}
      isbn: {type: string, required: true, unique: true, max_length: 20, immutable: true}
      secret: {type: string, sensitive: true}
      pages: {type: integer, min: 1}
    relations:
      author: {kind: many_to_one, target: Author, inverse: books, required: true}
      genres: {kind: many_to_many, target: Genre, inverse: books, attributes: {position: {type: integer, min: 1}}}
      recommended_by: {kind: many_to_one, target: User, on_delete: set_null}
      sequel_of: {kind: many_to_one, target: Book, inverse: sequels, on_delete: set_null}
  Author:
    fields: {name: {type: string, required: true, max_length: 60}}
  Genre:
    primary_key: string
    fields: {name: {type: string, required: true, max_length: 60}}
  Poster:
    fields: {picture: {type: image, required: true}}
  Seat:
    primary_key: [room, number]
    fields:
      room: {type: string, required: true, max_length: 9}
      number: {type: integer, required: true}
  Profile:
    fields: {motto: {type: string, max_length: 50}}
    relations: {account: {kind: one_to_one, target: User, required: true, on_delete: cascade}}
"""


def shop() -> Project:
    project, findings = parse(SHOP, "shop")
    assert project, findings
    return project


def of(talk: Conversation, entity: str, purpose: str) -> list[Exchange]:
    return [e for e in talk.exchanges if (e.entity, e.purpose) == (entity, purpose)]


def test_what_is_referred_to_was_created_before() -> None:
    known = {"@me"}
    for exchange in converse(shop()).exchanges:
        assert exchange.refers_to <= known
        known |= {exchange.remember} - {""}
    assert {"@Author.0", "@Book.0", "@Genre.0"} <= known


def test_every_entity_that_can_be_made_is_created_read_listed_and_deleted() -> None:
    talk = converse(shop())
    for entity in ("Book", "Author", "Genre", "Seat", "Profile"):
        created = of(talk, entity, "create")
        assert created
        assert len(of(talk, entity, "delete")) == len(created)
        for purpose in ("read", "list"):
            assert len(of(talk, entity, purpose)) == 1
    assert talk.left_out == {"Poster": "It needs an uploaded file."}


def test_each_request_is_right_for_the_api() -> None:
    talk = converse(shop())
    first = of(talk, "Book", "create")[0]
    assert (first.method, first.path, first.expected) == ("POST", "/api/v1/books", (201,))
    assert first.body is not None
    assert first.body["author_id"] == "@Author.0" or str(first.body["author_id"]).startswith(
        "@Author."
    )
    genre = of(talk, "Genre", "create")[0]
    assert genre.body is not None
    assert isinstance(genre.body["id"], str)
    filters = {name for exchange in of(talk, "Book", "filter") for name in exchange.query}
    assert {"title", "isbn"} <= filters
    assert "secret" not in filters
    assert len(of(talk, "Profile", "create")) == 1


def test_a_change_of_an_old_version_must_be_refused() -> None:
    talk = converse(shop())
    (stale,) = of(talk, "Book", "stale")
    assert (stale.method, stale.expected, bool(stale.if_match)) == ("PATCH", (412,), True)
    assert stale.body is not None
    assert "isbn" not in stale.body
    assert not of(talk, "Author", "stale")


def test_what_restricts_others_is_deleted_before_them() -> None:
    deleted = [e.entity for e in converse(shop()).exchanges if e.purpose == "delete"]
    assert max(i for i, name in enumerate(deleted) if name == "Book") < deleted.index("Author")


def test_an_empty_value_is_said_where_the_default_would_come_instead() -> None:
    text = """
stackwright: 1
name: offices
title: Offices
entities:
  Branch:
    fields:
      opens_at: {type: time, default: "09:00"}
      closes_at: {type: time, max: "22:00"}
      starts_at: {type: time, required: true, default: "09:00"}
"""
    project, findings = parse(text, "offices")
    assert project, findings
    bodies = [
        exchange.body or {}
        for exchange in converse(project).exchanges
        if exchange.purpose == "create"
    ]
    assert bodies
    for body in bodies:
        assert "opens_at" in body
        assert body["starts_at"] is not None
        assert body.get("closes_at", "") is not None
