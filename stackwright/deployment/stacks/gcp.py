"""Google Cloud by Terraform: what `deployment_templates/gcp/terraform` is told, and what it cannot do."""

from collections.abc import Iterator

from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout, Size
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Measure
from stackwright.deployment.stacks.choices import choices
from stackwright.errors import Finding, Level
from stackwright.value import Value

CHANNEL = "/notificationChannels/"
PROBE_LIMIT_S = 240  # what Cloud Run waits for a new instance
TIMEOUT_GRACE_S = 10  # between the signal and the end of an instance of Cloud Run
DATABASE_MEASURES = (Measure.DATABASE_STORAGE_PERCENT, Measure.DATABASE_CONNECTIONS_PERCENT)


class Sizes(Value):
    """What a size of the wizard is at Google."""

    cpu: str  # of an instance of Cloud Run
    memory: str
    tier: str  # of Cloud SQL
    connections: int  # that it accepts
    cache_gb: int


SIZES = {
    Size.SMALL: Sizes(cpu="1", memory="512Mi", tier="db-g1-small", connections=100, cache_gb=1),
    Size.MEDIUM: Sizes(cpu="1", memory="1Gi", tier="db-custom-1-3840", connections=200, cache_gb=2),
    Size.LARGE: Sizes(cpu="2", memory="2Gi", tier="db-custom-2-7680", connections=400, cache_gb=5),
    Size.XLARGE: Sizes(
        cpu="4", memory="4Gi", tier="db-custom-4-15360", connections=800, cache_gb=10
    ),
}

NOT_TOLD = {
    "database_encrypted": "Google always encrypts; it decides whether the keys are ours.",
    "cooldown_s": "Cloud Run decides itself when an instance is taken away.",
    "drain_s": "Cloud Run lets an instance finish its requests itself.",
}
"""Choices for which the stack has no variable of that name, and why."""


def variables(deployment: Deployment, image: str) -> dict[str, JsonValue]:
    """The content of `terraform.tfvars.json`.

    Args:
        deployment: The choices.
        image: Of the back end, for the first creation; later ones are rolled out beside Terraform.
    """
    told = {name: value for name, value in choices(deployment).items() if name not in NOT_TOLD}
    size, database = SIZES[deployment.scaling.size], SIZES[deployment.database.size]
    webhook = deployment.watching.webhook
    return {
        **told,
        "image": image,
        "instance_cpu": size.cpu,
        "instance_memory": size.memory,
        "database_tier": database.tier,
        "database_max_connections": database.connections,
        "cache_memory_gb": SIZES[deployment.cache.size].cache_gb,
        "customer_managed_keys": deployment.is_production and deployment.database.encrypted,
        "webhook_channel": webhook.store if webhook and CHANNEL in webhook.store else "",
    }


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What Google does otherwise than was chosen, errors first."""
    parts = (_database, _keys, _address, _scaling, _secrets, _watching, _recovery)
    found = [finding for part in parts for finding in part(deployment)]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def _database(deployment: Deployment) -> Iterator[Finding]:
    database = deployment.database
    if database.engine is Engine.MONGODB:
        yield _finding(
            "warning",
            "database.engine",
            "Google has no MongoDB: Firestore with MongoDB compatibility is used, which knows most of its commands.",
            "Try the product in staging first; its drivers stay the same.",
        )
        for field, changed, what in (
            ("version", bool(database.version), "has no versions to choose from"),
            ("replicas", database.replicas > 0, "has copies in several zones, which answer reads"),
            ("public", database.public, "is reached by Google's own addresses, with a token"),
            ("high_availability", not database.high_availability, "always has copies in zones"),
        ):
            if changed:
                message = f"Firestore {what}."
                yield _finding("warning", f"database.{field}", message, "Nothing needs doing.")
        return
    if deployment.is_production and database.size is Size.SMALL:
        yield _finding(
            "warning",
            "database.size",
            "db-g1-small shares its processor with others, and Google promises no availability for it.",
            "Choose medium or larger for production.",
        )
    if database.high_availability and not deployment.recovery.backups:
        yield _finding(
            "error",
            "database.high_availability",
            "Cloud SQL keeps a standby only of a database that is backed up.",
            "Switch backups on, or the standby off.",
        )
    if database.replicas and not (
        deployment.recovery.backups and deployment.recovery.point_in_time
    ):
        yield _finding(
            "error",
            "database.replicas",
            "Cloud SQL makes read replicas only of a database that is backed up with its log.",
            "Switch backups and any moment on, or the replicas off.",
        )


def _keys(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.database.encrypted:
        yield _finding(
            "warning",
            "database.encrypted",
            "Google encrypts every disk; without this the keys are Google's instead of ours.",
            "Leave it on for keys of your own in production.",
        )
    elif deployment.is_production:
        yield _finding(
            "warning",
            "database.encrypted",
            "Keys of your own can be used only by agents of Google that exist in the project.",
            "Have them made once a project, with the command in the README of gcp/terraform.",
        )


def _address(deployment: Deployment) -> Iterator[Finding]:
    address = deployment.address
    if not address.domain and address.tls.certificate is not Certificate.NONE:
        yield _finding(
            "error" if deployment.is_production else "warning",
            "address.domain",
            "Google issues certificates for domains only: without one visitors come by plain HTTP to an address.",
            "Enter a domain.",
        )
    if address.tls.certificate is Certificate.OWN and "/certificates/" not in address.tls.reference:
        yield _finding(
            "error",
            "address.tls.reference",
            "Your own certificate must lie in Certificate Manager.",
            "Enter projects/…/locations/global/certificates/… .",
        )
    for index, rule in enumerate(address.firewall.rules):
        where = f"address.firewall.rules.{index}"
        if all(":" in source for source in rule.sources):
            yield _finding(
                "warning", where, "The private network has no IPv6.", "Name IPv4 networks."
            )
        elif not deployment.database.public and rule.port in (3306, 5432):
            yield _finding(
                "warning",
                where,
                f"Port {rule.port} is opened for machines in the network; the database has no public address.",
                "Remove the opening if it was meant for the database.",
            )
    foreign = [name for name in address.aliases if not name.endswith(f".{address.domain}")]
    if address.manage_dns and foreign:
        yield _finding(
            "warning",
            "address.aliases",
            f"{', '.join(foreign)} are not names within {address.domain}: their records are not made.",
            "Make them where these names are kept; the stack says to which addresses.",
        )


def _scaling(deployment: Deployment) -> Iterator[Finding]:
    scaling = deployment.scaling
    if scaling.requests_per_instance:
        yield _finding(
            "warning",
            "scaling.requests_per_instance",
            "Cloud Run counts requests at once, not a second: an instance is given "
            f"{min(scaling.requests_per_instance, 1000)} at once.",
            "Say how many an instance can work on at the same time; 0: 80.",
        )
    if scaling.health_budget_s > PROBE_LIMIT_S:
        yield _finding(
            "warning",
            "scaling.health_budget_s",
            f"Cloud Run waits {PROBE_LIMIT_S} s for an instance, not {scaling.health_budget_s}.",
            f"Say {PROBE_LIMIT_S} or less.",
        )
    if scaling.drain_s > TIMEOUT_GRACE_S:
        yield _finding(
            "warning",
            "scaling.drain_s",
            "An old instance of Cloud Run finishes the requests it has; work without a request ends after "
            f"{TIMEOUT_GRACE_S} s, not {scaling.drain_s}.",
            "Nothing needs doing unless the back end works on beside its requests.",
        )
    if scaling.cooldown_s != type(scaling).model_fields["cooldown_s"].default:
        yield _finding(
            "warning",
            "scaling.cooldown_s",
            "Cloud Run decides itself when an instance is taken away, after up to 15 minutes.",
            "Nothing needs doing.",
        )
    if scaling.rollout is Rollout.RECREATE:
        yield _finding(
            "warning",
            "scaling.rollout",
            "Cloud Run never stops the old revision before the new one has started.",
            "Choose blue-green or rolling.",
        )


def _secrets(deployment: Deployment) -> Iterator[Finding]:
    for name, secret in deployment.setting.secrets.items():
        if secret.key:
            yield _finding(
                "error",
                f"setting.secrets.{name}.key",
                f"Cloud Run reads a whole secret, not the entry “{secret.key}” of {secret.store}.",
                "Keep the entry as a secret of its own in Secret Manager.",
            )


def _watching(deployment: Deployment) -> Iterator[Finding]:
    watching = deployment.watching
    if watching.webhook and CHANNEL not in watching.webhook.store:
        yield _finding(
            "error",
            "watching.webhook",
            "The address of a webhook would have to pass through Terraform's state.",
            "Save it at Google as a notification channel and enter projects/…/notificationChannels/… as the store.",
        )
    if watching.health_every_s < 60:
        yield _finding(
            "warning",
            "watching.health_every_s",
            f"Instances are asked every {watching.health_every_s} s; from outside Google asks once a minute.",
            "Nothing needs doing.",
        )
    if deployment.database.engine is Engine.MONGODB:
        for index, alarm in enumerate(watching.alarms):
            if alarm.measure in DATABASE_MEASURES:
                yield _finding(
                    "warning",
                    f"watching.alarms.{index}",
                    f"Firestore has no limit that {alarm.measure.value} could come near to.",
                    "Remove the alarm; it is not made.",
                )


def _recovery(deployment: Deployment) -> Iterator[Finding]:
    recovery, documents = deployment.recovery, deployment.database.engine is Engine.MONGODB
    if recovery.second_region and documents:
        yield _finding(
            "error",
            "recovery.second_region",
            "Backups of Firestore stay in its own location.",
            "Leave it empty, or choose a location with several regions, such as eur3.",
        )
    elif recovery.second_region:
        yield _finding(
            "warning",
            "recovery.second_region",
            f"Cloud SQL keeps backups in one place: in {recovery.second_region}, no longer in their region.",
            "Nothing needs doing; restoring takes longer from there.",
        )
    if documents and recovery.backups:
        yield _finding(
            "warning",
            "recovery.backup_hour",
            "Firestore decides itself at which hour it backs up.",
            "Nothing needs doing.",
        )


def _finding(level: Level, where: str, message: str, hint: str) -> Finding:
    return Finding(level=level, where=where, message=message, hint=hint)
