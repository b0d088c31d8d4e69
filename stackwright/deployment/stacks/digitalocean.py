"""DigitalOcean by Terraform: what `deployment_templates/digitalocean/terraform` is told, and what it cannot do."""

import hashlib
from collections.abc import Iterator

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout, Size
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Measure
from stackwright.deployment.review import EVERYWHERE
from stackwright.deployment.stacks.choices import choices
from stackwright.errors import Finding, Level
from stackwright.value import Value

BACKUP_DAYS = 7  # that DigitalOcean keeps its own backups
DRAIN_LIMIT_S = 110
EDGE_TIMEOUT_S = 100
PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MONGODB: 27017}
DEAF = (Measure.ERRORS_PERCENT, Measure.DATABASE_CONNECTIONS_PERCENT)  # nothing there measures them


class Sizes(Value):
    """What a size of the wizard is at DigitalOcean."""

    shared: str  # of an instance of App Platform
    dedicated: str  # with processors of its own: only these scale by themselves
    database: str
    connections: int  # that a database of this size leaves to us
    disk_gb: tuple[int, int]  # what it has, and what it can have


SIZES = {
    Size.SMALL: Sizes(
        shared="apps-s-1vcpu-1gb",
        dedicated="apps-d-1vcpu-1gb",
        database="db-s-1vcpu-1gb",
        connections=22,
        disk_gb=(10, 30),
    ),
    Size.MEDIUM: Sizes(
        shared="apps-s-1vcpu-2gb",
        dedicated="apps-d-1vcpu-2gb",
        database="db-s-1vcpu-2gb",
        connections=47,
        disk_gb=(30, 60),
    ),
    Size.LARGE: Sizes(
        shared="apps-s-2vcpu-4gb",
        dedicated="apps-d-2vcpu-4gb",
        database="db-s-2vcpu-4gb",
        connections=97,
        disk_gb=(60, 120),
    ),
    Size.XLARGE: Sizes(
        shared="apps-d-4vcpu-8gb",
        dedicated="apps-d-4vcpu-8gb",
        database="db-s-4vcpu-8gb",
        connections=197,
        disk_gb=(140, 280),
    ),
}

NOT_TOLD = {
    "database_storage_limit_gb": "Disks there do not grow by themselves.",
    "database_encrypted": "DigitalOcean always encrypts.",
    "database_deletion_protection": "DigitalOcean has none.",
    "certificate": "App Platform always has a certificate of its own.",
    "certificate_reference": "App Platform takes no certificate of ours.",
    "tls_minimum_version": "App Platform takes TLS 1.2 and 1.3.",
    "tls_redirect": "App Platform always redirects.",
    "hsts": "App Platform adds no headers.",
    "cdn_pages_s": "The edge goes by what the front end's own server says.",
    "cdn_compress": "The edge always compresses.",
    "visitors": "App Platform lets everybody in.",
    "requests_per_instance": "App Platform scales by load.",
    "cooldown_s": "App Platform decides itself when an instance is taken away.",
    "zones": "A region there is one data centre.",
    "request_timeout_s": "The edge ends requests itself.",
    "log_days": "App Platform keeps the newest lines only.",
    "point_in_time": "DigitalOcean always keeps what any moment of seven days needs.",
    "releases": "App Platform keeps ten deployments to go back to.",
}
"""Choices for which the stack has no variable, and why."""


def variables(deployment: Deployment, image: str) -> dict[str, JsonValue]:
    """The content of `terraform.tfvars.json`.

    Args:
        deployment: The choices.
        image: Of the back end, for the first creation; later ones are rolled out beside Terraform.
    """
    told = {name: value for name, value in choices(deployment).items() if name not in NOT_TOLD}
    size, database = SIZES[deployment.scaling.size], SIZES[deployment.database.size]
    least, most = database.disk_gb
    return {
        **told,
        "image": image,
        "suffix": _suffix(deployment),
        "instance_size_shared": size.shared,
        "instance_size_dedicated": size.dedicated,
        "database_size": database.database,
        "database_storage_gb": max(least, min(most, deployment.database.storage_gb)),
        "database_max_connections": database.connections,
        "cache_size": SIZES[deployment.cache.size].database,
    }


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What DigitalOcean does otherwise than was chosen, errors first."""
    parts = (_database, _address, _firewall, _scaling, _secrets, _watching, _recovery)
    found = [finding for part in parts for finding in part(deployment)]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def _suffix(deployment: Deployment) -> str:
    """The same for the same account: names of registries and buckets are shared by all customers."""
    whose = f"{deployment.cloud.credentials}/{deployment.name}/{deployment.setting.environment}"
    return hashlib.sha256(whose.encode()).hexdigest()[:6]


def _database(deployment: Deployment) -> Iterator[Finding]:
    database = deployment.database
    size = SIZES[database.size]
    least, most = size.disk_gb
    if database.engine is Engine.MONGODB and (
        database.replicas or deployment.recovery.second_region
    ):
        yield _error(
            "database.replicas" if database.replicas else "recovery.second_region",
            "DigitalOcean makes no further copies of MongoDB than the nodes of its cluster.",
            "Leave them out; with a standby the cluster has three nodes, which answer reads.",
        )
    if not least <= database.storage_gb <= most:
        yield _warning(
            "database.storage_gb",
            f"A {database.size.value} database there has {least} to {most} GB, not {database.storage_gb}.",
            "Choose another size, or say a number between them.",
        )
    if database.storage_limit_gb > database.storage_gb:
        yield _warning(
            "database.storage_limit_gb",
            f"Disks there do not grow by themselves, up to {database.storage_limit_gb} GB or otherwise.",
            "Keep the alarm on the disk, and say more storage when it rings.",
        )
    wanted = database.connections * deployment.scaling.maximum
    if wanted > size.connections:
        yield _warning(
            "database.connections",
            f"{wanted} connections are wanted; a {database.size.value} database there gives {size.connections}. "
            "With PostgreSQL the rest wait.",
            "Choose a larger database, or fewer connections.",
        )
    if not database.encrypted:
        yield _warning(
            "database.encrypted", "DigitalOcean encrypts every database.", "Nothing needs doing."
        )
    if database.deletion_protection:
        yield _warning(
            "database.deletion_protection",
            "DigitalOcean has no deletion protection: only our plan says that a deletion loses the data.",
            "Let only few people have the token.",
        )
    if database.public and not any(
        rule.port == PORTS[database.engine] for rule in deployment.address.firewall.rules
    ):
        yield _warning(
            "database.public",
            "No network is named that may reach the database: it stays closed.",
            f"Add an opening for port {PORTS[database.engine]}.",
        )


def _address(deployment: Deployment) -> Iterator[Finding]:
    tls, cdn = deployment.address.tls, deployment.address.cdn
    if tls.certificate is Certificate.OWN:
        yield _error(
            "address.tls.certificate",
            "App Platform takes no certificate of ours.",
            "Choose an automatic one.",
        )
    if tls.reference:
        yield _warning(
            "address.tls.reference",
            "App Platform takes no certificate of ours: this one is not used.",
            "Leave it empty.",
        )
    if tls.certificate is Certificate.NONE or not tls.redirect:
        yield _warning(
            "address.tls.certificate" if tls.redirect else "address.tls.redirect",
            "App Platform always answers by TLS, and redirects to it.",
            "Nothing needs doing.",
        )
    if tls.minimum_version != "1.2":
        yield _warning(
            "address.tls.minimum_version", "App Platform also takes TLS 1.2.", "Say 1.2."
        )
    if tls.hsts:
        yield _warning(
            "address.tls.hsts",
            "App Platform adds no headers.",
            "Let the front end's own server send Strict-Transport-Security.",
        )
    if cdn.pages_s or not cdn.compress:
        yield _warning(
            "address.cdn.pages_s" if cdn.pages_s else "address.cdn.compress",
            "The edge goes by the headers of the front end's own server, and compresses by itself.",
            "Change the server of the front end.",
        )


def _firewall(deployment: Deployment) -> Iterator[Finding]:
    firewall = deployment.address.firewall
    if not EVERYWHERE & {*firewall.visitors}:
        yield _error(
            "address.firewall.visitors",
            "App Platform lets everybody in: it cannot tell networks apart.",
            "Choose another cloud, or let the product itself ask who is there.",
        )
    for index, rule in enumerate(firewall.rules):
        if rule.port != PORTS[deployment.database.engine]:
            yield _warning(
                f"address.firewall.rules.{index}",
                f"There is nothing behind port {rule.port}: App Platform answers HTTP and HTTPS only.",
                "Remove the opening.",
            )


def _scaling(deployment: Deployment) -> Iterator[Finding]:
    scaling = deployment.scaling
    defaults = type(scaling).model_fields
    if scaling.requests_per_instance:
        yield _warning(
            "scaling.requests_per_instance",
            "App Platform scales by load, not by requests.",
            "Say 0, and choose the processor target.",
        )
    if scaling.cooldown_s != defaults["cooldown_s"].default:
        yield _warning(
            "scaling.cooldown_s",
            "App Platform decides itself when an instance is taken away.",
            "Nothing needs doing.",
        )
    if scaling.zones > 1:
        yield _warning(
            "scaling.zones",
            "A region of DigitalOcean is one data centre: instances stand on different machines of it.",
            "Nothing needs doing; a second region is there for the data.",
        )
    if scaling.rollout is not Rollout.BLUE_GREEN:
        yield _warning(
            "scaling.rollout",
            "App Platform always starts the new release beside the old one.",
            "Choose blue-green.",
        )
    if scaling.drain_s > DRAIN_LIMIT_S:
        yield _warning(
            "scaling.drain_s",
            f"App Platform drains for {DRAIN_LIMIT_S} s, not {scaling.drain_s}.",
            f"Say {DRAIN_LIMIT_S} or less.",
        )
    if scaling.request_timeout_s != defaults["request_timeout_s"].default:
        yield _warning(
            "scaling.request_timeout_s",
            f"The edge ends a request after {EDGE_TIMEOUT_S} s, whatever is chosen.",
            "Let the back end itself end requests that take too long.",
        )


def _secrets(deployment: Deployment) -> Iterator[Finding]:
    for name in deployment.setting.secrets:
        yield _warning(
            f"setting.secrets.{name}",
            f"DigitalOcean has no secret store: {name} is read from ours when a release is rolled out.",
            "Save it under the name that is entered as the store.",
        )


def _watching(deployment: Deployment) -> Iterator[Finding]:
    watching = deployment.watching
    yield _warning(
        "watching.log_days",
        f"App Platform keeps only the newest lines, not those of {watching.log_days} days.",
        "Name a place that keeps them in log_endpoint of the stack.",
    )
    if watching.webhook:
        yield _warning(
            "watching.webhook",
            "DigitalOcean's alarms would keep the webhook's address in Terraform's state: they tell by mail only.",
            "Enter addresses of members of the team.",
        )
    for index, alarm in enumerate(watching.alarms):
        where = f"watching.alarms.{index}"
        if alarm.measure in DEAF:
            message = (
                f"Nothing at DigitalOcean measures {alarm.measure.value}: the alarm is not made."
            )
            yield _warning(where, message, "Remove it, or measure it in the product.")
        elif alarm.measure is Measure.P99_MS:
            yield _warning(
                where,
                "DigitalOcean knows no percentiles: the time of a check from outside is looked at.",
                "Allow for the way to the check.",
            )


def _recovery(deployment: Deployment) -> Iterator[Finding]:
    recovery = deployment.recovery
    defaults = type(recovery).model_fields
    if not recovery.backups or not recovery.point_in_time:
        yield _warning(
            "recovery.point_in_time" if recovery.backups else "recovery.backups",
            f"DigitalOcean always keeps what any moment of the last {BACKUP_DAYS} days needs.",
            "Nothing needs doing.",
        )
    elif recovery.backup_days != BACKUP_DAYS:
        yield _warning(
            "recovery.backup_days",
            f"DigitalOcean keeps its own backups for {BACKUP_DAYS} days; only ours for {recovery.backup_days}.",
            "Nothing needs doing.",
        )
    if recovery.second_region and deployment.database.engine is not Engine.MONGODB:
        yield _warning(
            "recovery.second_region",
            "Backups of DigitalOcean stay in their region: a read replica and our own backups are in "
            f"{recovery.second_region}.",
            "Nothing needs doing; the replica costs as much as the database.",
        )
    if recovery.releases != defaults["releases"].default:
        yield _warning(
            "recovery.releases", "App Platform keeps ten deployments.", "Nothing needs doing."
        )


def _error(where: str, message: str, hint: str) -> Finding:
    return _finding("error", where, message, hint)


def _warning(where: str, message: str, hint: str) -> Finding:
    return _finding("warning", where, message, hint)


def _finding(level: Level, where: str, message: str, hint: str) -> Finding:
    return Finding(level=level, where=where, message=message, hint=hint)
