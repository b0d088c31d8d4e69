"""DigitalOcean: every choice reaches the stack or is answered, and nothing is told that the stack does not know."""

import json

import pytest

from stackwright.deployment.stacks.digitalocean import NOT_TOLD, limits, variables
from tests.deployment.examples import production
from tests.deployment.stacks.declared import TEMPLATES, declared, undescribed, unused
from tests.deployment.stacks.options import IMAGE, unheard, with_change

FOLDER = TEMPLATES / "digitalocean/terraform"


def test_every_option_changes_a_variable_or_is_answered() -> None:
    assert unheard("digitalocean", variables, limits) == []


def test_every_variable_is_declared_described_used_and_given() -> None:
    given, known = variables(production("digitalocean"), IMAGE), declared(FOLDER)
    assert {*given} <= {*known}
    assert {name for name, needed in known.items() if needed} <= {*given}
    assert (undescribed(FOLDER), unused(FOLDER)) == ([], [])
    assert not {*NOT_TOLD} & {*given}


def test_variables_are_plain_json() -> None:
    given = variables(production("digitalocean"), IMAGE)
    assert json.loads(json.dumps(given)) == given


def test_names_that_all_customers_share_end_alike_for_the_same_account_only() -> None:
    base = production("digitalocean")
    other = with_change(base, "cloud.credentials", "theirs")
    assert variables(base, IMAGE)["suffix"] == variables(base, IMAGE)["suffix"]
    assert variables(base, IMAGE)["suffix"] != variables(other, IMAGE)["suffix"]


@pytest.mark.parametrize(("wanted", "given"), [(10, 10), (20, 20), (500, 30)])
def test_a_disk_is_one_that_the_size_can_have(wanted: int, given: int) -> None:
    chosen = production("digitalocean", database={"storage_gb": wanted, "storage_limit_gb": 1000})
    assert variables(chosen, IMAGE)["database_storage_gb"] == given
    said = "database.storage_gb" in {one.where for one in limits(chosen)}
    assert said == (wanted != given)


@pytest.mark.parametrize(
    ("part", "choices", "where", "level"),
    [
        ("database", {"engine": "mongodb", "replicas": 1}, "database.replicas", "error"),
        ("database", {"public": True}, "database.public", "warning"),
        (
            "address",
            {"firewall": {"visitors": ["203.0.113.0/24"]}},
            "address.firewall.visitors",
            "error",
        ),
        ("address", {"tls": {"certificate": "own"}}, "address.tls.certificate", "error"),
        ("scaling", {"rollout": "rolling"}, "scaling.rollout", "warning"),
        ("setting", {"secrets": {"A": {"store": "s"}}}, "setting.secrets.A", "warning"),
        ("recovery", {"second_region": "ams3"}, "recovery.second_region", "warning"),
    ],
)
def test_what_digitalocean_cannot_do_is_said(
    part: str, choices: dict[str, object], where: str, level: str
) -> None:
    found = {one.where: one for one in limits(production("digitalocean", **{part: choices}))}
    assert found[where].level == level
    assert found[where].hint
