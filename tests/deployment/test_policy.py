from typing import Any

import pytest

from stackwright.deployment.policy import policies
from stackwright.deployment.step import UNKNOWN, Resource
from stackwright.deployment.targets.terraform import flatten

GOOD_DATABASE = {
    "publicly_accessible": False,
    "deletion_protection": True,
    "storage_encrypted": True,
    "backup_retention_period": 7,
    "skip_final_snapshot": False,
}
GOOD_SQL = {
    "settings": [
        {
            "backup_configuration": [{"enabled": True}],
            "ip_configuration": [{"ssl_mode": "ENCRYPTED_ONLY"}],
        }
    ]
}


def paths(kind: str, values: dict[str, Any], *, production: bool = True) -> list[str]:
    resource = Resource(kind=kind, address="it", facts=dict(flatten(values)))
    found = policies([resource], production=production)
    assert all(one.level == ("error" if production else "warning") for one in found)
    assert all(one.where.startswith("it:") and one.hint for one in found)
    return [one.where.removeprefix("it:") for one in found]


def test_good_databases_have_no_findings() -> None:
    assert not paths("aws_db_instance", GOOD_DATABASE)
    assert not paths("google_sql_database_instance", GOOD_SQL)


def test_a_copy_of_a_database_needs_neither_backups_nor_protection() -> None:
    bare = {
        "deletion_protection": False,
        "settings": [GOOD_SQL["settings"][0] | {"backup_configuration": []}],
    }
    assert len(paths("google_sql_database_instance", bare)) == 2
    assert not paths("google_sql_database_instance", {**bare, "master_instance_name": "shop"})


def test_a_bare_database_has_all_of_them() -> None:
    assert paths("aws_db_instance", {"publicly_accessible": True, "skip_final_snapshot": True}) == [
        "publicly_accessible",
        "deletion_protection",
        "skip_final_snapshot",
        "storage_encrypted",
        "backup_retention_period",
    ]


def test_staging_is_warned_of_what_matters_there() -> None:
    found = paths("aws_db_instance", {"publicly_accessible": True}, production=False)
    assert found == ["publicly_accessible", "storage_encrypted"]


def test_what_is_not_known_yet_is_not_judged() -> None:
    assert not paths("aws_db_instance", {**GOOD_DATABASE, "storage_encrypted": UNKNOWN})


@pytest.mark.parametrize(
    ("kind", "values", "path"),
    [
        (
            "google_sql_database_instance",
            {
                "settings": [
                    {
                        "backup_configuration": [{"enabled": True}],
                        "ip_configuration": [
                            {
                                "ssl_mode": "ENCRYPTED_ONLY",
                                "authorized_networks": [{"value": "0.0.0.0/0"}],
                            }
                        ],
                    }
                ]
            },
            "settings.0.ip_configuration.0.authorized_networks.0.value",
        ),
        (
            "google_sql_database_instance",
            {"settings": [{"ip_configuration": [{"ssl_mode": "ENCRYPTED_ONLY"}]}]},
            "settings.0.backup_configuration.0.enabled",
        ),
        (
            "azurerm_postgresql_flexible_server",
            {"public_network_access_enabled": True},
            "public_network_access_enabled",
        ),
        (
            "azurerm_postgresql_flexible_server",
            {"backup_retention_days": 3},
            "backup_retention_days",
        ),
        ("digitalocean_database_firewall", {"rule": [{"value": "0.0.0.0/0"}]}, "rule.0.value"),
        ("aws_s3_bucket", {"force_destroy": True}, "force_destroy"),
        ("aws_lb_listener", {"protocol": "HTTP"}, "protocol"),
        (
            "aws_cloudfront_distribution",
            {"default_cache_behavior": [{"viewer_protocol_policy": "allow-all"}]},
            "default_cache_behavior.0.viewer_protocol_policy",
        ),
        (
            "aws_security_group",
            {"ingress": [{"from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]},
            "ingress.0.cidr_blocks.0",
        ),
        (
            "aws_vpc_security_group_ingress_rule",
            {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"},
            "cidr_ipv4",
        ),
        (
            "google_compute_firewall",
            {"source_ranges": ["0.0.0.0/0"], "allow": [{"protocol": "tcp", "ports": ["5432"]}]},
            "source_ranges.0",
        ),
        (
            "azurerm_network_security_rule",
            {
                "direction": "Inbound",
                "access": "Allow",
                "source_address_prefix": "*",
                "destination_port_range": "*",
            },
            "source_address_prefix",
        ),
        (
            "digitalocean_firewall",
            {"inbound_rule": [{"port_range": "22", "source_addresses": ["0.0.0.0/0"]}]},
            "inbound_rule.0.source_addresses.0",
        ),
    ],
)
def test_what_is_unwise_is_found(kind: str, values: dict[str, Any], path: str) -> None:
    assert paths(kind, values) == [path]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "aws_security_group",
            {
                "ingress": [
                    {"from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]},
                    {"from_port": 5432, "to_port": 5432, "cidr_blocks": ["10.0.0.0/8"]},
                ],
                "egress": [{"from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
            },
        ),
        ("aws_lb_listener", {"protocol": "HTTP", "default_action": [{"type": "redirect"}]}),
        (
            "google_compute_firewall",
            {"source_ranges": ["0.0.0.0/0"], "deny": [{"protocol": "all"}]},
        ),
        (
            "digitalocean_firewall",
            {"inbound_rule": [{"port_range": "443", "source_addresses": ["::/0"]}]},
        ),
    ],
)
def test_what_is_wise_is_not(kind: str, values: dict[str, Any]) -> None:
    assert not paths(kind, values)
