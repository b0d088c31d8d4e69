"""The tests of a generated back end: how many there are, and that their tables tell the truth."""

import ast
from typing import Any

import pytest

from stackwright.domain.entity import Check, Entity, Permissions, PrimaryKey
from stackwright.domain.expression import Expression
from stackwright.domain.field import EnumValue, Field, FieldType
from stackwright.domain.project import Project
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.generation.backend.testing import tests_view as view_of
from stackwright.generation.backend.testing.literals import Link, Upload, row, source
from stackwright.generation.config import Config
from stackwright.rendering.layout import lay_out

T = FieldType

BOOK = Entity(
    name="Book",
    plural="Books",
    display="title",
    audit=True,
    optimistic_lock=True,
    permissions=Permissions(read=("public",), create=("clerk",), update=("clerk",), delete=()),
    fields=(
        Field(name="title", type=T.STRING, required=True, max_length=200, searchable=True),
        Field(name="isbn", type=T.STRING, required=True, unique=True, pattern=r"97[89]\d{10}"),
        Field(name="price", type=T.DECIMAL, precision=10, scale=2, required=True, min=0),
        Field(name="pages", type=T.INTEGER, min=1, max=5000, default=1),
        Field(
            name="status",
            type=T.ENUM,
            required=True,
            values=(EnumValue(name="draft", label="Draft"), EnumValue(name="sold", label="Sold")),
        ),
        Field(name="starts_on", type=T.DATE),
        Field(name="ends_on", type=T.DATE),
        Field(name="keywords", type=T.LIST, items=T.STRING, max_length=3),
        Field(name="cover", type=T.IMAGE),
        Field(name="secret", type=T.STRING, sensitive=True),
    ),
    checks=(
        Check(name="order", expression=Expression(text="ends_on >= starts_on"), message="No."),
    ),
    relations=(
        Relation(
            name="author",
            kind=RelationKind.MANY_TO_ONE,
            owner="Book",
            target="Author",
            inverse="books",
            required=True,
            on_delete=OnDelete.RESTRICT,
        ),
    ),
)
AUTHOR = Entity(
    name="Author",
    plural="Authors",
    fields=(Field(name="name", type=T.STRING, required=True),),
)
SHOP = Project(name="shop", title="Shop", roles=("clerk",), entities=(BOOK, AUTHOR))


@pytest.fixture(scope="module")
def view() -> dict[str, Any]:
    return view_of(BOOK, SHOP, Config())


def table(lines: list[str]) -> list[Any]:
    """The tables of a view as Python reads them; `pytest.param(…, id=…)` becomes its values."""
    text = lay_out(f"[{', '.join(lines)}]", step=4)
    names = {"Link": Link, "Upload": Upload, "pytest": pytest}
    values = eval(compile(ast.parse(text, mode="eval"), "table", "eval"), names)
    return [
        getattr(value, "values", value) if hasattr(value, "marks") else value for value in values
    ]


def test_a_book_of_ten_fields_has_at_least_68_cases(view: dict[str, Any]) -> None:
    writing, reading, relating = view["writing"], view["reading"], view["relating"]
    tables = [writing[name] for name in ("boundaries", "patches", "clearable", "invalid", "checks")]
    tables += [reading[name] for name in ("filters", "sorts", "malformed", "searches")]
    tables += [relating["unique"], *(view["access"][f"{name}s"] for name in ("read", "update"))]
    assert sum(map(len, tables)) >= 68


def test_every_rule_of_every_field_has_a_failing_case(view: dict[str, Any]) -> None:
    refused = {(name, repr(value)) for name, value in table(view["writing"]["invalid"])}
    assert {
        ("title", repr("x" * 201)),
        ("title", "None"),
        ("price", repr("-0.01")),
        ("pages", "0"),
        ("pages", "5001"),
        ("status", repr("no-such-value")),
        ("starts_on", repr("2025-02-30")),
        ("cover", repr("no-such-file")),
    } <= refused
    assert {name for name, _ in refused} == {field.name for field in BOOK.fields}


def test_every_family_of_operators_is_tried_on_every_field(view: dict[str, Any]) -> None:
    tried = {name for name, _, _ in table(view["reading"]["filters"])}
    assert {"title", "title__ne", "title__in", "title__notin", "title__contains"} <= tried
    assert {"price__gt", "price__ge", "price__lt", "price__le"} <= tried
    assert {"pages__null", "starts_on__null"} <= tried
    assert not any(name.startswith(("secret", "cover", "keywords")) for name in tried)


def test_expected_rows_of_a_filter_are_those_it_describes(view: dict[str, Any]) -> None:
    prices = [float(table([payload["price"]])[0]) for payload in payloads(view)]
    for name, text, expected in table(view["reading"]["filters"]):
        if name == "price__ge":
            assert expected == [n for n, price in enumerate(prices) if price >= float(text)]
        if name == "price__lt":
            assert expected == [n for n, price in enumerate(prices) if price < float(text)]


def payloads(view: dict[str, Any]) -> list[dict[str, str]]:
    """The source of each value of the example rows."""
    return [
        {line.split(": ", 1)[0].strip('"'): line.split(": ", 1)[1] for line in lines}
        for lines in view["payloads"]
    ]


def test_only_what_must_be_there_is_in_the_last_row(view: dict[str, Any]) -> None:
    first, _, last = payloads(view)
    assert "None" not in first.values()
    assert last["pages"] == last["starts_on"] == last["cover"] == "None"
    assert last["title"] != "None"
    assert lay_out(last["author_id"], step=4) == 'Link("author", 2)'


def test_broken_checks_break_no_other_rule(view: dict[str, Any]) -> None:
    (values,) = table(view["writing"]["checks"])[0]
    first = payloads(view)[0]
    starts = values.get("starts_on", first["starts_on"].strip('"'))
    ends = values.get("ends_on", first["ends_on"].strip('"'))
    assert ends < starts


def test_roles_are_let_in_and_kept_out(view: dict[str, Any]) -> None:
    access = view["access"]
    assert table(access["reads"]) == [
        ("public", 200),
        ("user", 200),
        ("clerk", 200),
        ("admin", 200),
    ]
    assert table(access["creates"]) == [
        ("public", 401),
        ("user", 403),
        ("clerk", 201),
        ("admin", 201),
    ]
    assert table(access["deletes"]) == [
        ("public", 401),
        ("user", 403),
        ("clerk", 403),
        ("admin", 204),
    ]


def test_a_composite_key_has_an_unknown_id_of_the_right_form() -> None:
    entry = Entity(
        name="Entry",
        plural="Entries",
        primary_key=PrimaryKey(kind="fields", parts=("day", "number")),
        fields=(
            Field(name="day", type=T.DATE, required=True),
            Field(name="number", type=T.INTEGER, required=True),
        ),
    )
    view = view_of(entry, Project(name="x", title="X", entities=(entry,)), Config())
    day, number = view["unknown"].split("~")
    assert len(day) == len("2025-06-02")
    assert number.isdigit()
    assert table(view["relating"]["unique"])[0].keys() == {"day", "number"}


def test_an_entity_nobody_can_fill_has_no_tests() -> None:
    knot = Entity(
        name="Knot",
        plural="Knots",
        fields=(Field(name="a", type=T.INTEGER, required=True, min=9, max=3),),
    )
    assert view_of(knot, Project(name="x", title="X", entities=(knot,)), Config())["rows"] == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        ("x" * 300, '"x" * 300'),
        (["a"], '["a"]'),
        ({"a": 1}, '{"a": 1}'),
        (Link("book", 2), 'Link("book", 2)'),
        ('say "hi" \\', "'say \"hi\" \\\\'"),
    ],
)
def test_values_become_python(value: Any, expected: str) -> None:
    assert lay_out(source(value), step=4) == expected


def test_a_line_of_a_table_is_a_tuple() -> None:
    assert lay_out(row("price", 1, None), step=4) == '("price", 1, None)'


def test_a_row_that_links_to_its_own_kind_is_not_made_twice() -> None:
    node = Entity(
        name="Node",
        plural="Nodes",
        fields=(Field(name="code", type=T.STRING, required=True, unique=True),),
        relations=(
            Relation(
                name="twin",
                kind=RelationKind.ONE_TO_ONE,
                owner="Node",
                target="Node",
                inverse="twin_of",
            ),
        ),
    )
    view = view_of(node, Project(name="x", title="X", entities=(node,)), Config())
    assert [group.keys() for group in table(view["relating"]["unique"])] == [{"code"}]


def test_the_same_change_is_tried_once() -> None:
    fields = tuple(
        Field(name=name, type=T.FLOAT, min="0.5", max="30") for name in ("credits", "credits2")
    )
    text = "credits = credits2 or credits2 = 30"
    check = Check(name="equal", expression=Expression(text=text), message="No.")
    course = Entity(name="Course", plural="Courses", fields=fields, checks=(check,))
    view = view_of(course, Project(name="x", title="X", entities=(course,)), Config())
    for name in ("boundaries", "patches"):
        cases = table(view["writing"][name])
        assert all(case not in cases[:number] for number, case in enumerate(cases)), name
