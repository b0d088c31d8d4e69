"""The ways of choosing that make other resources: each gives a plan that the provider's schema accepts."""

from pathlib import Path
from typing import Any

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.policy import policies
from stackwright.deployment.targets.terraform import read_plan
from tasks import terraform
from tasks.stacks import stack_folder, stack_variables
from tasks.terraform_folder import Place, lay_out
from tests.deployment.examples import production, shop
from tests.toolchain.conftest import EVERYTHING as ALL

pytestmark = pytest.mark.toolchain

ALARMS = [
    {"measure": measure, "above": 80, "minutes": 7}
    for measure in (
        "cpu_percent",
        "memory_percent",
        "errors_percent",
        "p99_ms",
        "database_storage_percent",
        "database_connections_percent",
        "restarts",
    )
]
EVERYTHING: dict[str, Any] = {
    "setting": {"variables": {"GREETING": "hello"}, "secrets": {"SECRET_KEY": {"store": "key"}}},
    "database": {"replicas": 2, "public": True, "storage_gb": 60, "size": "large"},
    "address": {
        "aliases": ["www.shop.example.com", "shop.example.org"],
        "manage_dns": True,
        "cdn": {"enabled": True},
        "firewall": {
            "rules": [
                {"port": 5432, "sources": ["203.0.113.0/24", "2001:db8::/32"], "why": "look inside"}
            ]
        },
    },
    "scaling": {"maximum": 9},
    "cache": {"enabled": True},
    "watching": {"traces": True, "alarms": ALARMS},
    "review": {"tags": {"team": "books"}},
}
CASES: dict[str, Any] = {
    "everything": EVERYTHING,
    "mysql": {**EVERYTHING, "database": {"engine": "mysql", "replicas": 1}},
    "mongodb": {**EVERYTHING, "database": {"engine": "mongodb", "replicas": 0}},
    "little": None,
}
REGIONS = {
    "aws": ("eu-central-1", "eu-west-1"),
    "azure": ("westeurope", "northeurope"),
    "digitalocean": ("fra1", "ams3"),
    "gcp": ("europe-west1", "europe-west4"),
}
KINDS = {
    ("aws", "mysql"): {"aws_db_instance", "aws_cloudfront_distribution", "aws_route53_record"},
    ("gcp", "everything"): {"google_sql_database_instance", "google_dns_record_set"},
    ("gcp", "mysql"): {"google_sql_database_instance", "google_redis_instance"},
    ("gcp", "mongodb"): {"google_firestore_database", "google_firestore_backup_schedule"},
    ("gcp", "little"): {"google_cloud_run_v2_service"},
    ("digitalocean", "everything"): {"digitalocean_database_connection_pool", "digitalocean_cdn"},
    ("digitalocean", "mysql"): {"digitalocean_database_mysql_config"},
    ("digitalocean", "mongodb"): {"digitalocean_database_mongodb_config"},
    ("azure", "mysql"): {"azurerm_mysql_flexible_server", "azurerm_managed_redis"},
    ("azure", "mongodb"): {"azurerm_mongo_cluster", "azurerm_cdn_frontdoor_rule"},
    ("azure", "little"): {"azurerm_container_app", "azurerm_postgresql_flexible_server"},
}
ONE_EACH = [("aws", "mysql"), ("gcp", "mongodb"), ("digitalocean", "mysql"), ("azure", "mongodb")]


def chosen(target: str, case: str) -> Deployment:
    """The choices of a case, in two regions where that is possible."""
    here, there = REGIONS[target]
    cloud = {"target": target, "region": here, "credentials": "ours"}
    if CASES[case] is None:
        quiet = {"metrics": False, "access_log": False, "alarms": []}
        bare = {"backups": False, "point_in_time": False}
        return shop(cloud=cloud, watching=quiet, recovery=bare)
    more = {"recovery": {"second_region": there}} if case != "mongodb" else {}
    return production(target, cloud=cloud, **CASES[case], **more)


@pytest.mark.parametrize(("target", "case"), KINDS if ALL else ONE_EACH)
def test_a_way_of_choosing_gives_a_plan(target: str, case: str, tmp_path: Path) -> None:
    deployment = chosen(target, case)
    place = Place(folder=tmp_path / "work", rehearses=True)
    image = "registry.digitalocean.com/ours/shop@sha256:" + "0" * 64
    lay_out(place, stack_folder(target, "terraform"), stack_variables(deployment, image))
    terraform.init(place)
    planned = read_plan(terraform.plan(place))
    assert {one.kind for one in planned.after} >= KINDS[target, case]
    found = policies(planned.after, production=deployment.is_production)
    assert [one.sentence() for one in found if one.level == "error"] == []
