"""Relations: each once, from the side that owns it; cycles and contradictions are named."""

import pytest

from stackwright.domain.relation import OnDelete, Relation, RelationKind
from tests.domain.models import check, found, model, read

TWO = """
Author:
  fields: {{name: string}}
  relations:
    {author}
Book:
  fields: {{title: string}}
  relations:
    {book}
"""


def two(author: str = "{}", book: str = "{}") -> str:
    """A model with an Author and a Book and one relation on each."""
    text = TWO.format(author=author, book=book)
    return model(text.replace("relations:\n    {}\n", "relations: {}\n"))


def relation(text: str) -> Relation:
    """The only relation of a model."""
    (one,) = [relation for entity in read(text).entities for relation in entity.relations]
    return one


def ends(one: Relation) -> tuple[str, str, RelationKind, str, str | None]:
    return one.owner, one.name, one.kind, one.target, one.inverse


BOOK_AUTHOR = ("Book", "author", RelationKind.MANY_TO_ONE, "Author", "books")


@pytest.mark.parametrize(
    ("author", "book"),
    [
        ("{}", "author: {kind: many_to_one, target: Author, inverse: books}"),
        ("books: {kind: one_to_many, target: Book, inverse: author}", "{}"),
        ("books: {kind: one_to_many, target: Book}", "{}"),
        (
            "books: {kind: one_to_many, target: Book, inverse: author}",
            "author: {kind: many_to_one, target: Author, inverse: books}",
        ),
        (
            "books: {kind: one_to_many, target: Book}",
            "author: {kind: many_to_one, target: Author, inverse: books}",
        ),
        (
            "books: {kind: one_to_many, target: Book, inverse: author}",
            "author: {kind: many_to_one, target: Author}",
        ),
    ],
)
def test_every_way_to_declare_a_relation_gives_the_same(author: str, book: str) -> None:
    assert ends(relation(two(author, book))) == BOOK_AUTHOR


def test_what_is_said_on_either_side_is_brought_together() -> None:
    one = relation(
        two(
            "books: {kind: one_to_many, target: Book, inverse: author, label: Works, "
            "inverse_label: Written by, on_delete: cascade}",
            "author: {kind: many_to_one, target: Author, required: true, description: Who wrote it.}",
        )
    )
    assert (one.label, one.inverse_label) == ("Written by", "Works")
    assert (one.required, one.on_delete, one.description) == (
        True,
        OnDelete.CASCADE,
        "Who wrote it.",
    )
    assert one.where == "entities.Book.relations.author"


def test_many_to_many_and_one_to_one_on_both_sides_belong_to_the_first() -> None:
    for kind in ("many_to_many", "one_to_one"):
        one = relation(
            two(
                f"books: {{kind: {kind}, target: Book, inverse: authors}}",
                f"authors: {{kind: {kind}, target: Author, inverse: books}}",
            )
        )
        assert ends(one) == ("Author", "books", RelationKind(kind), "Book", "authors")


def test_a_tree_can_be_declared_on_both_of_its_ends() -> None:
    text = model("""
Folder:
  fields: {name: string}
  relations:
    parent: {kind: many_to_one, target: Folder, inverse: children}
    children: {kind: one_to_many, target: Folder, inverse: parent}
""")
    assert ends(relation(text)) == (
        "Folder",
        "parent",
        RelationKind.MANY_TO_ONE,
        "Folder",
        "children",
    )


def test_labels_are_made_of_names() -> None:
    one = relation(
        two("{}", "main_author: {kind: many_to_one, target: Author, inverse: main_works}")
    )
    assert (one.label, one.inverse_label) == ("Main author", "Main works")


@pytest.mark.parametrize(
    ("author", "book", "expected"),
    [
        (
            "books: {kind: one_to_many, target: Book, inverse: author}",
            "author: {kind: one_to_one, target: Author, inverse: books}",
            "`Author.books` is one_to_many, but its other side `Book.author` is one_to_one | many_to_one",
        ),
        (
            "books: {kind: one_to_many, target: Book, inverse: author}",
            "author: {kind: many_to_one, target: User}",
            "contradict each other: `Book.author` points to User, not to Author",
        ),
        (
            "books: {kind: one_to_many, target: Book, inverse: author}",
            "author: {kind: many_to_one, target: Author, inverse: works}",
            "contradict each other: `Book.author` names `works`",
        ),
        (
            "books: {kind: many_to_many, target: Book, inverse: authors, required: true}",
            "authors: {kind: many_to_many, target: Author, inverse: books, required: false}",
            "Both sides of the relation give `required`, with different values",
        ),
        (
            "books: {kind: many_to_many, target: Book}",
            "authors: {kind: many_to_many, target: Author}",
            "may be the same relation | inverse | warning",
        ),
        (
            "books: {kind: one_to_many, target: Book}",
            "writer: {kind: many_to_one, target: Author}",
            "`Book.writer` and `Author.books` may be the same relation | inverse | warning",
        ),
        ("{}", "author: {kind: many_to_one, target: Athor}", "no entity `Athor` | `Author`"),
        ("{}", "author: {kind: many_to_one, target: author}", "no entity `author` | `Author`"),
        ("{}", "author: {kind: many_to_one, target: Authors}", "no entity `Authors` | `Author`"),
        ("{}", "author: {kind: many_to_one, target: Zebra}", "no entity `Zebra` | Add an entity"),
        ("{}", "author: {kind: manytoone, target: Author}", "no kind of a relation | many_to_one"),
        ("{}", "author: {kind: many-to-one, target: Author}", "no kind | `many_to_one`"),
        ("{}", "author: {kind: belongs_to, target: Author}", "no kind | `many_to_one`"),
        ("{}", "author: {kind: xyz, target: Author}", "no kind | There are: many_to_one"),
        ("{}", "author: {kind: many_to_one}", "The relation lacks `target`"),
        ("{}", "author: {target: Author}", "The relation lacks `kind`"),
        ("{}", "author: Author", "A relation is described by keys"),
        ("{}", "author: {kind: many_to_one, to: Author}", "no key `to` | `target`"),
        (
            "{}",
            "author: {kind: many_to_one, target: Author, on_delete: delete}",
            "`delete` is no on delete of a relation | restrict, cascade, set_null",
        ),
        (
            "{}",
            "author: {kind: many_to_one, target: Author, required: true, on_delete: set_null}",
            "is required, so it cannot be set to null | restrict or cascade",
        ),
        (
            "{}",
            "author: {kind: many_to_many, target: Author, on_delete: set_null}",
            "nothing to set to null",
        ),
        (
            "{}",
            "author: {kind: many_to_one, target: Author, attributes: {x: integer}}",
            "has no attributes | many_to_many",
        ),
        (
            "{}",
            "authors: {kind: many_to_many, target: Author, attributes: {id: integer}}",
            "An attribute of a relation cannot be called `id`",
        ),
        (
            "{}",
            "authors: {kind: many_to_many, target: Author, attributes: {x: {type: integer, min: 2, max: 1}}}",
            "`min` (2) is greater than `max` (1)",
        ),
        ("books: {kind: one_to_many, target: User}", "{}", "The built-in User cannot own"),
        (
            "books: {kind: one_to_many, target: Book, display: title}",
            "{}",
            "`display` is said on the side that is many_to_one | in Book",
        ),
        (
            "{}",
            "reader: {kind: many_to_one, target: User, inverse: books}",
            "shows no names | | warning",
        ),
        (
            "{}",
            "reader: {kind: many_to_one, target: User, display: phone}",
            "no field `phone` | name, email",
        ),
        (
            "{}",
            "author: {kind: many_to_one, target: Author, display: nam}",
            "no field `nam` | `name`",
        ),
        ("{}", "twin: {kind: one_to_one, target: Book, inverse: twin}", "need different names"),
        (
            "{}",
            "author: {kind: many_to_one, target: Author, inverse: My Books}",
            "not in snake_case",
        ),
        ("{}", "class: {kind: many_to_one, target: Author}", "`class` is a keyword of Python"),
        (
            "{}",
            "part_of: {kind: many_to_one, target: Book, required: true}",
            "never be first|".replace("never", "ever") + "`Book.part_of`",
        ),
    ],
)
def test_a_mistake_in_a_relation_is_found(author: str, book: str, expected: str) -> None:
    check(two(author, book), expected)


def test_each_cycle_of_required_relations_is_named_once_and_whole() -> None:
    text = model("""
Order:
  fields: {x: string}
  relations:
    invoice: {kind: many_to_one, target: Invoice, required: true}
Invoice:
  fields: {x: string}
  relations:
    payment: {kind: one_to_one, target: Payment, required: true}
Payment:
  fields: {x: string}
  relations:
    order: {kind: many_to_one, target: Order, required: true}
    method: {kind: many_to_one, target: Method, required: true}
Method:
  fields: {x: string}
""")
    (finding,) = found(text)
    assert "Order.invoice → Invoice.payment → Payment.order → Order." in finding.message
    assert finding.hint == "Make one of them optional, for example `Payment.order`."


def test_a_cycle_with_an_optional_relation_is_fine() -> None:
    read(
        two(
            "debut: {kind: one_to_one, target: Book}",
            "author: {kind: many_to_one, target: Author, required: true, inverse: books}",
        )
    )


def test_keys_may_be_made_of_relations_but_not_of_the_entity_itself() -> None:
    text = model("""
Book:
  primary_key: [parent, number]
  fields: {number: {type: integer, required: true}}
  relations:
    parent: {kind: many_to_one, target: Book}
Copy:
  primary_key: [book]
  fields: {x: string}
  relations:
    book: {kind: many_to_one, target: Book}
""")
    check(text, "points to Book itself", "`book` is part of the primary key and may be left out")


def test_columns_of_a_composite_key_do_not_clash_with_fields() -> None:
    text = model("""
Shelf:
  primary_key: [room, rack]
  fields: {room: {type: string, required: true}, rack: {type: integer, required: true}}
Book:
  fields: {shelf_room: string}
  relations:
    shelf: {kind: many_to_one, target: Shelf}
""")
    check(text, "The relation's column `shelf_room` of Book is also a field")


def test_a_broken_relation_brings_no_follow_ups() -> None:
    text = model("""
Book:
  indexes: [[author]]
  fields: {x: string}
  relations:
    author: {kind: many_to_one, target: Nobody}
""")
    check(text, "There is no entity `Nobody`")
