from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from stackwright.deployment.config import PAGES, Deployment
from stackwright.deployment.health import gate_of
from stackwright.deployment.options.capacity import Size
from stackwright.deployment.review import CONNECTIONS, review
from tests.deployment.examples import production, shop


def fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in {"Deployment": schema, **schema["$defs"]}.items():
        for field, described in part.get("properties", {}).items():
            kind = schema["$defs"].get(described.get("$ref", "").rpartition("/")[2], {})
            yield f"{name}.{field}", {**kind, **described}


def test_every_choice_has_a_title_and_a_description() -> None:
    bare = [
        name
        for name, described in fields(Deployment.model_json_schema())
        if not (described.get("title") and described.get("description"))
    ]
    assert not bare


def test_the_wizard_has_eight_pages_that_hold_every_choice_once() -> None:
    shown = [field for _, fields in PAGES for field in fields]
    assert len(PAGES) == 8
    assert sorted(shown) == sorted(Deployment.model_fields)


def test_a_name_is_all_that_the_local_target_needs() -> None:
    assert review(shop()) == ()


@pytest.mark.parametrize("target", ["aws", "gcp", "azure", "digitalocean", "kubernetes"])
def test_a_good_production_deployment_has_no_findings(target: str) -> None:
    assert review(production(target)) == ()


@pytest.mark.parametrize(
    ("page", "choices", "where", "level"),
    [
        ("cloud", {"region": ""}, "cloud.region", "error"),
        ("cloud", {"credentials": ""}, "cloud.credentials", "error"),
        ("setting", {"approval": False}, "setting.approval", "warning"),
        ("setting", {"variables": {"API_KEY": "x"}}, "setting.variables.API_KEY", "error"),
        (
            "setting",
            {"variables": {"QUEUE": "amqp://me:hunter2@queue"}},
            "setting.variables.QUEUE",
            "error",
        ),
        ("setting", {"variables": {"PORT": "1"}}, "setting.variables.PORT", "error"),
        (
            "setting",
            {"secrets": {"STRIPE": {"store": "payments"}}},
            "setting.secrets.STRIPE.version",
            "warning",
        ),
        ("database", {"public": True}, "database.public", "error"),
        ("database", {"encrypted": False}, "database.encrypted", "error"),
        ("database", {"deletion_protection": False}, "database.deletion_protection", "error"),
        ("database", {"high_availability": False}, "database.high_availability", "warning"),
        ("database", {"storage_gb": 200}, "database.storage_limit_gb", "error"),
        ("database", {"connections": 100}, "database.connections", "warning"),
        ("address", {"tls": {"certificate": "none"}}, "address.tls.certificate", "error"),
        ("address", {"tls": {"certificate": "own"}}, "address.tls.reference", "error"),
        ("address", {"tls": {"redirect": False}}, "address.tls.redirect", "warning"),
        ("address", {"domain": None}, "address.domain", "warning"),
        ("address", {"aliases": ["shop.example.com"]}, "address.aliases", "error"),
        (
            "address",
            {"firewall": {"rules": [{"port": 5432, "sources": ["0.0.0.0/0"], "why": "tests"}]}},
            "address.firewall.rules.0",
            "error",
        ),
        (
            "address",
            {"firewall": {"rules": [{"port": 22, "sources": ["::/0"], "why": "repairs"}]}},
            "address.firewall.rules.0",
            "warning",
        ),
        ("scaling", {"maximum": 1}, "scaling.maximum", "error"),
        ("scaling", {"minimum": 1}, "scaling.minimum", "warning"),
        ("scaling", {"drain_s": 5}, "scaling.drain_s", "warning"),
        ("scaling", {"rollout": "recreate"}, "scaling.rollout", "warning"),
        ("scaling", {"zones": 1}, "scaling.zones", "warning"),
        ("watching", {"mails": []}, "watching.mails", "warning"),
        ("watching", {"metrics": False}, "watching.metrics", "error"),
        ("watching", {"alarms": []}, "watching.alarms", "warning"),
        ("recovery", {"backups": False, "point_in_time": False}, "recovery.backups", "error"),
        ("recovery", {"backup_days": 1}, "recovery.backup_days", "warning"),
        ("recovery", {"second_region": "eu-central-1"}, "recovery.second_region", "error"),
        ("recovery", {"automatic_rollback": False}, "recovery.automatic_rollback", "warning"),
    ],
)
def test_an_unwise_choice_is_found_where_it_was_made(
    page: str, choices: dict[str, Any], where: str, level: str
) -> None:
    (finding,) = review(production("aws", **{page: choices}))
    assert (finding.where, finding.level) == (where, level)
    assert finding.message.endswith(".")
    assert finding.hint.endswith(".")


def test_the_local_target_brings_postgresql_and_switches_colours() -> None:
    found = review(shop(database={"engine": "mongodb"}, scaling={"rollout": "rolling"}))
    assert [finding.where for finding in found] == ["database.engine", "scaling.rollout"]


def test_a_product_runs_on_the_database_that_it_was_generated_for() -> None:
    deployment = production(database={"engine": "mysql"})
    assert review(deployment, "mysql") == ()
    (finding,) = review(deployment, "postgresql")
    assert "generated for postgresql" in finding.message


@pytest.mark.parametrize(
    "choices",
    [
        {"name": "Book Shop"},
        {"name": "bookshop", "address": {"domain": "http://shop.example.com"}},
        {"name": "bookshop", "address": {"firewall": {"visitors": ["10.0.0.1/8"]}}},
        {"name": "bookshop", "scaling": {"health_path": "health; rm -rf /"}},
        {"name": "bookshop", "setting": {"variables": {"lower": "x"}}},
        {"name": "bookshop", "watching": {"mails": ["a@b.c\nBcc: all@example.com"]}},
        {"name": "bookshop", "colour": "blue"},
    ],
)
def test_choices_that_mean_nothing_are_refused(choices: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Deployment.model_validate(choices)


def test_choices_survive_being_kept() -> None:
    deployment = production(setting={"secrets": {"STRIPE": {"store": "payments", "version": "3"}}})
    assert Deployment.model_validate_json(deployment.model_dump_json()) == deployment


def test_the_gate_is_what_was_chosen() -> None:
    gate = gate_of(shop(scaling={"health_path": "/up", "health_budget_s": 7}))
    assert (gate.path, gate.budget_s) == ("/up", 7)


def test_every_size_has_its_connections() -> None:
    assert CONNECTIONS.keys() == {size.value for size in Size}
