"""Which choices change nothing where they are made, and why: by the target, or by another choice."""

from collections.abc import Iterator, Mapping

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.place import Target

THIS_MACHINE = "This machine is no provider: there is one server, and it is this one."
OWN_DATABASE = "On this machine the deployment gets a PostgreSQL of its own, in its own folder."
OWN_PROXY = "On this machine it is reached by an address of the machine, behind a proxy of its own."
OWN_LOGS = "On this machine logs are files, and health is looked at while it is deployed."
CLUSTER = "The cluster decides this, not the deployment."

TARGETS: Mapping[Target, Mapping[str, str]] = {
    Target.LOCAL: {
        **dict.fromkeys(("cloud.region", "cloud.credentials", "cloud.rehearse"), THIS_MACHINE),
        **dict.fromkeys(
            (
                *("database.version", "database.size", "database.storage_gb"),
                *("database.storage_limit_gb", "database.high_availability"),
                *("database.replicas", "database.connections", "database.public"),
                *("database.encrypted", "database.deletion_protection"),
            ),
            OWN_DATABASE,
        ),
        "address": OWN_PROXY,
        **dict.fromkeys(
            (
                *("scaling.size", "scaling.minimum", "scaling.maximum", "scaling.cpu_percent"),
                *("scaling.requests_per_instance", "scaling.cooldown_s", "scaling.zones"),
                *("scaling.request_timeout_s", "cache"),
            ),
            THIS_MACHINE,
        ),
        **dict.fromkeys(
            (
                *("watching.metrics", "watching.traces", "watching.log_level"),
                *("watching.log_days", "watching.access_log", "watching.alarms"),
                *("watching.mails", "watching.webhook"),
            ),
            OWN_LOGS,
        ),
        **dict.fromkeys(
            (
                *("recovery.backups", "recovery.backup_days", "recovery.backup_hour"),
                *("recovery.point_in_time", "recovery.second_region"),
            ),
            "On this machine backups are made before tables are changed, not by the clock.",
        ),
        "review.tags": THIS_MACHINE,
    },
    Target.KUBERNETES: {
        "cloud.region": "The cluster has its place already.",
        "address.manage_dns": CLUSTER,
        "address.cdn": "A cluster has no edge caches.",
        "database.encrypted": "The disks of the cluster are encrypted, or not, by whoever runs it.",
        "recovery.second_region": CLUSTER,
    },
}


def unused(deployment: Deployment) -> Mapping[str, str]:
    """Choice, or a group of them, → why it changes nothing. Only choices that are not in the way are named."""
    its = TARGETS.get(deployment.cloud.target, {})
    found = dict(its)
    for path, why in _by_choice(deployment):
        found.setdefault(path, why)
    return found


def why_unused(path: str, known: Mapping[str, str]) -> str:
    """Why the choice at this path changes nothing; empty: it does."""
    parts = path.split(".")
    begins = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next((known[begin] for begin in begins if begin in known), "")


def _by_choice(deployment: Deployment) -> Iterator[tuple[str, str]]:
    tls, scaling = deployment.address.tls, deployment.scaling
    tables: tuple[tuple[bool, str, tuple[str, ...], str], ...] = (
        (
            tls.certificate is not Certificate.OWN,
            "address.tls",
            ("reference",),
            "The certificate is not your own.",
        ),
        (
            tls.certificate is Certificate.NONE,
            "address.tls",
            ("minimum_version", "redirect", "hsts"),
            "Connections are open: there is no TLS.",
        ),
        (
            not deployment.address.cdn.enabled,
            "address.cdn",
            ("assets_s", "pages_s", "compress"),
            "The CDN is off.",
        ),
        (not deployment.cache.enabled, "cache", ("size",), "There is no cache."),
        (
            scaling.minimum == scaling.maximum,
            "scaling",
            ("cpu_percent", "requests_per_instance", "cooldown_s"),
            f"There are always {scaling.minimum} instances.",
        ),
        (
            not deployment.recovery.backups,
            "recovery",
            ("backup_days", "backup_hour", "second_region"),
            "There are no backups.",
        ),
    )
    for applies, group, names, why in tables:
        if applies:
            yield from ((f"{group}.{name}", why) for name in names)
