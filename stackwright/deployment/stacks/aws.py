"""What the stack `aws/terraform` is given."""

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.place import SecretReference
from stackwright.deployment.stacks.aws_limits import limits
from stackwright.deployment.stacks.aws_sizes import (
    CACHES,
    DATABASES,
    DOCUMENTS,
    LEAST_STORAGE_GB,
    SERVERS,
    connections_limit,
    zone_of,
    zones,
)

__all__ = ["limits", "variables"]


def variables(deployment: Deployment, image: str, pages: str = "") -> dict[str, JsonValue]:
    """The content of `terraform.tfvars.json`: every variable of the stack that a choice decides.

    Args:
        deployment: The choices.
        image: The image of the back end that the service begins with.
        pages: The image that serves the built pages when there is no CDN; empty: there is none.
    """
    database, scaling, recovery = deployment.database, deployment.scaling, deployment.recovery
    address, tls, cdn = deployment.address, deployment.address.tls, deployment.address.cdn
    watching, setting = deployment.watching, deployment.setting
    cpu, memory = SERVERS[scaling.size]
    documents = database.engine is Engine.MONGODB
    return {
        "name": deployment.name,
        "environment": setting.environment.value,
        "region": deployment.cloud.region,
        "availability_zones": list(zones(deployment.cloud.region, scaling.zones)),
        "zones": scaling.zones,
        "tags": dict(deployment.review.tags),
        "image": image,
        "pages_image": pages,
        "variables": dict(setting.variables),
        "secrets": {name: place(one) for name, one in setting.secrets.items()},
        "log_level": watching.log_level.value,
        "cpu": cpu,
        "memory": memory,
        "minimum": scaling.minimum,
        "maximum": scaling.maximum,
        "cpu_percent": scaling.cpu_percent,
        "requests_per_instance": scaling.requests_per_instance,
        "cooldown_s": scaling.cooldown_s,
        "rollout": scaling.rollout.value,
        "automatic_rollback": recovery.automatic_rollback,
        "health_path": scaling.health_path,
        "health_budget_s": scaling.health_budget_s,
        "health_every_s": min(300, watching.health_every_s),
        "drain_s": scaling.drain_s,
        "request_timeout_s": scaling.request_timeout_s,
        "releases": recovery.releases,
        "database_engine": database.engine.value,
        "database_version": database.version,
        "database_class": (DOCUMENTS if documents else DATABASES)[database.size],
        "database_storage_gb": max(LEAST_STORAGE_GB, database.storage_gb),
        "database_storage_limit_gb": database.storage_limit_gb,
        "database_high_availability": database.high_availability,
        "database_replicas": database.replicas,
        "database_connections": database.connections,
        "database_connections_limit": connections_limit(deployment),
        "database_public": database.public and not documents,
        "database_encrypted": database.encrypted,
        "database_deletion_protection": database.deletion_protection,
        "cache_enabled": deployment.cache.enabled,
        "cache_type": CACHES[deployment.cache.size],
        "domain": address.domain or "",
        "aliases": list(address.aliases),
        "manage_dns": address.manage_dns,
        "dns_zone": zone_of(address.domain or ""),
        "certificate": tls.certificate.value,
        "certificate_arn": tls.reference,
        "tls_minimum": tls.minimum_version,
        "redirect": tls.redirect,
        "hsts": tls.hsts,
        "cdn_enabled": cdn.enabled,
        "cdn_assets_s": cdn.assets_s,
        "cdn_pages_s": cdn.pages_s,
        "cdn_compress": cdn.compress,
        "visitors": list(address.firewall.visitors),
        "firewall_rules": [rule.model_dump(mode="json") for rule in address.firewall.rules],
        "waf_enabled": deployment.is_production,
        "metrics": watching.metrics,
        "traces": watching.traces,
        "log_days": watching.log_days,
        "access_log": watching.access_log,
        "alarms": [alarm.model_dump(mode="json") for alarm in watching.alarms],
        "mails": list(watching.mails),
        "webhook": place(watching.webhook) if watching.webhook else None,
        "backups": recovery.backups,
        "backup_days": recovery.backup_days,
        "backup_hour": recovery.backup_hour,
        "point_in_time": recovery.point_in_time,
        "second_region": recovery.second_region,
    }


def place(reference: SecretReference) -> dict[str, JsonValue]:
    """Where a secret lies, as the stack reads it."""
    return {"store": reference.store, "key": reference.key, "version": reference.version}
