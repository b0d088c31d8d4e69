"""The bill before the order: what choices come to, what changes, and what nobody can know yet."""

from typing import Any

import pytest

from stackwright.deployment.bill import bill, expected
from stackwright.deployment.config import Deployment
from stackwright.deployment.cost import prices
from stackwright.deployment.options.place import Target

CLOUDS = ("aws", "gcp", "azure", "digitalocean")


def shop(target: str = "aws", **choices: Any) -> Deployment:
    return Deployment.model_validate({"name": "shop", "cloud": {"target": target}, **choices})


@pytest.mark.parametrize("target", ["local", "kubernetes"])
def test_where_nobody_is_paid_it_says_so(target: str) -> None:
    found = bill(shop(target))
    assert (found.state, found.usd_per_month, expected(shop(target))) == ("nothing", 0, ())
    assert found.said.endswith(".")


@pytest.mark.parametrize("target", CLOUDS)
@pytest.mark.parametrize("size", ["small", "medium", "large", "xlarge"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_every_size_of_a_database_has_a_price(target: str, size: str, engine: str) -> None:
    found = bill(shop(target, database={"engine": engine, "size": size}))
    assert "Database" in {line.address for line in found.cost.lines}
    assert "Database" not in found.cost.unknown


@pytest.mark.parametrize("target", CLOUDS)
def test_it_grows_with_what_is_chosen(target: str) -> None:
    plain, larger = shop(target), shop(target, database={"size": "large", "replicas": 1})
    found = bill(larger, plain)
    assert found.delta_usd_per_month is not None
    assert found.delta_usd_per_month > 0
    assert found.usd_per_month - bill(plain).usd_per_month == pytest.approx(
        found.delta_usd_per_month
    )
    assert bill(plain, plain).delta_usd_per_month == 0


def test_what_has_no_price_is_named_and_not_guessed() -> None:
    found = bill(shop("azure", database={"engine": "mongodb"}))
    assert found.state == "partly"
    assert "Database" in found.cost.unknown
    assert "Not counted:" in found.said
    assert "database" in found.said
    plain = bill(shop("digitalocean", scaling={"minimum": 1, "maximum": 1}))
    assert (plain.state, plain.cost.unknown) == ("known", ())


def test_leaving_a_cloud_is_a_saving() -> None:
    found = bill(shop("local"), shop("aws"))
    assert found.delta_usd_per_month == -bill(shop("aws")).usd_per_month


@pytest.mark.parametrize("target", [one for one in Target if one.value in CLOUDS])
def test_prices_of_a_bill_come_from_one_provider(target: Target) -> None:
    (source,) = bill(shop(target.value)).cost.sources
    assert source == prices().sources[target.value]
