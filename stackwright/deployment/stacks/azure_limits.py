"""What Azure does otherwise than it was chosen, or cannot do."""

import re
from collections.abc import Callable, Iterator

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Measure
from stackwright.deployment.stacks.azure_sizes import (
    database_size,
    database_sku,
    database_storage_gb,
    is_measured,
    zone_of,
)
from stackwright.errors import Finding

BACKUP_DAYS = 7  # fewer are not offered
LOG_DAYS = (30, 730)
HEALTH_S = 240
REQUEST_S = 240
REPLICAS = {Engine.POSTGRESQL: 5, Engine.MYSQL: 10, Engine.MONGODB: 0}
VERSIONS = {
    Engine.POSTGRESQL: ("13", "14", "15", "16", "17", "18"),
    Engine.MYSQL: ("8", "8.0", "8.0.21", "8.4"),
    Engine.MONGODB: ("5.0", "6.0", "7.0", "8.0"),
}
VAULT = re.compile(r"^[a-zA-Z][a-zA-Z0-9-]{2,23}$")
SECRET = re.compile(r"^[a-zA-Z0-9-]{1,127}$")
CERTIFICATE = re.compile(
    r"^https://[a-zA-Z0-9-]{3,24}\.vault\.azure\.net/certificates/[^/]+(/[^/]+)?$"
)


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What becomes of choices that Azure cannot carry out as they are, errors first."""
    found = [finding for check in CHECKS for finding in check(deployment)]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def _database(deployment: Deployment) -> Iterator[Finding]:
    database = deployment.database
    if database.version and database.version not in VERSIONS[database.engine]:
        yield _error(
            "database.version",
            f"Azure has no {database.engine.value} {database.version}.",
            f"Choose one of {', '.join(VERSIONS[database.engine])}, or leave it empty.",
        )
    if database_size(deployment) is not database.size:
        yield _warning(
            "database.size",
            f"Burstable servers have no standby and no replicas, so it becomes {database_sku(deployment)}.",
            "Choose large yourself, or do without standby and replicas.",
        )
    if database.replicas > REPLICAS[database.engine]:
        yield _error(
            "database.replicas",
            f"Azure gives {database.engine.value} {REPLICAS[database.engine]} replicas at most.",
            "Choose fewer.",
        )
    if (given := database_storage_gb(deployment)) != database.storage_gb:
        yield _warning(
            "database.storage_gb",
            f"Azure gives storage in steps: {database.storage_gb} GB become {given} GB.",
            "Nothing has to be done; the bill counts all of them.",
        )
    if not database.encrypted:
        yield _warning("database.encrypted", "Azure encrypts every database.", "Leave it on.")
    if database.engine is Engine.MONGODB:
        yield _warning(
            "database.engine",
            "Azure DocumentDB speaks MongoDB's protocol; it is not MongoDB, and the product signs in by OIDC.",
            "Use a driver that knows MONGODB-OIDC, and try the product in staging first.",
        )
    elif database.storage_limit_gb > database.storage_gb:
        yield _warning(
            "database.storage_limit_gb",
            f"Storage grows by itself, and nothing stops it at {database.storage_limit_gb} GB.",
            "Keep the alarm on storage, or say the same as storage to keep it from growing.",
        )


def _address(deployment: Deployment) -> Iterator[Finding]:
    address, tls = deployment.address, deployment.address.tls
    edge = bool(address.domain or address.cdn.enabled)
    if address.domain and not address.cdn.enabled:
        yield _warning(
            "address.domain",
            "A name of your own brings Front Door with it, which is charged by the month.",
            "Do without a domain in staging, or count on it.",
        )
    if tls.certificate is Certificate.OWN and not CERTIFICATE.match(tls.reference):
        yield _error(
            "address.tls.reference",
            "Front Door takes certificates from a Key Vault only.",
            "Enter https://<vault>.vault.azure.net/certificates/<name>.",
        )
    if tls.minimum_version == "1.3":
        yield _warning(
            "address.tls.minimum_version",
            "Front Door also answers TLS 1.2, with the strongest of its ciphers.",
            "Choose 1.2, so that the choice says what is true.",
        )
    if not edge and tls.certificate is Certificate.OWN:
        yield _error(
            "address.domain", "An own certificate needs the name that it is for.", "Enter a domain."
        )
    if not edge and tls.hsts:
        yield _warning(
            "address.tls.hsts",
            "Without a domain or a CDN nothing of Azure sends the header.",
            "Enter a domain, or let the back end send it.",
        )
    foreign = [
        name
        for name in address.aliases
        if address.manage_dns and address.domain and not name.endswith(zone_of(address.domain))
    ]
    if foreign:
        yield _warning(
            "address.aliases",
            f"{', '.join(foreign)} lies in another zone.",
            "Make its records there: the stack says which.",
        )


def _firewall(deployment: Deployment) -> Iterator[Finding]:
    address = deployment.address
    edge = bool(address.domain or address.cdn.enabled)
    visitors = address.firewall.visitors
    if not edge and not any(":" not in network for network in visitors):
        yield _error(
            "address.firewall.visitors",
            "Without Front Door visitors come by IPv4 only.",
            "Name an IPv4 network, or enter a domain.",
        )
    for index, rule in enumerate(address.firewall.rules):
        if all(":" in network for network in rule.sources):
            yield _error(
                f"address.firewall.rules.{index}",
                "The network knows IPv4 only, so this opening lets nobody in.",
                "Name an IPv4 network.",
            )


def _scaling(deployment: Deployment) -> Iterator[Finding]:
    scaling, watching = deployment.scaling, deployment.watching
    if scaling.rollout is Rollout.RECREATE:
        yield _warning(
            "scaling.rollout",
            "Container Apps never stops the old release first; it goes as rolling does.",
            "Choose rolling.",
        )
    if scaling.zones == 2:
        yield _warning(
            "scaling.zones",
            "Azure spreads over all zones of the region, or over none.",
            "Nothing has to be done.",
        )
    if scaling.request_timeout_s > REQUEST_S:
        yield _warning(
            "scaling.request_timeout_s",
            f"Azure ends a request after {REQUEST_S} s.",
            "Let longer work go on after the answer.",
        )
    if watching.health_every_s > HEALTH_S:
        yield _warning(
            "watching.health_every_s", f"Azure looks at least every {HEALTH_S} s.", "Say less."
        )


def _watching(deployment: Deployment) -> Iterator[Finding]:
    watching = deployment.watching
    least, most = LOG_DAYS
    if not least <= watching.log_days <= most:
        kept = least if watching.log_days < least else most
        yield _warning(
            "watching.log_days",
            f"Azure keeps logs for {least} to {most} days: {kept} here.",
            f"Say a number from {least} to {most}.",
        )
    edge = bool(deployment.address.domain or deployment.address.cdn.enabled)
    for index, alarm in enumerate(watching.alarms):
        where = f"watching.alarms.{index}"
        if not is_measured(alarm, deployment):
            yield _warning(
                where,
                "Azure does not count the connections of this database.",
                "Look at its load instead.",
            )
        if alarm.measure is Measure.P99_MS and not (edge and watching.access_log):
            yield _warning(
                where,
                "The 99th percentile is read from the access log of Front Door; here the mean is looked at.",
                "Enter a domain and keep the access log.",
            )
        if alarm.measure is Measure.ERRORS_PERCENT and not edge:
            yield _warning(
                where,
                f"Only Front Door knows the share of failed requests; here it rings after {alarm.above:g} of them.",
                "Enter a domain.",
            )
    if watching.webhook:
        yield _warning(
            "watching.webhook",
            "Azure keeps the address of a webhook readable in the action group, and Terraform in its state.",
            "Let only operators read both, or tell by mail.",
        )


def _recovery(deployment: Deployment) -> Iterator[Finding]:
    recovery, mongodb = deployment.recovery, deployment.database.engine is Engine.MONGODB
    if not recovery.backups or recovery.backup_days < BACKUP_DAYS:
        yield _warning(
            "recovery.backup_days",
            f"Azure keeps backups for {BACKUP_DAYS} days at least.",
            "Say 7 or more, so that the choice says what is true.",
        )
    if recovery.backups and not recovery.point_in_time:
        yield _warning(
            "recovery.point_in_time",
            "Azure can always restore any moment.",
            "Switch it on, so that the choice says what is true.",
        )
    if recovery.backups and mongodb:
        yield _warning(
            "recovery.backup_days",
            "Azure DocumentDB backs itself up for 35 days; hour and days cannot be chosen.",
            "Nothing has to be done.",
        )
    if recovery.second_region:
        yield _warning(
            "recovery.second_region",
            "Azure copies backups to the region that it has paired with yours, whichever you name.",
            "Look up which one that is; it cannot be changed later.",
        )


def _secrets(deployment: Deployment) -> Iterator[Finding]:
    for name, secret in deployment.setting.secrets.items():
        where = f"setting.secrets.{name}"
        vault, entry = (secret.store, secret.key) if secret.key else ("", secret.store)
        if (vault and not VAULT.match(vault)) or not SECRET.match(entry):
            yield _error(
                where,
                f"{name} lies in no place that a Key Vault can have.",
                "Enter the vault as store and the secret as key: letters, digits and hyphens.",
            )
        elif not vault:
            yield _warning(
                where,
                f"{entry} lies in the vault of the deployment, which the first plan makes.",
                "Put it there before the release is rolled out, or name a vault as store.",
            )


CHECKS: tuple[Callable[[Deployment], Iterator[Finding]], ...] = (
    _database,
    _address,
    _firewall,
    _scaling,
    _watching,
    _recovery,
    _secrets,
)


def _error(where: str, message: str, hint: str) -> Finding:
    return Finding(level="error", where=where, message=message, hint=hint)


def _warning(where: str, message: str, hint: str) -> Finding:
    return Finding(level="warning", where=where, message=message, hint=hint)
