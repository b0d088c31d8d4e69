"""Names that a model may not have: reserved words and clashes."""

import pytest

from tests.domain.models import book, check, model


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("class", "keyword of Python"),
        ("none", "keyword of Python"),
        ("function", "reserved word of TypeScript"),
        ("date", "hide the Python type"),
        ("model_config", "Pydantic"),
        ("model_dump_mode", "Pydantic"),
        ("json", "Pydantic"),
        ("register", "Pydantic"),
        ("mro", "Pydantic"),
        ("metadata", "SQLAlchemy"),
        ("select", "reserved word of SQL"),
        ("order", "reserved word of SQL | `order_number`"),
        ("rank", "reserved word of MySQL | | warning"),
        ("analyse", "reserved word of PostgreSQL | | warning"),
        ("vacuum", "reserved word of SQLite | | warning"),
        ("id", "`primary_key`"),
        ("page", "?page="),
        ("size", "?size="),
        ("sort", "?sort="),
        ("q", "?q="),
    ],
)
def test_reserved_words_are_no_names_of_fields(name: str, expected: str) -> None:
    check(book(f"{name}: integer"), expected)


@pytest.mark.parametrize(
    "name",
    """
    User Page File Session Base Problem None Date Promise Field Audited SoftDeleted Versioned Permission AuditEntry
    Warning ValueError KeyError Ellipsis NotImplemented Null Yes No On Off NULL
    Class Import Global Lambda Return Pass With Try From Assert Async CLASS
    """.split(),
)
def test_reserved_words_are_no_names_of_entities(name: str) -> None:
    check(model(f"{name}:\n  fields:\n    title: string"), f"cannot be called `{name}` | such as")


@pytest.mark.parametrize("plural", ["Permissions", "Catalog"])
def test_a_plural_is_no_constant_of_generated_code(plural: str) -> None:
    check(model(f"Right: {{plural: {plural}, fields: {{x: string}}}}"), f"`{plural}` is needed")


@pytest.mark.parametrize("name", ["metadata", "registry", "register", "mro"])
def test_a_relation_is_not_called_as_what_libraries_keep_for_themselves(name: str) -> None:
    relation = f"relations:\n  {name}: {{kind: many_to_one, target: Book}}"
    check(book(rest=relation), f"`{name}` belongs to | such as `{name}_value`")


def test_a_relation_may_be_called_as_sql_pleases_because_its_column_is_not() -> None:
    text = """
Order:
  fields:
    title: string
Line:
  fields:
    quantity: integer
  relations:
    order: {kind: many_to_one, target: Order, inverse: lines}
"""
    check(model(text))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("audit: true\nfields: {created_at: datetime}", "`created_at` of Book is also a column"),
        ("soft_delete: true\nfields: {deleted_at: datetime}", "`deleted_at` of Book is also"),
        ("optimistic_lock: true\nfields: {version: integer}", "`version` of Book is also"),
        (
            "fields: {author_id: integer}\n"
            "relations: {author: {kind: many_to_one, target: Author}}",
            "The relation's column `author_id` of Book is also a field",
        ),
        (
            "fields: {author: string}\nrelations: {author: {kind: many_to_one, target: Author}}",
            "The relation `author` of Book is also a field",
        ),
        (
            "fields: {total: integer}\ncomputed: {total: {type: integer, expression: total + 1}}",
            "The computed value `total` of Book is also a field",
        ),
        (
            "fields: {a: string}\nrelations:\n"
            "  parent: {kind: many_to_one, target: Book, inverse: a}",
            "The relation `a` of Book is also a field",
        ),
        (
            "fields: {x: string}\nrelations:\n"
            "  one: {kind: many_to_one, target: Author, inverse: works}\n"
            "  two: {kind: many_to_one, target: Author, inverse: works}",
            "The relation `works` of Author is also a relation",
        ),
        (
            "fields: {a: {type: string, renamed_from: z}, b: {type: string, renamed_from: z}}",
            "`z` has also been renamed to `a`",
        ),
    ],
)
def test_names_that_clash_are_found(rest: str, expected: str) -> None:
    lines = "\n".join(f"  {line}" for line in rest.splitlines())
    check(model(f"Book:\n{lines}\nAuthor:\n  fields: {{name: string}}"), expected)


@pytest.mark.parametrize(
    "name", ["BookBase", "BookAuthorsLink", "BookAuthorsRead", "AuthorBooksWrite"]
)
def test_an_entity_is_not_called_as_a_class_of_another_one(name: str) -> None:
    text = f"""
Book:
  fields: {{title: string}}
  relations: {{authors: {{kind: many_to_many, target: Author, inverse: books}}}}
Author: {{fields: {{name: string}}}}
{name}: {{fields: {{x: string}}}}
"""
    check(model(text), f"`{name}` is what generated code calls the")
