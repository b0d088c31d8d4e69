"""Names in all their spellings."""

import pytest

from stackwright.domain import naming


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("Book", "Books"), ("Category", "Categories"), ("Day", "Days"), ("Person", "People"),
        ("Box", "Boxes"), ("Series", "Series"), ("Status", "Statuses"), ("Address", "Addresses"),
        ("Branch", "Branches"), ("Child", "Children"), ("GrandChild", "GrandChildren"),
        ("Grandchild", "Grandchildren"), ("SalesPerson", "SalesPeople"), ("Salesperson", "Salespeople"),
        ("Craftsman", "Craftsmen"), ("Human", "Humans"), ("Diagnosis", "Diagnoses"),
        ("Analysis", "Analyses"), ("Quiz", "Quizzes"), ("Hero", "Heroes"), ("Photo", "Photos"),
        ("Index", "Indices"), ("Leaf", "Leaves"), ("OrderLine", "OrderLines"), ("Bus", "Buses"),
        ("DVD", "DVDs"), ("Route66", "Route66s"), ("order_line", "order_lines"), ("Buzz", "Buzzes"),
        ("Dish", "Dishes"), ("News", "News"), ("Medium", "Media"), ("Key", "Keys"), ("Y", "Ys"),
    ],
)  # fmt: skip
def test_plurals_are_english(one: str, many: str) -> None:
    assert naming.plural(one) == many


def test_a_name_has_all_spellings() -> None:
    for name in ("OrderLine2", "order_line_2", "order-line-2", "Order line 2"):
        assert naming.words(name) == ["order", "line", "2"]
        assert naming.snake(name) == "order_line_2"
        assert naming.kebab(name) == "order-line-2"
        assert naming.pascal(name) == "OrderLine2"
        assert naming.camel(name) == "orderLine2"
        assert naming.sentence(name) == "Order line 2"
    assert naming.words("HTTPServer") == ["http", "server"]
    assert naming.camel("") == ""
