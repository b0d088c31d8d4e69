"""What is wrong or unwise about choices that are each possible, taken together."""

import re
from collections.abc import Callable, Iterator

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.place import Target
from stackwright.errors import Finding, Level

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
DATABASE_PORTS = frozenset({3306, 5432, 6379, 27017})
WEB_PORTS = frozenset({80, 443})
SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SIGNING|SECRET)_KEY|DSN)(?:_|$)"
)
SECRET_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\s:@]+:[^/\s@]+@")
OWN_NAMES = frozenset({"DATABASE_URL", "PORT", "HOST", "CACHE_URL", "RELEASE", "ENVIRONMENT"})


def review(deployment: Deployment, written_for: str = "") -> tuple[Finding, ...]:
    """Everything to know about these choices, errors first; empty: nothing.

    Args:
        deployment: The choices.
        written_for: The database that the product was generated for; empty: not known.
    """
    found = [finding for check in CHECKS for finding in check(deployment)]
    found += _written_for(deployment, written_for)
    order = {"error": 0, "warning": 1}
    return tuple(sorted(found, key=lambda finding: order[finding.level]))


def _place(deployment: Deployment) -> Iterator[Finding]:
    cloud = deployment.cloud
    if deployment.is_cloud and not cloud.region:
        yield _error(
            "cloud.region",
            f"{cloud.target.value} needs a region.",
            "Choose the one that is nearest to your users.",
        )
    if cloud.target is not Target.LOCAL and not cloud.credentials:
        yield _error(
            "cloud.credentials",
            f"Nothing says with which credentials {cloud.target.value} is reached.",
            "Save credentials under a name and choose that name.",
        )
    if not deployment.setting.approval and deployment.is_production:
        yield _warning(
            "setting.approval",
            "Production is changed without anybody having read the plan.",
            "Ask for approval; staging can do without.",
        )


def _variables(deployment: Deployment) -> Iterator[Finding]:
    setting = deployment.setting
    for name, value in setting.variables.items():
        if SECRET_NAME.search(name) or SECRET_VALUE.search(value):
            yield _error(
                f"setting.variables.{name}",
                f"{name} looks like a secret, and variables are shown to all who see the plan.",
                "Keep it in a secret store and name the place under secrets.",
            )
    for name in sorted(setting.variables.keys() & setting.secrets.keys()):
        yield _error(
            f"setting.variables.{name}",
            f"{name} is a variable and a secret.",
            "Remove one of the two.",
        )
    for part, names in (("variables", setting.variables), ("secrets", setting.secrets)):
        for name in sorted(OWN_NAMES & names.keys()):
            yield _error(
                f"setting.{part}.{name}",
                f"{name} is set by the deployment itself.",
                "Choose another name.",
            )
    for name, secret in setting.secrets.items():
        if deployment.is_production and secret.version == "latest":
            yield _warning(
                f"setting.secrets.{name}.version",
                f"{name} follows the newest version, so a release that is gone back to gets the new secret.",
                "Name the version.",
            )


def _database(deployment: Deployment) -> Iterator[Finding]:
    database, target = deployment.database, deployment.cloud.target
    if target is Target.LOCAL and database.engine is not Engine.POSTGRESQL:
        yield _error(
            "database.engine",
            f"The local target brings PostgreSQL, not {database.engine.value}.",
            "Choose PostgreSQL, or another target.",
        )
    if database.storage_limit_gb < database.storage_gb:
        yield _error(
            "database.storage_limit_gb",
            f"The limit of {database.storage_limit_gb} GB is below the {database.storage_gb} GB to begin with.",
            f"Say {database.storage_gb} or more.",
        )
    if database.public:
        yield _finding(
            "error" if deployment.is_production else "warning",
            "database.public",
            "The database can be reached from the internet.",
            "Take its public address off; the back end reaches it by the private network.",
        )
    if not deployment.is_production:
        return
    for field, message in (
        ("encrypted", "The disks of the production database are not encrypted."),
        ("deletion_protection", "One step can delete the production database."),
    ):
        if not getattr(database, field):
            yield _error(f"database.{field}", message, "Switch it on.")
    if deployment.is_cloud and not database.high_availability:
        yield _warning(
            "database.high_availability",
            "When the zone of the database fails, production stands still.",
            "Add a standby; it costs about as much as the database again.",
        )


def _written_for(deployment: Deployment, written_for: str) -> Iterator[Finding]:
    engine = deployment.database.engine.value
    if written_for and written_for != engine:
        yield _error(
            "database.engine",
            f"The product was generated for {written_for}, and {engine} does not understand it.",
            f"Choose {written_for} here, or generate the product for {engine}."
            if written_for in {item.value for item in Engine}
            else "Generate the product for PostgreSQL or MySQL.",
        )


def _address(deployment: Deployment) -> Iterator[Finding]:
    address, tls = deployment.address, deployment.address.tls
    if deployment.is_production and deployment.cloud.target is not Target.LOCAL:
        if tls.certificate is Certificate.NONE:
            yield _error(
                "address.tls.certificate",
                "Connections to production are open: passwords can be read on the way.",
                "Choose an automatic certificate.",
            )
        elif not tls.redirect:
            yield _warning(
                "address.tls.redirect",
                "Production also answers without TLS.",
                "Redirect plain HTTP to HTTPS.",
            )
        if not address.domain:
            yield _warning(
                "address.domain",
                "Production has no name of its own, and the address that the target gives may change.",
                "Enter a domain.",
            )
    if tls.certificate is Certificate.OWN and not tls.reference:
        yield _error(
            "address.tls.reference",
            "Nothing says which certificate is your own.",
            "Enter its name or identifier at the provider.",
        )
    if address.aliases and not address.domain:
        yield _error(
            "address.aliases", "Other names redirect to a domain, and there is none.", "Enter one."
        )
    if address.domain in address.aliases:
        yield _error(
            "address.aliases", f"{address.domain} redirects to itself.", "Remove it there."
        )
    if address.manage_dns and not (address.domain and deployment.is_cloud):
        yield _error(
            "address.manage_dns",
            "There is no zone to make records in.",
            "Enter a domain and choose a cloud, or make the records yourself.",
        )
    if address.cdn.enabled and not deployment.is_cloud:
        yield _error(
            "address.cdn.enabled",
            f"{deployment.cloud.target.value} has no edge caches.",
            "Switch the CDN off, or choose a cloud.",
        )


def _firewall(deployment: Deployment) -> Iterator[Finding]:
    for index, rule in enumerate(deployment.address.firewall.rules):
        where = f"address.firewall.rules.{index}"
        if not EVERYWHERE & {*rule.sources}:
            continue
        if rule.port in DATABASE_PORTS:
            yield _error(
                where,
                f"Port {rule.port} is that of a database and open to everybody.",
                "Remove the opening, or name the networks that need it.",
            )
        elif rule.port not in WEB_PORTS:
            yield _warning(
                where, f"Port {rule.port} is open to everybody.", "Name the networks that need it."
            )


def _scaling(deployment: Deployment) -> Iterator[Finding]:
    scaling = deployment.scaling
    if scaling.maximum < scaling.minimum:
        yield _error(
            "scaling.maximum",
            f"At most {scaling.maximum} instances is less than at least {scaling.minimum}.",
            f"Say {scaling.minimum} or more.",
        )
    if scaling.drain_s < scaling.request_timeout_s:
        yield _warning(
            "scaling.drain_s",
            f"A request may take {scaling.request_timeout_s} s; the old release is stopped after {scaling.drain_s} s.",
            f"Let it drain for {scaling.request_timeout_s} s.",
        )
    if deployment.cloud.target is Target.LOCAL and scaling.rollout is not Rollout.BLUE_GREEN:
        yield _error(
            "scaling.rollout",
            "The local target starts the new release beside the old one and can do nothing else.",
            "Choose blue-green.",
        )
    if not deployment.is_production:
        return
    if scaling.rollout is Rollout.RECREATE:
        yield _warning(
            "scaling.rollout",
            "Production stands still while it is started again.",
            "Choose blue-green or rolling.",
        )
    if deployment.cloud.target is not Target.LOCAL and scaling.minimum < 2:
        yield _warning(
            "scaling.minimum",
            "When the only instance fails, production stands still until the next one has started.",
            "Let two always run.",
        )
    elif deployment.is_cloud and scaling.zones < 2:
        yield _warning("scaling.zones", "All instances stand in one zone.", "Spread them over two.")


def _connections(deployment: Deployment) -> Iterator[Finding]:
    instances, each = deployment.scaling.maximum, deployment.database.connections
    size = deployment.database.size.value
    possible = CONNECTIONS[size]
    if deployment.database.engine is not Engine.MONGODB and instances * each > possible:
        yield _warning(
            "database.connections",
            f"{instances} instances want {instances * each} connections; a {size} database gives about {possible}.",
            f"Say {max(1, possible // instances)}, or choose a larger database.",
        )


def _watching(deployment: Deployment) -> Iterator[Finding]:
    watching = deployment.watching
    if watching.alarms and not (watching.mails or watching.webhook) and deployment.is_production:
        yield _warning(
            "watching.mails", "Alarms ring, and nobody is told.", "Enter an address or a webhook."
        )
    if watching.alarms and not watching.metrics:
        yield _error(
            "watching.metrics",
            "Alarms look at metrics, and none are collected.",
            "Collect metrics, or remove the alarms.",
        )
    if deployment.is_production and watching.log_level.value == "debug":
        yield _warning(
            "watching.log_level",
            "Debug lines of production cost much and may hold what users typed.",
            "Choose info.",
        )
    if deployment.is_production and not watching.alarms:
        yield _warning(
            "watching.alarms", "Nothing tells that production fails.", "Keep the usual alarms."
        )


def _recovery(deployment: Deployment) -> Iterator[Finding]:
    recovery = deployment.recovery
    if not recovery.backups:
        yield _finding(
            "error" if deployment.is_production else "warning",
            "recovery.backups",
            "What is lost stays lost: there are no backups.",
            "Back up daily.",
        )
        if recovery.point_in_time:
            yield _error(
                "recovery.point_in_time",
                "A moment between two backups cannot be restored without backups.",
                "Switch backups on, or this off.",
            )
    elif deployment.is_production and recovery.backup_days < 7:
        yield _warning(
            "recovery.backup_days",
            f"A mistake that is noticed after {recovery.backup_days} days cannot be put right.",
            "Keep backups for 7 days or more.",
        )
    if recovery.second_region and recovery.second_region == deployment.cloud.region:
        yield _error(
            "recovery.second_region",
            f"{recovery.second_region} is the region that the copies are to survive.",
            "Choose another one.",
        )
    if deployment.is_production and not recovery.automatic_rollback:
        yield _warning(
            "recovery.automatic_rollback",
            "A release that is not healthy keeps its place until somebody comes.",
            "Let it be rolled back by itself.",
        )


# About what managed databases of these sizes allow; PostgreSQL gives about 100 for each GB of memory.
CONNECTIONS = {"small": 100, "medium": 200, "large": 400, "xlarge": 800}

CHECKS: tuple[Callable[[Deployment], Iterator[Finding]], ...] = (
    _place,
    _variables,
    _database,
    _address,
    _firewall,
    _scaling,
    _connections,
    _watching,
    _recovery,
)


def _finding(level: Level, where: str, message: str, hint: str) -> Finding:
    return Finding(level=level, where=where, message=message, hint=hint)


def _error(where: str, message: str, hint: str) -> Finding:
    return _finding("error", where, message, hint)


def _warning(where: str, message: str, hint: str) -> Finding:
    return _finding("warning", where, message, hint)
