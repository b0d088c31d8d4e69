from datetime import date
from typing import Any

import pytest

from stackwright.deployment.cost import (
    MAX_AGE_DAYS,
    cost,
    monthly_usd,
    over_budget,
    prices,
    staleness,
)
from stackwright.deployment.step import Fact, Resource
from stackwright.deployment.targets.terraform import flatten, read_plan
from tests.deployment.examples import change, terraform


def resource(kind: str, **facts: Fact) -> Resource:
    return Resource(kind=kind, address=f"{kind}.main", facts=facts)


SMALL = resource("aws_db_instance", instance_class="db.t4g.small", allocated_storage=20)


def test_every_price_names_a_source_with_its_day_and_is_charged_once() -> None:
    table = prices()
    assert table.currency == "USD"
    assert {price.source for price in table.prices.values()} == table.sources.keys()
    kinds = [*table.prices, *table.free, *table.by_use]
    assert len(kinds) == len({*kinds})
    amounts = [
        amount
        for price in table.prices.values()
        for amount in (price.flat, *price.monthly.values(), *price.each.values())
    ]
    assert min(amounts) >= 0


def test_larger_sizes_are_never_cheaper() -> None:
    for kind, price in prices().prices.items():
        assert list(price.monthly.values()) == sorted(price.monthly.values()), kind


@pytest.mark.parametrize(
    ("facts", "usd"),
    [
        ({}, 25.66),
        ({"multi_az": True}, 51.32),
        ({"allocated_storage": "100"}, 34.86),
        ({"instance_class": "db.unheard.of"}, None),
        ({"allocated_storage": "(known after it is made)"}, None),
    ],
)
def test_a_database_costs_its_size_and_its_storage(
    facts: dict[str, Fact], usd: float | None
) -> None:
    changed = SMALL.model_copy(update={"facts": {**SMALL.facts, **facts}})
    assert monthly_usd(changed, prices()) == usd


def test_a_container_costs_what_its_task_is_given() -> None:
    entries = (
        change(
            "aws_ecs_task_definition",
            ["create"],
            after={"family": "f", "cpu": "256", "memory": "512"},
        ),
        change("aws_ecs_service", ["create"], after={"name": "shop", "desired_count": 2}),
    )
    found = cost((), read_plan(terraform(*entries)).after)
    assert found.after_usd_per_month == 18.02


@pytest.mark.parametrize(
    ("service", "usd"),
    [
        ({"instance_count": 2}, 24.0),
        ({"autoscaling": [{"min_instance_count": 3}]}, 36.0),
        ({}, 12.0),
    ],
)
def test_an_app_costs_the_instances_that_always_run(service: dict[str, Any], usd: float) -> None:
    content = {"spec": [{"service": [{"instance_size_slug": "apps-s-1vcpu-1gb", **service}]}]}
    app = Resource(kind="digitalocean_app", address="app", facts=dict(flatten(content)))
    assert monthly_usd(app, prices()) == usd


def test_what_changes_is_told_and_the_reverse_is_its_negative() -> None:
    bigger = SMALL.model_copy(update={"facts": {**SMALL.facts, "instance_class": "db.t4g.large"}})
    gateway = resource("aws_nat_gateway")
    found = cost([SMALL, gateway], [bigger, gateway])
    assert found.delta_usd_per_month == 70.81
    assert found.before_usd_per_month == 58.51
    assert found.reversed().delta_usd_per_month == -70.81
    assert [source.provider for source in found.sources] == ["Amazon Web Services"]


def test_what_is_not_counted_is_named() -> None:
    found = cost((), [resource("aws_s3_bucket"), resource("aws_thing"), resource("aws_vpc")])
    assert (found.by_use, found.unknown) == (("aws_s3_bucket.main",), ("aws_thing.main",))
    assert found.lines == ()


def test_the_budget_is_a_limit() -> None:
    found = cost((), [SMALL])
    assert over_budget(found, None) == over_budget(found, 25.66) == ()
    (finding,) = over_budget(found, 25)
    assert finding.level == "error"
    assert "25.66 USD" in finding.message


def test_old_prices_are_admitted() -> None:
    newest = max(source.date for source in prices().sources.values())
    assert staleness(newest) == ()
    old = date.fromordinal(newest.toordinal() + MAX_AGE_DAYS + 1)
    assert "181 days old" in staleness(old)[0].message
