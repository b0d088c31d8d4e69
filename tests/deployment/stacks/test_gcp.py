"""Google: every choice reaches the stack or is answered, and nothing is told that the stack does not know."""

import json
import re

import pytest

from stackwright.deployment.stacks.gcp import NOT_TOLD, limits, variables
from tests.deployment.examples import production, shop
from tests.deployment.stacks.declared import TEMPLATES, declared, text_of, undescribed, unused
from tests.deployment.stacks.options import CHANGED, IMAGE, options, unheard, with_change

FOLDER = TEMPLATES / "gcp/terraform"


def test_every_option_of_the_wizard_is_tried() -> None:
    assert {*options()} == {*CHANGED}


def test_every_option_changes_a_variable_or_is_answered() -> None:
    assert unheard("gcp", variables, limits) == []


def test_every_variable_is_declared_described_used_and_given() -> None:
    given, known = variables(production("gcp"), IMAGE), declared(FOLDER)
    assert {*given} <= {*known}
    assert {name for name, needed in known.items() if needed} <= {*given}
    assert (undescribed(FOLDER), unused(FOLDER)) == ([], [])
    assert not {*NOT_TOLD} & {*given}


def test_variables_are_plain_json() -> None:
    given = variables(production("gcp"), IMAGE)
    assert json.loads(json.dumps(given)) == given


def test_a_production_database_has_keys_of_its_own_and_staging_has_those_of_google() -> None:
    staging = with_change(production("gcp"), "setting.environment", "staging")
    assert variables(production("gcp"), IMAGE)["customer_managed_keys"] is True
    assert variables(staging, IMAGE)["customer_managed_keys"] is False


def test_a_webhook_is_a_channel_of_google_and_never_an_address() -> None:
    channel = {"store": "projects/p/notificationChannels/1"}
    good = production("gcp", watching={"webhook": channel})
    bad = production("gcp", watching={"webhook": {"store": "https://hooks.example.com/x"}})
    assert variables(good, IMAGE)["webhook_channel"] == channel["store"]
    assert variables(bad, IMAGE)["webhook_channel"] == ""
    assert [one.where for one in limits(bad) if one.level == "error"] == ["watching.webhook"]


@pytest.mark.parametrize(
    ("part", "choices", "where"),
    [
        ("database", {"engine": "mongodb"}, "database.engine"),
        ("database", {"size": "small"}, "database.size"),
        ("recovery", {"backups": False, "point_in_time": False}, "database.high_availability"),
        ("scaling", {"health_budget_s": 300}, "scaling.health_budget_s"),
        ("scaling", {"rollout": "recreate"}, "scaling.rollout"),
        ("setting", {"secrets": {"A": {"store": "s", "key": "k"}}}, "setting.secrets.A.key"),
        ("address", {"domain": None}, "address.domain"),
        ("address", {"tls": {"certificate": "own", "reference": "x"}}, "address.tls.reference"),
    ],
)
def test_what_google_cannot_do_is_said(part: str, choices: dict[str, object], where: str) -> None:
    found = {one.where: one for one in limits(production("gcp", **{part: choices}))}
    assert where in found
    assert found[where].hint


def test_errors_come_first() -> None:
    levels = [one.level for one in limits(shop(address={"tls": {"certificate": "own"}}))]
    assert levels == sorted(levels)


def test_the_stack_writes_no_password_and_leaves_the_image_to_the_release() -> None:
    text = text_of(FOLDER)
    assert not re.search(r"^ *(\w*_)?password(_wo)? *=", text, re.MULTILINE)
    assert "template[0].containers[0].image," in text
