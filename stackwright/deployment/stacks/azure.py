"""What the stack `azure/terraform` is given."""

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.place import SecretReference
from stackwright.deployment.stacks.azure_limits import BACKUP_DAYS, HEALTH_S, LOG_DAYS, limits
from stackwright.deployment.stacks.azure_sizes import (
    CACHES,
    SERVERS,
    connections_limit,
    database_sku,
    database_storage_gb,
    database_version,
    is_measured,
    window,
    zone_of,
)

__all__ = ["limits", "variables"]


def variables(deployment: Deployment, image: str) -> dict[str, JsonValue]:
    """The content of `terraform.tfvars.json`: every variable of the stack that a choice decides.

    Args:
        deployment: The choices.
        image: The image that the container app begins with.
    """
    return {
        "name": deployment.name,
        "environment": deployment.setting.environment.value,
        "region": deployment.cloud.region,
        "tags": dict(deployment.review.tags),
        "image": image,
        **_running(deployment),
        **_database(deployment),
        **_address(deployment),
        **_watching(deployment),
        **_recovery(deployment),
    }


def _running(deployment: Deployment) -> dict[str, JsonValue]:
    scaling, setting = deployment.scaling, deployment.setting
    cpu, memory = SERVERS[scaling.size]
    return {
        "variables": dict(setting.variables),
        "secrets": {name: place(one) for name, one in setting.secrets.items()},
        "cpu": cpu,
        "memory": memory,
        "minimum": scaling.minimum,
        "maximum": scaling.maximum,
        "cpu_percent": scaling.cpu_percent,
        "requests_per_instance": scaling.requests_per_instance,
        "cooldown_s": scaling.cooldown_s,
        "zone_redundant": scaling.zones > 1,
        "revision_mode": "Multiple" if scaling.rollout is Rollout.BLUE_GREEN else "Single",
        "releases": deployment.recovery.releases,
        "health_path": scaling.health_path,
        "health_interval_s": min(HEALTH_S, deployment.watching.health_every_s),
        "health_budget_s": scaling.health_budget_s,
        "drain_s": scaling.drain_s,
        "request_timeout_s": scaling.request_timeout_s,
        "cache_enabled": deployment.cache.enabled,
        "cache_sku": CACHES[deployment.cache.size],
    }


def _database(deployment: Deployment) -> dict[str, JsonValue]:
    database = deployment.database
    sql = database.engine is not Engine.MONGODB
    return {
        "database_engine": database.engine.value,
        "database_version": database_version(deployment),
        "database_sku": database_sku(deployment),
        "database_storage_gb": database_storage_gb(deployment),
        "database_auto_grow": database.storage_limit_gb > database.storage_gb,
        "database_high_availability": database.high_availability,
        "database_replicas": database.replicas if sql else 0,
        "database_public": database.public,
        "database_locked": database.deletion_protection,
        "database_connections": database.connections,
        "database_connections_limit": connections_limit(deployment),
    }


def _address(deployment: Deployment) -> dict[str, JsonValue]:
    address, tls, cdn = deployment.address, deployment.address.tls, deployment.address.cdn
    domain = address.domain or ""
    return {
        "domain": domain,
        "aliases": list(address.aliases),
        "dns_zone": zone_of(domain) if address.manage_dns else "",
        "certificate": tls.certificate.value,
        "certificate_id": tls.reference,
        "redirect_to_https": tls.redirect,
        "hsts": tls.hsts,
        "cdn_enabled": cdn.enabled,
        "cdn_assets_s": cdn.assets_s,
        "cdn_pages_s": cdn.pages_s,
        "cdn_compress": cdn.compress,
        "visitors": list(address.firewall.visitors),
        "firewall_rules": [rule.model_dump(mode="json") for rule in address.firewall.rules],
    }


def _watching(deployment: Deployment) -> dict[str, JsonValue]:
    watching = deployment.watching
    least, most = LOG_DAYS
    return {
        "metrics_enabled": watching.metrics,
        "traces_enabled": watching.traces,
        "log_level": watching.log_level.value,
        "log_days": max(least, min(most, watching.log_days)),
        "access_log": watching.access_log,
        "alarms": _alarms(deployment),
        "mails": list(watching.mails),
        "webhook": place(watching.webhook) if watching.webhook else None,
    }


def _alarms(deployment: Deployment) -> list[JsonValue]:
    """Each alarm once: several numbers of minutes may become the same window."""
    found: dict[tuple[str, float, str], JsonValue] = {}
    for alarm in deployment.watching.alarms:
        if is_measured(alarm, deployment):
            measure, long = alarm.measure.value, window(alarm)
            found[measure, alarm.above, long] = {
                "measure": measure,
                "above": alarm.above,
                "window": long,
            }
    return list(found.values())


def _recovery(deployment: Deployment) -> dict[str, JsonValue]:
    recovery = deployment.recovery
    return {
        "backups_enabled": recovery.backups,
        "backup_days": max(BACKUP_DAYS, recovery.backup_days),
        "backup_hour": recovery.backup_hour,
        "point_in_time": recovery.point_in_time,
        "geo_backups": recovery.second_region != "",
    }


def place(reference: SecretReference) -> dict[str, JsonValue]:
    """Where a secret lies: vault and secret, or a secret of the deployment's own vault (no vault is named)."""
    version = "" if reference.version == "latest" else reference.version
    vault, name = (reference.store, reference.key) if reference.key else ("", reference.store)
    return {"vault": vault, "name": name, "version": version}
