"""Sample values keep every rule, read plausibly and never change."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from stackwright.domain.entity import Check, Entity, PrimaryKey
from stackwright.domain.expression import Expression, evaluate
from stackwright.domain.field import EnumValue, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import Relation, RelationKind
from stackwright.generation.samples import as_json, boundary_values, invalid_values, rows, value
from stackwright.generation.samples.shapes import identifier, write_shape
from stackwright.generation.samples.values import is_valid

T = FieldType

FIELDS = [
    Field(name="title", type=T.STRING, required=True, max_length=20),
    Field(name="initial", type=T.STRING, min_length=1, max_length=1),
    Field(name="summary", type=T.TEXT, min_length=300, max_length=320),
    Field(name="isbn", type=T.STRING, pattern=r"97[89]\d{10}"),
    Field(name="code", type=T.STRING, pattern=r"^(?=.*\d)[A-Z\d]{4,6}$", max_length=5),
    Field(name="email", type=T.EMAIL, max_length=12),
    Field(name="website", type=T.URL, max_length=30),
    Field(name="pages", type=T.INTEGER, min=1, max=5000),
    Field(name="loss", type=T.INTEGER, max=-5),
    Field(name="views", type=T.BIGINT, min=10**12),
    Field(name="weight", type=T.FLOAT, min=0.5, max=0.9),
    Field(name="price", type=T.DECIMAL, precision=10, scale=2, min=0),
    Field(name="ratio", type=T.DECIMAL, precision=3, scale=3),
    Field(name="whole", type=T.DECIMAL, precision=4, scale=0, min="7", max="8"),
    Field(name="in_print", type=T.BOOLEAN),
    Field(name="published_on", type=T.DATE, max="2001-01-31"),
    Field(name="opens_at", type=T.TIME, min="22:10:00"),
    Field(name="sold_at", type=T.DATETIME, min="2030-01-01T00:00:00Z", max="2030-01-02T00:00:00Z"),
    Field(name="loan_time", type=T.DURATION, max="PT2H"),
    Field(name="token", type=T.UUID),
    Field(name="place", type=T.POINT),
    Field(name="extra", type=T.JSON),
    Field(name="cover", type=T.IMAGE, max_bytes=1000),
    Field(
        name="status",
        type=T.ENUM,
        values=(EnumValue(name="draft", label="Draft"), EnumValue(name="sold", label="Sold")),
    ),
    Field(name="keywords", type=T.LIST, items=T.STRING, min_length=2, max_length=3),
    Field(name="marks", type=T.LIST, items=T.INTEGER, min=1, max=2, max_length=4),
]


def relation(
    owner: str, name: str, target: str, kind: str = "many_to_one", **more: Any
) -> Relation:
    return Relation(name=name, kind=RelationKind(kind), owner=owner, target=target, **more)


def check(text: str) -> Check:
    return Check(name="rule", expression=Expression(text=text), message="No.")


def project(*entities: Entity) -> Project:
    return Project(name="shop", title="Shop", entities=entities)


AUTHOR = Entity(
    name="Author",
    plural="Authors",
    display="name",
    fields=(
        Field(name="name", type=T.STRING, required=True, unique=True),
        Field(name="email", type=T.EMAIL, unique=True),
    ),
    relations=(relation("Author", "mentor", "Author"),),
)
GENRE = Entity(
    name="Genre",
    plural="Genres",
    display="name",
    primary_key=PrimaryKey(kind="string"),
    fields=(Field(name="name", type=T.STRING, required=True),),
)
BOOK = Entity(
    name="Book",
    plural="Books",
    display="title",
    fields=(
        Field(name="title", type=T.STRING, required=True),
        Field(name="price", type=T.DECIMAL, precision=8, scale=2, required=True, min=0),
        Field(name="sale_price", type=T.DECIMAL, precision=8, scale=2),
        Field(name="published_on", type=T.DATE),
        Field(name="sale_starts_on", type=T.DATE),
    ),
    relations=(
        relation("Book", "author", "Author", required=True),
        relation("Book", "twin", "Author", "one_to_one"),
        relation(
            "Book",
            "genres",
            "Genre",
            "many_to_many",
            attributes=(Field(name="position", type=T.INTEGER, min=1, required=True),),
        ),
        relation("Book", "seller", "User"),
    ),
    unique=(("title", "author"),),
    checks=(
        check("sale_starts_on >= published_on"),
        check("sale_price < price and sale_price > price / 2"),
    ),
)
STOCK = Entity(
    name="Stock",
    plural="Stocks",
    primary_key=PrimaryKey(kind="fields", parts=("book", "shelf")),
    fields=(Field(name="shelf", type=T.INTEGER, required=True, min=1, max=3),),
    relations=(relation("Stock", "book", "Book", required=True),),
)
SHOP = project(AUTHOR, GENRE, BOOK, STOCK)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_value_keeps_every_rule_of_its_field(field: Field) -> None:
    found = [value(field, "Book", number, attempt) for number in range(12) for attempt in range(12)]
    assert None not in found
    assert all(is_valid(field, one) for one in found)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_value_is_the_same_every_time(field: Field) -> None:
    assert value(field, "Book", 3, 1) == value(field, "Book", 3, 1)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_no_invalid_value_is_valid(field: Field) -> None:
    for case in invalid_values(field):
        assert not _keeps_rules(field, case.value), case


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_boundary_value_is_valid(field: Field) -> None:
    for case in boundary_values(field):
        assert is_valid(field, case.native), case
        assert as_json(field, case.native) == case.value


def test_every_rule_has_a_value_that_breaks_it() -> None:
    field = Field(
        name="name", type=T.STRING, required=True, min_length=3, max_length=9, pattern="[a-z]+"
    )
    rules = {case.rule for case in invalid_values(field)}
    assert rules == {"required", "type", "min_length", "max_length", "pattern"}
    price = Field(name="price", type=T.DECIMAL, precision=6, scale=2, min="0.50", max="99")
    shown = {case.rule: case.value for case in invalid_values(price)}
    assert shown["min"] == "0.49"
    assert shown["max"] == "99.01"
    assert shown["precision"] == "10000.00"


def test_examples_of_the_user_come_first() -> None:
    field = Field(name="motto", type=T.STRING, examples=("Per aspera", "Festina lente", 7))
    assert [value(field, "House", number) for number in range(2)] == ["Per aspera", "Festina lente"]


def test_an_example_that_breaks_a_rule_is_not_used() -> None:
    field = Field(name="motto", type=T.STRING, max_length=12, examples=("Much too long for it",))
    assert len(value(field, "House", 0)) <= 12


@pytest.mark.parametrize(
    ("entity", "name", "pattern"),
    [
        ("Author", "name", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("Author", "email", r"[a-z.]+@example\.com"),
        ("Customer", "phone", r"\+[\d ]+"),
        ("Customer", "street", r"[A-Z][\w ]+ \d+"),
        ("Product", "sku", r"[A-Z]{3}-\d{4}"),
        ("Book", "isbn", r"978\d{10}"),
    ],
)
def test_texts_read_as_their_names_say(entity: str, name: str, pattern: str) -> None:
    field = Field(name=name, type=T.STRING)
    assert all(re.fullmatch(pattern, value(field, entity, number)) for number in range(8))


def test_a_name_depends_on_what_has_it() -> None:
    field = Field(name="name", type=T.STRING)
    names = {place: value(field, place, 0) for place in ("Publisher", "Employee", "Genre", "City")}
    assert names == {
        "Publisher": "Northwind Paper",
        "Employee": "Ada Abbott",
        "Genre": "History",
        "City": "Lisbon",
    }


@pytest.mark.parametrize("entity", SHOP.entities, ids=lambda entity: entity.name)
def test_rows_keep_every_rule(entity: Entity) -> None:
    found = rows(SHOP, entity, 12).rows
    assert len(found) == 12
    for row in found:
        for field in entity.fields:
            assert is_valid(field, row.values[field.name])
        for rule in entity.checks:
            assert evaluate(rule.expression, row.values) is not False


def test_rows_fill_optional_values_mostly() -> None:
    found = rows(SHOP, BOOK, 12).rows
    assert all(one is not None for one in found[0].values.values())
    filled = sum(row.values["sale_price"] is not None for row in found)
    assert 6 <= filled < 12


def test_unique_values_and_groups_occur_once() -> None:
    authors = rows(SHOP, AUTHOR, 40).rows
    assert len({row.values["name"].lower() for row in authors}) == 40
    books = rows(SHOP, BOOK, 40).rows
    assert len({(row.values["title"], row.links["author"]) for row in books}) == 40
    stocks = rows(SHOP, STOCK, 12).rows
    assert len({(row.links["book"], row.values["shelf"]) for row in stocks}) == 12


def test_links_point_to_rows_that_exist_and_never_in_circles() -> None:
    authors = rows(SHOP, AUTHOR, 9).rows
    assert authors[0].links["mentor"] is None
    assert all(row.links["mentor"] < row.number for row in authors[1:])  # type: ignore[operator]
    books = rows(SHOP, BOOK, 9).rows
    assert all(row.links["author"] in range(9) for row in books)
    twins = [row.links["twin"] for row in books]
    assert len(set(twins)) == len(twins)
    assert all(member.values["position"] >= 1 for row in books for member in row.members["genres"])
    assert all(
        len({m.number for m in row.members["genres"]}) == len(row.members["genres"])
        for row in books
    )


def test_a_unique_flag_allows_two_rows_and_so_does_what_needs_it() -> None:
    flag = Entity(
        name="Flag",
        plural="Flags",
        fields=(Field(name="on", type=T.BOOLEAN, required=True, unique=True),),
    )
    holder = Entity(
        name="Holder",
        plural="Holders",
        relations=(relation("Holder", "flag", "Flag", "one_to_one", required=True),),
    )
    world = project(flag, holder)
    assert len(rows(world, flag, 9).rows) == 2
    assert len(rows(world, holder, 9).rows) == 2


@pytest.mark.parametrize(
    ("fields", "checks", "message"),
    [
        ([Field(name="a", type=T.INTEGER, required=True)], ["a > 5", "a < 5"], "all of its checks"),
        (
            [Field(name="a", type=T.STRING, required=True, pattern="[a-z]{9}", max_length=3)],
            [],
            "rules of `a`",
        ),
        ([Field(name="a", type=T.INTEGER, required=True, min=9, max=3)], [], "rules of `a`"),
    ],
    ids=["checks", "pattern", "range"],
)
def test_contradicting_rules_give_a_warning_instead_of_rows(
    fields: list[Field], checks: list[str], message: str
) -> None:
    entity = Entity(
        name="Knot", plural="Knots", fields=tuple(fields), checks=tuple(map(check, checks))
    )
    found = rows(project(entity), entity, 5)
    assert found.rows == ()
    assert [finding.level for finding in found.findings] == ["warning"]
    assert message in found.findings[0].message


def test_a_required_relation_to_itself_gives_a_warning() -> None:
    entity = Entity(
        name="Egg", plural="Eggs", relations=(relation("Egg", "mother", "Egg", required=True),)
    )
    found = rows(project(entity), entity, 5)
    assert found.rows == ()
    assert found.findings[0].level == "warning"


@pytest.mark.parametrize(
    "text",
    [
        "ends_on > starts_on",
        "days_between(starts_on, ends_on) <= 30 and ends_on >= starts_on",
        "adults + children <= 4",
        "children is null or adults > children",
        "kind != 'group' or adults >= 3",
        "total = adults * 25",
        "year(starts_on) = 2024",
        "len(code) = 8",
        "lower(code) = code",
        "ends_on >= today()",
        "total >= 100 and total <= 110",
    ],
)
def test_rows_are_repaired_until_a_check_holds(text: str) -> None:
    entity = Entity(
        name="Booking",
        plural="Bookings",
        fields=(
            Field(name="code", type=T.STRING, required=True),
            Field(
                name="kind",
                type=T.ENUM,
                required=True,
                values=(EnumValue(name="single", label=""), EnumValue(name="group", label="")),
            ),
            Field(name="starts_on", type=T.DATE, required=True),
            Field(name="ends_on", type=T.DATE, required=True),
            Field(name="adults", type=T.INTEGER, required=True, min=1),
            Field(name="children", type=T.INTEGER),
            Field(name="total", type=T.DECIMAL, precision=8, scale=2, required=True),
        ),
        checks=(check(text),),
    )
    found = rows(project(entity), entity, 8)
    assert len(found.rows) == 8, found.findings
    now = datetime.fromisoformat("2098-01-01T00:00:00+00:00")
    assert all(
        evaluate(entity.checks[0].expression, r.values, now) is not False for r in found.rows
    )


def test_shapes_are_those_of_the_api() -> None:
    book = rows(SHOP, BOOK, 5).rows[0]
    shown = write_shape(SHOP, BOOK, book, 5)
    author = rows(SHOP, AUTHOR, 5).rows[0]
    assert shown["author_id"] == identifier(SHOP, AUTHOR, author, 5)
    assert shown["price"] == f"{book.values['price']:.2f}"
    assert shown["genres"][0]["id"] == "history"  # type: ignore[index, call-overload]
    stock = rows(SHOP, STOCK, 5).rows[0]
    assert (
        identifier(SHOP, STOCK, stock, 5)
        == f"{identifier(SHOP, BOOK, book, 5)}~{stock.values['shelf']}"
    )


@pytest.mark.parametrize(
    ("field", "native", "shown"),
    [
        (Field(name="a", type=T.DECIMAL, precision=9, scale=3), Decimal("1.5"), "1.500"),
        (Field(name="a", type=T.BIGINT), 2**60, str(2**60)),
        (Field(name="a", type=T.DURATION), timedelta(hours=1, minutes=30), "PT1H30M"),
        (Field(name="a", type=T.DATE), date(2025, 6, 2), "2025-06-02"),
        (
            Field(name="a", type=T.DATETIME),
            datetime.fromisoformat("2025-06-02T11:30:00+02:00"),
            "2025-06-02T09:30:00Z",
        ),
        (Field(name="a", type=T.LIST, items=T.BIGINT), [1, 2], ["1", "2"]),
    ],
)
def test_json_is_that_of_the_api(field: Field, native: Any, shown: Any) -> None:
    assert as_json(field, native) == shown


def _keeps_rules(field: Field, shown: Any) -> bool:
    """An independent reading of the JSON value: only what is invalid by its form or by a rule fails."""
    from pydantic import TypeAdapter, ValidationError

    kinds: dict[FieldType, Any] = {
        T.INTEGER: int,
        T.FLOAT: float,
        T.BOOLEAN: bool,
        T.DATE: date,
        T.DATETIME: datetime,
        T.DURATION: timedelta,
    }
    if shown is None:
        return not field.required
    if field.type in kinds:
        try:
            TypeAdapter(kinds[field.type]).validate_json(
                f'"{shown}"' if isinstance(shown, str) else str(shown),
                strict=isinstance(shown, bool),
            )
        except ValidationError:
            return False
    from stackwright.generation.samples.native import native

    known = native(field, shown)
    if known is None or not isinstance(shown, type(as_json(field, known))):
        return False
    if field.type in (T.POINT, T.URL, T.IMAGE):
        return False
    return is_valid(field, known)
