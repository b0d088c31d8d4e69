"""Azure by Terraform: every choice reaches the stack or is answered, and nothing is told that it does not know."""

import json
import re

import pytest

from stackwright.deployment.cost import prices
from stackwright.deployment.options.watching import Alarm, Measure
from stackwright.deployment.stacks.azure import limits, variables
from stackwright.deployment.stacks.azure_sizes import window, zone_of
from stackwright.deployment.targets.terraform import service_of
from tests.deployment.examples import production, shop
from tests.deployment.stacks.declared import (
    TEMPLATES,
    declared,
    kinds,
    text_of,
    undescribed,
    unused,
)
from tests.deployment.stacks.options import IMAGE, unheard

FOLDER = TEMPLATES / "azure/terraform"
AZURE = production("azure")
NOBODY = {"port": 22, "sources": ["::/0"], "why": "look inside"}


def test_every_option_changes_a_variable_or_is_answered() -> None:
    assert unheard("azure", variables, limits) == []


def test_every_variable_is_declared_described_used_and_given() -> None:
    given, known = variables(AZURE, IMAGE), declared(FOLDER)
    assert {*given} <= {*known}
    assert {name for name, needed in known.items() if needed} <= {*given}
    assert (undescribed(FOLDER), unused(FOLDER)) == ([], [])
    assert json.loads(json.dumps(given)) == given


def test_every_kind_of_resource_has_a_service_and_a_price_but_for_these() -> None:
    table = prices()
    known = {*table.prices, *table.free, *table.by_use}
    assert [kind for kind in sorted(kinds(FOLDER)) if service_of(kind) == "More"] == []
    assert {kind for kind in kinds(FOLDER) if kind not in known} == {
        "azurerm_managed_redis",
        "azurerm_mongo_cluster",
        "azurerm_monitor_scheduled_query_rules_alert_v2",
    }, "a bill names these as unknown: their list prices have not been looked up"


def test_the_password_of_the_database_stays_out_of_plan_and_state() -> None:
    text = text_of(FOLDER)
    block = text.partition('variable "database_password" {')[2].partition("\n}")[0]
    assert "ephemeral   = true" in block
    used = [line.strip() for line in text.splitlines() if "var.database_password" in line]
    used = [line for line in used if "version" not in line.partition("=")[2]]
    assert used
    allowed = r"(administrator_password_wo|value_wo|condition) += "
    assert all(re.match(allowed, line) for line in used)


def test_terraform_leaves_what_is_rolled_out_alone() -> None:
    text = text_of(FOLDER)
    for left in ("template[0].container[0].image", "ingress[0].traffic_weight"):
        assert f"      {left}," in text


def test_a_standby_needs_a_server_that_is_not_burstable() -> None:
    small = production("azure", database={"high_availability": False})
    assert variables(small, IMAGE)["database_sku"] == "B_Standard_B1ms"
    assert variables(AZURE, IMAGE)["database_sku"] == "GP_Standard_D2ds_v4"
    assert "database.size" in {finding.where for finding in limits(AZURE)}


@pytest.mark.parametrize(
    ("engine", "wanted_gb", "given_gb"),
    [("postgresql", 20, 32), ("postgresql", 33, 64), ("mysql", 10, 20), ("mongodb", 4000, 4096)],
)
def test_storage_comes_in_the_steps_of_azure(engine: str, wanted_gb: int, given_gb: int) -> None:
    deployment = production("azure", database={"engine": engine, "storage_gb": wanted_gb})
    assert variables(deployment, IMAGE)["database_storage_gb"] == given_gb
    assert "database.storage_gb" in {finding.where for finding in limits(deployment)}


@pytest.mark.parametrize(
    ("minutes", "name"), [(1, "PT1M"), (2, "PT5M"), (15, "PT15M"), (61, "PT6H"), (120, "PT6H")]
)
def test_an_alarm_waits_at_least_as_long_as_it_was_told(minutes: int, name: str) -> None:
    assert window(Alarm(measure=Measure.RESTARTS, above=1, minutes=minutes)) == name


def test_alarms_that_become_the_same_are_one() -> None:
    twice = [{"measure": "restarts", "above": 3, "minutes": one} for one in (4, 5)]
    given = variables(production("azure", watching={"alarms": twice}), IMAGE)
    assert given["alarms"] == [{"measure": "restarts", "above": 3.0, "window": "PT5M"}]


@pytest.mark.parametrize(
    ("domain", "zone"),
    [("shop.example.com", "example.com"), ("example.com", "example.com"), ("a.b.c.org", "b.c.org")],
)
def test_the_zone_of_a_name(domain: str, zone: str) -> None:
    assert zone_of(domain) == zone


@pytest.mark.parametrize(
    ("part", "chosen", "where", "level"),
    [
        ("database", {"engine": "mongodb"}, "database.engine", "warning"),
        ("database", {"version": "9.6"}, "database.version", "error"),
        ("database", {"engine": "mongodb", "replicas": 1}, "database.replicas", "error"),
        ("address", {"tls": {"certificate": "own", "reference": "x"}}, "address.tls.reference", "error"),
        ("address", {"domain": None, "firewall": {"visitors": ["::/0"]}}, "address.firewall.visitors", "error"),
        ("address", {"firewall": {"rules": [NOBODY]}}, "address.firewall.rules.0", "error"),
        ("scaling", {"rollout": "recreate"}, "scaling.rollout", "warning"),
        ("scaling", {"request_timeout_s": 300}, "scaling.request_timeout_s", "warning"),
        ("setting", {"secrets": {"A": {"store": "own-name"}}}, "setting.secrets.A", "warning"),
        ("setting", {"secrets": {"A": {"store": "not a name"}}}, "setting.secrets.A", "error"),
        ("watching", {"log_days": 1000}, "watching.log_days", "warning"),
        ("watching", {"webhook": {"store": "hook"}}, "watching.webhook", "warning"),
        ("recovery", {"second_region": "northeurope"}, "recovery.second_region", "warning"),
    ],
)  # fmt: skip
def test_what_azure_cannot_do_is_said(
    part: str, chosen: dict[str, object], where: str, level: str
) -> None:
    found = {finding.where: finding for finding in limits(production("azure", **{part: chosen}))}
    assert found[where].level == level


def test_errors_come_first() -> None:
    wrong = shop(address={"tls": {"certificate": "own"}}, scaling={"rollout": "recreate"})
    levels = [finding.level for finding in limits(wrong)]
    assert levels == sorted(levels)
    assert {*levels} == {"error", "warning"}
