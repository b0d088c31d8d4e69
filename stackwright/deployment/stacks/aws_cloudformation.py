"""What the stack `aws/cloudformation` is given: parameters, and the lists that parameters cannot carry."""

import math
from hashlib import sha1

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.database import Engine
from stackwright.deployment.stacks.aws import variables
from stackwright.deployment.stacks.aws_cloudformation_lists import template
from stackwright.deployment.stacks.aws_limits import limits as limits_of_aws
from stackwright.deployment.stacks.aws_sizes import CDN_REGION, secret_arn, zones
from stackwright.errors import Finding

__all__ = ["limits", "parameters", "tags", "template"]

VERSIONS = {Engine.POSTGRESQL: "17", Engine.MYSQL: "8.4", Engine.MONGODB: "5.0.0"}
RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # days that CloudWatch keeps logs for  # fmt: skip
LONGEST = 22  # of the prefix: load balancers and buckets add to it


def parameters(deployment: Deployment, image: str, pages: str = "") -> dict[str, str]:
    """The parameters of the stack by name.

    Args:
        deployment: The choices.
        image: The image of the back end: that of the release that serves, as CloudFormation rolls another one out.
        pages: The image that serves the built pages when there is no CDN; empty: there is none.
    """
    given = variables(deployment, image, pages)
    database, recovery, scaling = deployment.database, deployment.recovery, deployment.scaling
    tls, watching = deployment.address.tls, deployment.watching
    version = database.version or VERSIONS[database.engine]
    hour = recovery.backup_hour
    storage = int(str(given["database_storage_gb"]))
    values: dict[str, JsonValue] = {
        "Name": deployment.name,
        "Environment": deployment.setting.environment.value,
        "Prefix": prefix(deployment),
        "AvailabilityZones": given["availability_zones"],
        "ThirdZone": len(zones(deployment.cloud.region, scaling.zones)) > 2,
        "Spread": scaling.zones > 1,
        "Image": image,
        "PagesImage": pages,
        "LogLevel": watching.log_level.value.upper(),
        "Cpu": given["cpu"],
        "Memory": given["memory"],
        "Minimum": scaling.minimum,
        "Maximum": scaling.maximum,
        "CpuPercent": scaling.cpu_percent,
        "RequestsPerMinute": scaling.requests_per_instance * 60,
        "CooldownSeconds": scaling.cooldown_s,
        "Rollout": scaling.rollout.value,
        "BakeMinutes": math.ceil(scaling.drain_s / 60),
        "AutomaticRollback": recovery.automatic_rollback,
        "HealthPath": scaling.health_path,
        "HealthBudgetSeconds": scaling.health_budget_s,
        "HealthEverySeconds": given["health_every_s"],
        "HealthTimeoutSeconds": min(10, watching.health_every_s - 1),
        "DrainSeconds": scaling.drain_s,
        "StopSeconds": min(120, max(30, scaling.drain_s)),
        "RequestTimeoutSeconds": scaling.request_timeout_s,
        "CdnTimeoutSeconds": min(60, scaling.request_timeout_s),
        "KeptImages": recovery.releases + 1,
        "DatabaseEngine": database.engine.value,
        "DatabaseName": deployment.name.replace("-", "_"),
        "DatabaseVersion": version,
        "DatabaseFamily": family(database.engine, version),
        "DatabaseClass": given["database_class"],
        "DatabaseStorage": storage,
        "DatabaseStorageLimit": database.storage_limit_gb
        if database.storage_limit_gb > storage
        else 0,
        "DatabaseStandby": database.high_availability,
        "DatabaseConnections": database.connections,
        "DatabasePublic": given["database_public"],
        "DatabaseEncrypted": database.encrypted,
        "DatabaseProtected": database.deletion_protection,
        "DatabaseInsights": watching.metrics
        and not str(given["database_class"]).endswith(("micro", "small")),
        "CacheEnabled": deployment.cache.enabled,
        "CacheType": given["cache_type"],
        "CacheNodes": 2 if deployment.is_production else 1,
        "Domain": given["domain"],
        "ManageDns": deployment.address.manage_dns,
        "DnsZone": given["dns_zone"],
        "Certificate": tls.certificate.value,
        "CertificateArn": tls.reference,
        "TlsPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"
        if tls.minimum_version == "1.3"
        else "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "CdnTls": "TLSv1.3_2025" if tls.minimum_version == "1.3" else "TLSv1.2_2021",
        "Redirect": tls.redirect,
        "Hsts": tls.hsts,
        "CdnEnabled": given["cdn_enabled"],
        "CdnAssetsSeconds": given["cdn_assets_s"],
        "CdnPagesSeconds": given["cdn_pages_s"],
        "CdnCompress": given["cdn_compress"],
        "WafEnabled": given["waf_enabled"],
        "Metrics": watching.metrics,
        "Traces": watching.traces,
        "LogDays": min(days for days in RETENTIONS if days >= watching.log_days),
        "AccessLog": watching.access_log,
        "WebhookSecret": secret_arn(watching.webhook, deployment) if watching.webhook else "",
        "WebhookKey": watching.webhook.key if watching.webhook else "",
        "Backups": recovery.backups,
        "BackupDays": recovery.backup_days,
        "RetentionDays": retention_days(deployment),
        "BackupSchedule": f"cron(0 {hour} * * ? *)",
        "BackupWindow": f"{hour:02d}:00-{hour:02d}:30",
        "UpkeepWindow": f"sun:{(hour + 1) % 24:02d}:30-sun:{(hour + 2) % 24:02d}:30",
        "SecondRegion": recovery.second_region,
    }
    return {name: _text(value) for name, value in values.items()}


def tags(deployment: Deployment) -> dict[str, str]:
    """The tags of the stack, which CloudFormation gives to every resource."""
    return {
        **deployment.review.tags,
        "project": deployment.name,
        "environment": deployment.setting.environment.value,
        "managed-by": "cloudformation",
    }


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What AWS and its CloudFormation do differently from what is chosen, or cannot do; empty: nothing."""
    found = [*limits_of_aws(deployment)]
    cdn, elsewhere = deployment.address.cdn.enabled, deployment.cloud.region != CDN_REGION
    automatic = deployment.address.tls.certificate is Certificate.AUTOMATIC
    if cdn and elsewhere and automatic and deployment.address.domain:
        found.append(
            Finding(
                level="error",
                where="address.cdn.enabled",
                message=f"The CDN needs a certificate in {CDN_REGION}, and a stack of CloudFormation makes things in "
                f"{deployment.cloud.region} alone.",
                hint=f"Bring a certificate of your own, choose {CDN_REGION}, or use Terraform.",
            )
        )
    if cdn and elsewhere and (deployment.is_production or deployment.watching.access_log):
        found.append(
            _warning(
                "address.cdn.enabled",
                f"Firewall and access log of the CDN lie in {CDN_REGION}, which this stack does not reach; both stay "
                "at the load balancer.",
                f"Choose {CDN_REGION}, or use Terraform.",
            )
        )
    if cdn and "0.0.0.0/0" not in deployment.address.firewall.visitors:
        found.append(
            Finding(
                level="error",
                where="address.firewall.visitors",
                message="The stack of CloudFormation does not restrict the CDN to networks.",
                hint="Switch the CDN off, or use Terraform.",
            )
        )
    if cdn:
        found.append(
            _warning(
                "address.cdn.enabled",
                "Anybody who knows its address reaches the load balancer beside the CDN.",
                "Set the parameter CdnPrefixList to the list com.amazonaws.global.cloudfront.origin-facing.",
            )
        )
    if deployment.recovery.backups and deployment.recovery.second_region:
        found.append(
            _warning(
                "recovery.second_region",
                f"Copies go to the vault Default of {deployment.recovery.second_region}, which has to be there.",
                "Open AWS Backup in that region once.",
            )
        )
    return tuple(found)


def prefix(deployment: Deployment) -> str:
    """Name and environment in as many characters as load balancers allow; a digest tells long ones apart."""
    full = f"{deployment.name}-{deployment.setting.environment.value}"
    if len(full) <= LONGEST:
        return full
    digest = sha1(full.encode()).hexdigest()  # noqa: S324 - tells names apart, protects nothing
    return f"{full[:15]}-{digest[:6]}"


def family(engine: Engine, version: str) -> str:
    """The family of settings of a version: `17.4` → `postgres17`, `8.4.3` → `mysql8.4`."""
    first, second = [*version.split("."), "0"][:2]
    if engine is Engine.POSTGRESQL:
        return f"postgres{first}"
    return f"{'mysql' if engine is Engine.MYSQL else 'docdb'}{first}.{second}"


def retention_days(deployment: Deployment) -> int:
    """Days of which any moment can be restored; DocumentDB keeps one day at least."""
    recovery = deployment.recovery
    days = (recovery.backup_days if recovery.point_in_time else 1) if recovery.backups else 0
    return max(1, days) if deployment.database.engine is Engine.MONGODB else days


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return str(value)


def _warning(where: str, message: str, hint: str) -> Finding:
    return Finding(level="warning", where=where, message=message, hint=hint)
