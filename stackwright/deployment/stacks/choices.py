"""The choices of a deployment by the names that the variables of the Terraform stacks have."""

from pydantic import JsonValue

from stackwright.deployment.config import Deployment

ELSEWHERE = {
    "cloud.target": "chooses the stack",
    "cloud.credentials": "opens the provider; credentials are never a variable",
    "cloud.rehearse": "is decided before the stack is used",
    "setting.approval": "is asked for by the run",
    "setting.branch": "is what webhooks are compared with",
    "setting.repository": "is where a pushed commit is fetched from",
    "scaling.rollout": "is how the step that rolls a release out goes",
    "watching.drift_every_h": "is a schedule of ours",
    "recovery.before_migrations": "is a step of the plan",
    "recovery.automatic_rollback": "is decided by the run",
    "review.budget_usd_per_month": "is compared with the plan",
}
"""Choices that no stack is told, because somebody else carries them out."""


def choices(deployment: Deployment) -> dict[str, JsonValue]:
    """Everything that a stack may be told, by the names that its variables have; sizes apart."""
    return {
        **_place(deployment),
        **_database(deployment),
        **_address(deployment),
        **_scaling(deployment),
        **_watching(deployment),
        **_recovery(deployment),
    }


def _place(deployment: Deployment) -> dict[str, JsonValue]:
    setting = deployment.setting
    return {
        "name": deployment.name,
        "environment": setting.environment.value,
        "region": deployment.cloud.region,
        "tags": dict(deployment.review.tags),
        "variables": dict(setting.variables),
        "secrets": {name: one.model_dump(mode="json") for name, one in setting.secrets.items()},
    }


def _database(deployment: Deployment) -> dict[str, JsonValue]:
    database = deployment.database
    return {
        "database_engine": database.engine.value,
        "database_version": database.version,
        "database_storage_gb": database.storage_gb,
        "database_storage_limit_gb": database.storage_limit_gb,
        "database_high_availability": database.high_availability,
        "database_replicas": database.replicas,
        "database_connections": database.connections,
        "database_public": database.public,
        "database_encrypted": database.encrypted,
        "database_deletion_protection": database.deletion_protection,
    }


def _address(deployment: Deployment) -> dict[str, JsonValue]:
    address, tls, cdn = deployment.address, deployment.address.tls, deployment.address.cdn
    return {
        "domain": address.domain,
        "aliases": list(address.aliases),
        "manage_dns": address.manage_dns,
        "certificate": tls.certificate.value,
        "certificate_reference": tls.reference,
        "tls_minimum_version": tls.minimum_version,
        "tls_redirect": tls.redirect,
        "hsts": tls.hsts,
        "cdn_enabled": cdn.enabled,
        "cdn_assets_s": cdn.assets_s,
        "cdn_pages_s": cdn.pages_s,
        "cdn_compress": cdn.compress,
        "visitors": list(address.firewall.visitors),
        "firewall_rules": [rule.model_dump(mode="json") for rule in address.firewall.rules],
    }


def _scaling(deployment: Deployment) -> dict[str, JsonValue]:
    scaling = deployment.scaling
    return {
        "instances_minimum": scaling.minimum,
        "instances_maximum": scaling.maximum,
        "cpu_percent": scaling.cpu_percent,
        "requests_per_instance": scaling.requests_per_instance,
        "cooldown_s": scaling.cooldown_s,
        "zones": scaling.zones,
        "health_path": scaling.health_path,
        "health_budget_s": scaling.health_budget_s,
        "drain_s": scaling.drain_s,
        "request_timeout_s": scaling.request_timeout_s,
        "cache_enabled": deployment.cache.enabled,
    }


def _watching(deployment: Deployment) -> dict[str, JsonValue]:
    watching = deployment.watching
    return {
        "metrics": watching.metrics,
        "traces": watching.traces,
        "log_level": watching.log_level.value,
        "log_days": watching.log_days,
        "access_log": watching.access_log,
        "alarms": [alarm.model_dump(mode="json") for alarm in watching.alarms],
        "mails": list(watching.mails),
        "health_every_s": watching.health_every_s,
    }


def _recovery(deployment: Deployment) -> dict[str, JsonValue]:
    recovery = deployment.recovery
    return {
        "backups": recovery.backups,
        "backup_days": recovery.backup_days,
        "backup_hour": recovery.backup_hour,
        "point_in_time": recovery.point_in_time,
        "second_region": recovery.second_region,
        "releases": recovery.releases,
    }
