"""How risky a change is. Provider schemas do not say which attributes replace a resource: this does."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Risk(StrEnum):
    """What a change can cost, from nothing to data."""

    SAFE = "safe"
    REPLACE = "replace"  # something that runs is taken away or interrupted; no data is lost
    DATA_LOSS = "data_loss"


_ORDER = (Risk.SAFE, Risk.REPLACE, Risk.DATA_LOSS)


def worst(risks: Iterable[Risk]) -> Risk:
    """The largest of these risks; safe without any."""
    return max(risks, key=_ORDER.index, default=Risk.SAFE)


# What holds data, and what is lost with it.
HOLDS_DATA: dict[str, str] = {
    "aws_db_instance": "the database with all its rows",
    "aws_rds_cluster": "the database with all its rows",
    "aws_docdb_cluster": "the database with all its documents",
    "aws_dynamodb_table": "the table with all its items",
    "aws_ebs_volume": "the disk with all its files",
    "aws_ecr_repository": "the images of all releases",
    "aws_efs_file_system": "the file system with all its files",
    "aws_kms_key": "the key, and with it all that it encrypted",
    "aws_s3_bucket": "the bucket with all its files",
    "aws_secretsmanager_secret": "the secret with all its versions",
    "google_artifact_registry_repository": "the images of all releases",
    "google_compute_disk": "the disk with all its files",
    "google_firestore_database": "the database with all its documents",
    "google_kms_crypto_key": "the key, and with it all that it encrypted",
    "google_secret_manager_secret": "the secret with all its versions",
    "google_sql_database": "the database with all its rows",
    "google_sql_database_instance": "the database with all its rows",
    "google_storage_bucket": "the bucket with all its files",
    "azurerm_container_registry": "the images of all releases",
    "azurerm_cosmosdb_account": "the database with all its documents",
    "azurerm_cosmosdb_mongo_database": "the database with all its documents",
    "azurerm_key_vault": "the vault with all its secrets",
    "azurerm_managed_disk": "the disk with all its files",
    "azurerm_mongo_cluster": "the database with all its documents",
    "azurerm_mysql_flexible_database": "the database with all its rows",
    "azurerm_mysql_flexible_server": "the database with all its rows",
    "azurerm_postgresql_flexible_server": "the database with all its rows",
    "azurerm_postgresql_flexible_server_database": "the database with all its rows",
    "azurerm_resource_group": "the group with everything in it",
    "azurerm_storage_account": "the account with all its files",
    "digitalocean_container_registry": "the images of all releases",
    "digitalocean_database_cluster": "the database with all its rows",
    "digitalocean_database_db": "the database with all its rows",
    "digitalocean_spaces_bucket": "the bucket with all its files",
    "digitalocean_volume": "the disk with all its files",
    "kubernetes_namespace": "the namespace with everything in it",
    "kubernetes_namespace_v1": "the namespace with everything in it",
    "kubernetes_persistent_volume_claim": "the disk with all its files",
    "kubernetes_persistent_volume_claim_v1": "the disk with all its files",
    "kubernetes_stateful_set": "the pods that keep data",
    "kubernetes_stateful_set_v1": "the pods that keep data",
}

# Attributes that providers cannot change in place, as far as we know them; not yet compared with each provider's
# documentation. A name covers all below it.
REPLACING: dict[str, frozenset[str]] = {
    "aws_acm_certificate": frozenset({"domain_name", "subject_alternative_names"}),
    "aws_cloudwatch_log_group": frozenset({"name", "name_prefix"}),
    "aws_db_instance": frozenset(
        {
            "availability_zone", "character_set_name", "db_name", "engine", "kms_key_id",
            "snapshot_identifier", "storage_encrypted", "timezone", "username",
        }
    ),
    "aws_db_subnet_group": frozenset({"name", "name_prefix"}),
    "aws_docdb_cluster": frozenset(
        {
            "availability_zones", "cluster_identifier", "db_subnet_group_name", "engine",
            "kms_key_id", "master_username", "snapshot_identifier", "storage_encrypted",
        }
    ),
    "aws_dynamodb_table": frozenset({"name", "hash_key", "range_key"}),
    "aws_ebs_volume": frozenset({"availability_zone", "encrypted", "kms_key_id", "snapshot_id"}),
    "aws_ecr_repository": frozenset({"name", "encryption_configuration"}),
    "aws_ecs_cluster": frozenset({"name"}),
    "aws_ecs_service": frozenset({"name", "cluster", "launch_type", "scheduling_strategy"}),
    "aws_efs_file_system": frozenset(
        {"availability_zone_name", "creation_token", "encrypted", "kms_key_id", "performance_mode"}
    ),
    "aws_elasticache_replication_group": frozenset(
        {
            "at_rest_encryption_enabled", "kms_key_id", "port", "replication_group_id",
            "security_group_names", "subnet_group_name",
        }
    ),
    "aws_instance": frozenset({"ami", "availability_zone", "key_name", "subnet_id"}),
    "aws_internet_gateway": frozenset(),
    "aws_lb": frozenset({"internal", "load_balancer_type", "name", "name_prefix"}),
    "aws_lb_target_group": frozenset(
        {"name", "port", "protocol", "protocol_version", "target_type", "vpc_id"}
    ),
    "aws_nat_gateway": frozenset({"allocation_id", "connectivity_type", "subnet_id"}),
    "aws_rds_cluster": frozenset(
        {
            "availability_zones", "cluster_identifier", "database_name", "engine", "kms_key_id",
            "master_username", "snapshot_identifier", "storage_encrypted",
        }
    ),
    "aws_route53_zone": frozenset({"name"}),
    "aws_s3_bucket": frozenset({"bucket", "bucket_prefix", "object_lock_enabled"}),
    "aws_secretsmanager_secret": frozenset({"name", "name_prefix"}),
    "aws_security_group": frozenset({"description", "name", "name_prefix", "vpc_id"}),
    "aws_subnet": frozenset({"availability_zone", "availability_zone_id", "cidr_block", "vpc_id"}),
    "aws_vpc": frozenset({"cidr_block"}),
    "google_artifact_registry_repository": frozenset({"format", "location", "repository_id"}),
    "google_cloud_run_v2_service": frozenset({"location", "name", "project"}),
    "google_compute_disk": frozenset({"name", "snapshot", "type", "zone"}),
    "google_compute_firewall": frozenset({"direction", "name", "network"}),
    "google_compute_instance": frozenset({"boot_disk", "zone"}),
    "google_compute_network": frozenset({"auto_create_subnetworks", "name"}),
    "google_compute_subnetwork": frozenset({"name", "network", "region"}),
    "google_dns_managed_zone": frozenset({"dns_name", "name", "visibility"}),
    "google_firestore_database": frozenset({"cmek_config", "database_edition", "location_id", "name"}),
    "google_kms_crypto_key": frozenset({"key_ring", "name", "purpose"}),
    "google_kms_key_ring": frozenset({"location", "name"}),
    "google_redis_instance": frozenset(
        {"authorized_network", "connect_mode", "location_id", "name", "region", "tier"}
    ),
    "google_secret_manager_secret": frozenset({"replication", "secret_id"}),
    "google_sql_database": frozenset({"charset", "instance", "name"}),
    "google_sql_database_instance": frozenset(
        {"encryption_key_name", "master_instance_name", "name", "project", "region"}
    ),
    "google_storage_bucket": frozenset({"location", "name", "project"}),
    "azurerm_container_app": frozenset(
        {"container_app_environment_id", "name", "resource_group_name"}
    ),
    "azurerm_container_app_environment": frozenset(
        {
            "infrastructure_subnet_id", "internal_load_balancer_enabled", "location", "name",
            "resource_group_name",
        }
    ),
    "azurerm_container_registry": frozenset({"location", "name", "resource_group_name"}),
    "azurerm_cosmosdb_account": frozenset({"kind", "location", "name", "resource_group_name"}),
    "azurerm_key_vault": frozenset({"location", "name", "resource_group_name"}),
    "azurerm_managed_redis": frozenset({"location", "name", "resource_group_name"}),
    "azurerm_mongo_cluster": frozenset(
        {"administrator_username", "location", "name", "resource_group_name"}
    ),
    "azurerm_mysql_flexible_server": frozenset(
        {
            "administrator_login", "delegated_subnet_id", "geo_redundant_backup_enabled",
            "location", "name", "private_dns_zone_id", "resource_group_name",
        }
    ),
    "azurerm_postgresql_flexible_server": frozenset(
        {
            "administrator_login", "delegated_subnet_id", "geo_redundant_backup_enabled",
            "location", "name", "resource_group_name",
        }
    ),
    "azurerm_redis_cache": frozenset(
        {"location", "name", "resource_group_name", "subnet_id", "zones"}
    ),
    "azurerm_resource_group": frozenset({"location", "name"}),
    "azurerm_storage_account": frozenset(
        {"account_tier", "is_hns_enabled", "location", "name", "resource_group_name"}
    ),
    "azurerm_subnet": frozenset({"name", "resource_group_name", "virtual_network_name"}),
    "azurerm_virtual_network": frozenset({"location", "name", "resource_group_name"}),
    "digitalocean_cdn": frozenset({"origin"}),
    "digitalocean_container_registry": frozenset({"name", "region"}),
    "digitalocean_database_connection_pool": frozenset({"cluster_id", "db_name", "mode", "name", "user"}),
    "digitalocean_database_cluster": frozenset({"engine", "name"}),
    "digitalocean_database_db": frozenset({"cluster_id", "name"}),
    "digitalocean_droplet": frozenset({"image", "region", "ssh_keys", "user_data", "vpc_uuid"}),
    "digitalocean_database_replica": frozenset({"cluster_id", "name", "region", "size"}),
    "digitalocean_database_user": frozenset({"cluster_id", "name"}),
    "digitalocean_domain": frozenset({"name"}),
    "digitalocean_loadbalancer": frozenset({"network", "region", "type"}),
    "digitalocean_spaces_bucket": frozenset({"name", "region"}),
    "digitalocean_volume": frozenset({"name", "region", "snapshot_id"}),
    "digitalocean_vpc": frozenset({"ip_range", "region"}),
    "kubernetes_deployment": frozenset(
        {"metadata.0.name", "metadata.0.namespace", "spec.0.selector"}
    ),
    "kubernetes_namespace": frozenset({"metadata.0.name"}),
    "kubernetes_persistent_volume_claim": frozenset(
        {
            "metadata.0.name", "metadata.0.namespace", "spec.0.access_modes",
            "spec.0.storage_class_name", "spec.0.volume_name",
        }
    ),
    "kubernetes_service": frozenset({"metadata.0.name", "metadata.0.namespace"}),
    "kubernetes_stateful_set": frozenset(
        {
            "metadata.0.name", "metadata.0.namespace", "spec.0.selector", "spec.0.service_name",
            "spec.0.volume_claim_template",
        }
    ),
}  # fmt: skip

# New revisions of these come beside the old ones: nothing that runs is taken away.
HARMLESS_REPLACEMENTS = frozenset(
    {
        "aws_ecs_task_definition",
        "aws_launch_configuration",
        "aws_secretsmanager_secret_version",
        "google_secret_manager_secret_version",
        "null_resource",
        "terraform_data",
    }
)

# Attributes whose new value loses data without the resource being replaced: what is lost.
EMPTIED_AT_ZERO = {("aws_db_instance", "backup_retention_period"): "all automatic backups"}
EMPTIED_WHEN_SMALLER = {
    ("google_sql_database_instance", "settings.0.disk_size"): "the database with all its rows",
}

_VERSION = re.compile(r"_v\d+$")


def replacing_paths(kind: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of these changed attributes that the provider cannot change in place."""
    names = REPLACING.get(kind, REPLACING.get(_VERSION.sub("", kind), frozenset()))
    return tuple(
        path
        for path in sorted(paths)
        if any(path == name or path.startswith(f"{name}.") for name in names)
    )


def lost_with(kind: str) -> str:
    """What is lost when one of this kind goes; empty: nothing that cannot be made again."""
    return HOLDS_DATA.get(kind, "")


def lost_by(kind: str, path: str, before: object, after: object) -> str:
    """What is lost when this attribute takes its new value; empty: nothing."""
    if after == 0 and before not in (0, None):
        return EMPTIED_AT_ZERO.get((kind, path), "")
    numbers = isinstance(before, int | float) and isinstance(after, int | float)
    if numbers and after < before:  # type: ignore[operator]
        return EMPTIED_WHEN_SMALLER.get((kind, path), "")
    return ""
