"""What is unwise about resources, whoever wrote them: findings beside the lines of a plan."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stackwright.deployment.step import UNKNOWN, Fact, Resource
from stackwright.errors import Finding

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0", "*", "Internet", "Any", "internet"})
WEB = frozenset({"80", "443"})


@dataclass(frozen=True)
class Rule:
    """An attribute that must not have some values.

    Attributes:
        kinds: The kinds of resources it is about.
        path: A regular expression for the whole path.
        is_bad: Whether a value is; None stands for an attribute that is not set.
        message: What is wrong; the address comes before it.
        hint: What to do.
        staging: Whether it matters in staging, too (there as a warning).
        unless: An attribute that takes the rule off when it is set.
        unless: An attribute that, when it is set, makes the rule not apply, such as one that only copies have.
    """

    kinds: frozenset[str]
    path: str
    is_bad: Callable[[Fact], bool]
    message: str
    hint: str
    staging: bool = True
    unless: str = ""


def _on(value: Fact) -> bool:
    return value is True or value == "true"  # some providers say it as text


def _off(value: Fact) -> bool:
    return not _on(value)


def _zero(value: Fact) -> bool:
    return value in (None, 0)


def _below_a_week(value: Fact) -> bool:
    return not isinstance(value, int | float) or value < 7


def _everybody(value: Fact) -> bool:
    return value in EVERYWHERE


PUBLIC = ("can be reached from the internet", "Give it a private address.")
UNPROTECTED = ("can be deleted in one step", "Switch deletion protection on.")
BARE = ("keeps its data unencrypted", "Encrypt it.")
OPEN_WAY = ("lets connections in without TLS", "Ask for TLS.")
COPY = "replicate_source_db"  # of a database that is a copy of another and holds nothing of its own
NO_BACKUPS = ("has no backups", "Keep backups for 7 days or more.")

RULES: tuple[Rule, ...] = (
    Rule(frozenset({"aws_db_instance"}), "publicly_accessible", _on, *PUBLIC),
    Rule(
        frozenset({"google_sql_database_instance"}),
        r"settings\.0\.ip_configuration\.0\.authorized_networks\.\d+\.value",
        lambda value: value is not None and _everybody(value),
        *PUBLIC,
    ),
    Rule(
        frozenset(
            {
                "azurerm_postgresql_flexible_server",
                "azurerm_mysql_flexible_server",
                "azurerm_cosmosdb_account",
            }
        ),
        "public_network_access_enabled",
        _on,
        *PUBLIC,
    ),
    Rule(
        frozenset(
            {
                "azurerm_managed_redis",
                "azurerm_mongo_cluster",
                "azurerm_mysql_flexible_server",
                "azurerm_postgresql_flexible_server",
            }
        ),
        r"public_network_access|properties\.(network\.)?publicNetworkAccess",
        lambda value: value == "Enabled",
        *PUBLIC,
    ),
    Rule(
        frozenset({"digitalocean_database_firewall"}),
        r"rule\.\d+\.value",
        lambda value: value is not None and _everybody(value),
        *PUBLIC,
    ),
    Rule(
        frozenset({"aws_s3_bucket_public_access_block"}),
        "block_public_acls|block_public_policy|ignore_public_acls|restrict_public_buckets",
        _off,
        "leaves a way to make the bucket public",
        "Block all four ways.",
    ),
    Rule(
        frozenset({"azurerm_storage_account"}),
        "allow_nested_items_to_be_public",
        _on,
        "lets files be made public",
        "Take it off, and serve public files from the CDN.",
    ),
    Rule(
        frozenset({"aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"}),
        "deletion_protection",
        _off,
        *UNPROTECTED,
        staging=False,
        unless=COPY,
    ),
    Rule(
        frozenset({"google_sql_database_instance"}),
        r"deletion_protection|settings\.0\.deletion_protection_enabled",
        lambda value: value is False,
        *UNPROTECTED,
        staging=False,
        unless="master_instance_name",  # a copy can be made again
    ),
    Rule(
        frozenset({"aws_s3_bucket"}),
        "force_destroy",
        _on,
        "is deleted with all its files",
        "Take force_destroy off.",
        staging=False,
    ),
    Rule(
        frozenset({"aws_db_instance"}),
        "skip_final_snapshot",
        _on,
        "is deleted without a last backup",
        "Ask for a final snapshot.",
        staging=False,
        unless=COPY,
    ),
    Rule(
        frozenset({"aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"}),
        "storage_encrypted",
        _off,
        *BARE,
        unless=COPY,
    ),
    Rule(
        frozenset({"aws_elasticache_replication_group"}), "at_rest_encryption_enabled", _off, *BARE
    ),
    Rule(
        frozenset({"aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"}),
        "backup_retention_period",
        _zero,
        *NO_BACKUPS,
        staging=False,
        unless=COPY,
    ),
    Rule(
        frozenset({"google_sql_database_instance"}),
        r"settings\.0\.backup_configuration\.0\.enabled",
        _off,
        *NO_BACKUPS,
        staging=False,
        unless="master_instance_name",  # its main instance is backed up
    ),
    Rule(
        frozenset({"azurerm_postgresql_flexible_server", "azurerm_mysql_flexible_server"}),
        "backup_retention_days",
        lambda value: value is not None and _below_a_week(value),
        "keeps backups for less than a week",
        "Keep them for 7 days or more.",
        staging=False,
    ),
    Rule(
        frozenset({"aws_cloudfront_distribution"}),
        r"default_cache_behavior\.0\.viewer_protocol_policy|ordered_cache_behavior\.\d+\.viewer_protocol_policy",
        lambda value: value == "allow-all",
        *OPEN_WAY,
    ),
    Rule(
        frozenset({"aws_elasticache_replication_group"}), "transit_encryption_enabled", _off, *OPEN_WAY
    ),
    Rule(
        frozenset({"google_sql_database_instance"}),
        r"settings\.0\.ip_configuration\.0\.ssl_mode",
        lambda value: value in (None, "ALLOW_UNENCRYPTED_AND_ENCRYPTED"),
        *OPEN_WAY,
    ),
    Rule(
        frozenset({"azurerm_storage_account"}),
        "https_traffic_only_enabled",
        lambda value: value is False,
        *OPEN_WAY,
    ),
    Rule(
        frozenset({"azurerm_container_app"}),
        r"ingress\.0\.allow_insecure_connections",
        _on,
        *OPEN_WAY,
    ),
)  # fmt: skip


def policies(resources: Sequence[Resource], *, production: bool) -> tuple[Finding, ...]:
    """All that is unwise about these resources: errors in production, warnings in staging.

    Args:
        resources: All that will be there.
        production: Whether users depend on them.
    """
    found = []
    for resource in resources:
        for path, message, hint, staging in _broken(resource):
            if production or staging:
                finding = Finding(
                    level="error" if production else "warning",
                    where=f"{resource.address}:{path}",
                    message=f"{resource.address} {message}.",
                    hint=hint,
                )
                found.append(finding)
    return tuple(found)


def _broken(resource: Resource) -> Iterator[tuple[str, str, str, bool]]:
    for rule in RULES:
        if resource.kind in rule.kinds and resource.facts.get(rule.unless) is None:
            for path in _bad_paths(rule, resource):
                yield path, rule.message, rule.hint, rule.staging
    for path, port in _openings(resource):
        message = f"opens {port} to everybody"
        yield path, message, "Name the networks that need it.", True
    if _is_plain_listener(resource):
        yield "protocol", "serves visitors without TLS", "Redirect to HTTPS.", True


def _bad_paths(rule: Rule, resource: Resource) -> Iterator[str]:
    paths = [path for path in resource.facts if re.fullmatch(rule.path, path)]
    for path in paths:
        value = resource.facts[path]
        if value != UNKNOWN and rule.is_bad(value):
            yield path
    if not paths and rule.is_bad(None):
        yield rule.path.replace("\\", "").split("|")[0]


def _is_plain_listener(resource: Resource) -> bool:
    facts = resource.facts
    redirects = facts.get("default_action.0.type") == "redirect"
    return (
        resource.kind in ("aws_lb_listener", "aws_alb_listener")
        and facts.get("protocol") == "HTTP"
        and not redirects
    )


def _openings(resource: Resource) -> Iterator[tuple[str, str]]:
    """Path and port of everything that lets everybody in, but for the two ports of the web."""
    facts = resource.facts
    for path, value in facts.items():
        if not isinstance(value, str) or not _everybody(value):
            continue
        ports = _ports(resource.kind, path, facts)
        for port in ports:
            if port not in WEB:
                yield path, f"port {port}" if port[:1].isdigit() else port


def _ports(kind: str, path: str, facts: dict[str, Fact]) -> tuple[str, ...]:
    if kind == "aws_security_group" and (
        found := re.fullmatch(r"(ingress\.\d+)\.(ipv6_)?cidr_blocks\.\d+", path)
    ):
        return (_range(facts, f"{found[1]}."),)
    if kind == "aws_security_group_rule" and facts.get("type") == "ingress":
        return (_range(facts, ""),) if "cidr_blocks" in path else ()
    if kind == "aws_vpc_security_group_ingress_rule" and path.startswith("cidr_ipv"):
        return (_range(facts, ""),)
    if kind == "google_compute_firewall" and path.startswith("source_ranges."):
        if facts.get("direction") == "EGRESS" or not any(
            name.startswith("allow.") for name in facts
        ):
            return ()
        ports = tuple(
            str(value)
            for name, value in facts.items()
            if re.fullmatch(r"allow\.\d+\.ports\.\d+", name)
        )
        return ports or ("every port",)
    if kind == "azurerm_network_security_rule" and path.startswith("source_address_prefix"):
        if (facts.get("direction"), facts.get("access")) != ("Inbound", "Allow"):
            return ()
        ports = tuple(
            str(value) for name, value in facts.items() if name.startswith("destination_port_range")
        )
        return tuple("every port" if port == "*" else port for port in ports)
    if kind == "digitalocean_firewall" and (
        found := re.fullmatch(r"(inbound_rule\.\d+)\.source_addresses\.\d+", path)
    ):
        port = str(facts.get(f"{found[1]}.port_range", "all"))
        return ("every port" if port in ("all", "0", "1-65535") else port,)
    return ()


def _range(facts: dict[str, Fact], prefix: str) -> str:
    first, last = facts.get(f"{prefix}from_port"), facts.get(f"{prefix}to_port")
    if str(facts.get(f"{prefix}protocol", facts.get("ip_protocol", ""))) == "-1" or first is None:
        return "every port"
    return str(first) if first == last else f"{first}-{last}"
