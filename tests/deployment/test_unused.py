"""Which choices change nothing, and why."""

from typing import Any

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.unused import unused, why_unused


def shop(target: str = "aws", **choices: Any) -> Deployment:
    return Deployment.model_validate({"name": "shop", "cloud": {"target": target}, **choices})


@pytest.mark.parametrize(
    ("path", "choices", "why"),
    [
        ("address.tls.reference", {"address": {"tls": {"certificate": "automatic"}}}, "your own"),
        ("address.tls.hsts", {"address": {"tls": {"certificate": "none"}}}, "no TLS"),
        ("address.cdn.pages_s", {"address": {"cdn": {"enabled": False}}}, "CDN is off"),
        ("cache.size", {"cache": {"enabled": False}}, "no cache"),
        ("scaling.cooldown_s", {"scaling": {"minimum": 2, "maximum": 2}}, "always 2"),
        ("recovery.backup_days", {"recovery": {"backups": False}}, "no backups"),
    ],
)
def test_another_choice_can_make_it_meaningless(
    path: str, choices: dict[str, Any], why: str
) -> None:
    assert why in why_unused(path, unused(shop(**choices)))


def test_with_everything_on_everything_is_used() -> None:
    everything = shop(
        address={"tls": {"certificate": "own", "reference": "x"}, "cdn": {"enabled": True}},
        cache={"enabled": True},
    )
    assert unused(everything) == {}


def test_a_part_that_the_target_does_not_use_holds_for_all_in_it() -> None:
    local = unused(shop("local"))
    assert why_unused("address.firewall.rules", local)
    assert why_unused("database.size", local)
    assert why_unused("database.engine", local) == ""
    assert why_unused("scaling.health_path", local) == ""
    assert why_unused("address.cdn.enabled", unused(shop("kubernetes")))
    assert why_unused("address.domain", unused(shop("kubernetes"))) == ""
