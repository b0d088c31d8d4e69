"""Expressions: what is understood, and what is said about what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.domain.expression import Expression, Kind, Operand, Problem, typed
from stackwright.domain.field import FieldType

FIELDS = (
    Operand(name="price", type=FieldType.DECIMAL),
    Operand(name="ratio", type=FieldType.FLOAT),
    Operand(name="stock", type=FieldType.INTEGER),
    Operand(name="title", type=FieldType.STRING),
    Operand(name="starts_on", type=FieldType.DATE),
    Operand(name="ends_on", type=FieldType.DATE),
    Operand(name="sent_at", type=FieldType.DATETIME),
    Operand(name="status", type=FieldType.ENUM, values=("draft", "sold")),
    Operand(name="state", type=FieldType.ENUM, values=("draft", "open")),
    Operand(name="is_open", type=FieldType.BOOLEAN),
    Operand(name="tags", type=FieldType.LIST),
    Operand(name="code", type=FieldType.UUID),
)


def check(text: str, *expected: tuple[int, str, str]) -> None:
    """The problems of an expression: position, a part of the message, a part of the hint."""
    expression, problems = typed(text, FIELDS)
    assert (expression is None) is bool(expected)
    assert len(problems) == len(expected), problems
    for problem, (at, message, hint) in zip(problems, expected, strict=True):
        assert problem.at == at
        assert message in problem.message
        assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("price * 1.07", Kind.DECIMAL),
        ("stock + 1", Kind.INTEGER),
        ("stock / 2", Kind.DECIMAL),
        ("price * ratio", Kind.FLOAT),
        ("starts_on <= ends_on", Kind.BOOLEAN),
        ("days_between(starts_on, ends_on)", Kind.INTEGER),
        ("coalesce(price, 0)", Kind.DECIMAL),
        ("concat(title, '!')", Kind.TEXT),
        ("status in ['draft'] and not is_open", Kind.BOOLEAN),
        ("coalesce(status, 'draft') = 'sold'", Kind.BOOLEAN),
        ("tags is null", Kind.BOOLEAN),
        ("code = code", Kind.BOOLEAN),
        ("today()", Kind.DATE),
        ("-price", Kind.DECIMAL),
        ("stock in [-1, 2]", Kind.BOOLEAN),
        ("coalesce(is_open, false)", Kind.BOOLEAN),
    ],
)
def test_an_expression_has_a_kind(text: str, kind: Kind) -> None:
    expression, problems = typed(text, FIELDS)
    assert expression is not None, problems
    assert expression.kind is kind


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("", 0, "ends too early", ""),
        ("price >", 7, "ends too early", ""),
        ("price = = 1", 8, "`=` is not expected here", ""),
        ("price < stock < 3", 14, "`<` is not expected", "Join two comparisons with `and`"),
        ("(price > 1", 10, "`)` is missing", ""),
        ("price > 1)", 9, "`)` is not expected", ""),
        ('title = "x"', 8, '`"` means nothing', "single quotes"),
        ("title = 'x", 8, "`'` means nothing", "does not end"),
        ("price > 1 && stock > 2", 10, "`&` means nothing", "Write `and`"),
        ("price.amount > 1", 5, "`.` means nothing", "same row"),
        ("lenght(title) > 1", 0, "no function `lenght`", ""),
        ("len(title, 1) > 1", 0, "`len` takes 1 argument, not 2", "Like this"),
        ("min(price) > 1", 0, "`min` takes 2 to 20 arguments, not 1", ""),
        ("round(price, 99) > 1", 0, "`round` takes 0 to 10", ""),
        ("round(price, stock) > 1", 0, "`round` takes 0 to 10", ""),
        ("starts_on > date '2024-02-30'", 17, "'2024-02-30' is no date", "2024-01-31"),
        ("price is 3", 6, "`is` is followed by", ""),
        ("price not 3", 10, "`in` is missing", ""),
        ("status in 'draft'", 10, "`[` is missing", ""),
        ("status in [title]", 11, "holds numbers, texts or dates", ""),
        ("status in ['draft'", 18, "`]` is missing", ""),
        ("len(title", 9, "`)` is missing to close `len(`", ""),
        ("and", 0, "`and` is not expected", ""),
        ("9" * 31 + " > price", 0, "more than 30 digits", ""),
        ("(" * 30 + "price" + ")" * 30, 20, "nested more than 20 deep", ""),
        (" + ".join(["price"] * 200), 0, "more than 250 parts", "several checks"),
        ("x" * 2001, 0, "longer than 2,000", ""),
    ],
)
def test_a_text_that_is_no_expression_is_pointed_at(
    text: str, at: int, message: str, hint: str
) -> None:
    check(text, (at, message, hint))


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("prise > 1", 0, "no field `prise`", "`price`"),
        ("price + title > 1", 8, "`+` works with numbers, not with a text", "concat"),
        ("starts_on + 1 > ends_on", 0, "not with a date", "days_between"),
        ("-title = 'x'", 1, "`-` works with numbers", ""),
        ("price = null", 6, "`= null` is never true", "Write `is null`"),
        ("price != null", 6, "`!= null` is never true", "Write `is not null`"),
        ("title < 'm'", 6, "databases order texts differently", ""),
        ("is_open < true", 8, "it has no order", ""),
        ("price = 'x'", 6, "cannot bring together", ""),
        ("starts_on = sent_at", 10, "a date and a moment", ""),
        ("status = 'sould'", 9, "`status` has no value 'sould'", "`sold`"),
        ("status in ['draft', 'gone']", 20, "no value 'gone'", "There are: draft, sold"),
        ("coalesce(status, 'drfat') = 'sold'", 17, "no value 'drfat'", "`draft`"),
        ("status = state", 7, "cannot bring together", ""),
        ("tags = tags", 5, "does not work with lists", "`is null`"),
        ("len(price) > 1", 4, "`len` does not take a number", "Like this"),
        ("year(title) > 1", 5, "`year` does not take a text", ""),
        ("max(tags, stock) > 1", 4, "`max` does not take", ""),
        ("coalesce(price, 'x') = 1", 0, "`coalesce` cannot bring together", ""),
        ("coalesce(tags, 1) = 1", 9, "`coalesce` does not take", ""),
        ("price and is_open", 0, "`and` joins conditions, not a number", ""),
        ("not price", 4, "`not` joins conditions", ""),
        ("is_open = (price > 1)", 17, "cannot be compared", "Join comparisons"),
        ("price / 0 > 1", 8, "divided by zero", ""),
        ("ratio % 2 = 1", 6, "floating-point", "round()"),
        ("3 is null", 2, "never in doubt", ""),
    ],
)
def test_parts_that_do_not_fit_are_pointed_at(text: str, at: int, message: str, hint: str) -> None:
    check(text, (at, message, hint))


def test_every_problem_of_an_expression_is_found() -> None:
    check(
        "prise > 1 and titel = 'x' and price + title = 2",
        (0, "no field `prise`", "`price`"),
        (14, "no field `titel`", "`title`"),
        (38, "`+` works with numbers", ""),
    )


def test_an_expression_knows_the_fields_it_reads() -> None:
    expression, _ = typed("price > stock or price is null", FIELDS)
    assert expression is not None
    assert expression.names == ("price", "stock")
    assert [operand.name for operand in expression.operands] == ["price", "stock"]
    assert expression.is_deterministic


def test_an_expression_survives_json() -> None:
    expression, _ = typed("price * 1.1", FIELDS, scale=2)
    assert expression is not None
    again = Expression.model_validate_json(expression.model_dump_json())
    assert again == expression
    assert hash(again) == hash(expression)
    assert again.tree == expression.tree


@given(st.text(st.sampled_from("price'stock=<>!()[],.+-*/% \nandornotinis null123\"é\x00")))
def test_any_text_is_an_expression_or_a_problem(text: str) -> None:
    expression, problems = typed(text, FIELDS)
    assert (expression is None) is bool(problems)
    assert all(isinstance(problem, Problem) for problem in problems)
    assert all(0 <= problem.at <= len(text) for problem in problems)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("3 < stock", "stock > 3"),
        ("3 = stock", "stock = 3"),
        ("is_open = true", "is_open"),
        ("is_open != true", "not is_open"),
        ("false = is_open", "not is_open"),
        ("not (not is_open)", "is_open"),
        ("status = 'draft' or status = 'sold'", "status in ['draft', 'sold']"),
        ("status != 'draft' and status != 'sold'", "status not in ['draft', 'sold']"),
        (
            "status = 'draft' or stock = 1 or status in ['sold', 'draft']",
            "status in ['draft', 'sold'] or stock = 1",
        ),
        ("status = 'draft' and status = 'sold'", "status = 'draft' and status = 'sold'"),
        ("coalesce(coalesce(price, ratio), 1) > 0", "coalesce(price, ratio, 1) > 0"),
        ("max(max(price, 1), stock) > 0", "max(price, 1, stock) > 0"),
        ("abs(-(stock)) + 1 > 2", "abs(-stock) + 1 > 2"),
    ],
)
def test_what_means_the_same_has_the_same_form(text: str, same: str) -> None:
    one, problems = typed(text, FIELDS)
    two, _ = typed(same, FIELDS)
    assert one is not None, problems
    assert two is not None
    assert one.tree == two.tree
