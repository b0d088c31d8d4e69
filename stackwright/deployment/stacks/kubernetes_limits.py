"""What a cluster cannot do of what was chosen, and what happens instead."""

import re
from collections.abc import Iterator

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.watching import Measure
from stackwright.deployment.review import EVERYWHERE
from stackwright.deployment.stacks.kubernetes_cluster import OBJECT, Cluster, Entry
from stackwright.errors import Finding, Level


def limits(deployment: Deployment, cluster: Cluster | None = None) -> tuple[Finding, ...]:
    """A finding for every choice that means something else in a cluster, errors first.

    Args:
        deployment: The choices.
        cluster: How the cluster is set up.
    """
    cluster = cluster or Cluster()
    inside = cluster.keeps_database(production=deployment.is_production)
    found = [
        *_place(deployment),
        *(_inside(deployment, cluster) if inside else _outside(deployment)),
        *_address(deployment, cluster),
        *_scaling(deployment),
        *_secrets(deployment, cluster),
        *_watching(deployment, cluster),
        *_recovery(deployment, inside=inside),
    ]
    order = {"error": 0, "warning": 1}
    return tuple(sorted(found, key=lambda one: order[one.level]))


def _place(deployment: Deployment) -> Iterator[Finding]:
    if deployment.cloud.region:
        yield _finding(
            "warning",
            "cloud.region",
            f"A cluster is where it is: {deployment.cloud.region} changes nothing.",
            "Choose the cluster by its credentials, and leave the region empty.",
        )


def _inside(deployment: Deployment, cluster: Cluster) -> Iterator[Finding]:
    database = deployment.database
    if deployment.is_production:
        yield _finding(
            "warning",
            "database",
            "The production database is one pod on one disk.",
            "Use a managed database or an operator, and say that it is outside.",
        )
    if database.high_availability:
        yield _finding(
            "error",
            "database.high_availability",
            "A database inside the cluster has no standby: one pod on one disk.",
            "Use a managed database or an operator, or switch the standby off.",
        )
    if database.replicas:
        yield _finding(
            "error",
            "database.replicas",
            "A database inside the cluster has no read replicas.",
            "Use a managed database or an operator, or say none.",
        )
    if database.storage_limit_gb > database.storage_gb:
        yield _finding(
            "warning",
            "database.storage_limit_gb",
            f"The disk has {database.storage_gb} GB and does not grow by itself to {database.storage_limit_gb} GB.",
            "Enlarge its claim by hand when the alarm about its filling rings.",
        )
    if database.encrypted and not cluster.storage_class:
        yield _finding(
            "warning",
            "database.encrypted",
            "Whether the disk is encrypted is up to the cluster's usual storage class.",
            "Name a storage class that encrypts.",
        )
    if database.public:
        yield _finding(
            "error",
            "database.public",
            "A database inside the cluster is reached from inside only.",
            "Switch it off; people reach it by `kubectl port-forward`.",
        )


def _outside(deployment: Deployment) -> Iterator[Finding]:
    database, recovery = deployment.database, deployment.recovery
    wanted = [
        f"{database.engine.value} {database.version}".strip(),
        f"size {database.size.value}",
        f"{database.storage_gb} to {database.storage_limit_gb} GB",
        "a standby" if database.high_availability else "no standby",
        f"{database.replicas} read replicas",
        "a public address" if database.public else "no public address",
        "encrypted" if database.encrypted else "not encrypted",
        "protected against deletion" if database.deletion_protection else "not protected",
        "any moment can be restored" if recovery.point_in_time else "backups alone",
    ]
    yield _finding(
        "warning",
        "database",
        f"The database is outside and is set up where it runs, as it is wanted here: {', '.join(wanted)}.",
        "Its address is the entry DATABASE_URL of the Secret backend-secrets.",
    )


def _address(deployment: Deployment, cluster: Cluster) -> Iterator[Finding]:
    address, tls = deployment.address, deployment.address.tls
    if not address.domain and tls.certificate is not Certificate.NONE:
        yield _finding(
            "error" if deployment.is_production else "warning",
            "address.domain",
            "A certificate is for a name, and there is none: connections are open.",
            "Enter a domain.",
        )
    if tls.certificate is Certificate.OWN and not re.fullmatch(OBJECT, tls.reference or "-"):
        yield _finding(
            "error",
            "address.tls.reference",
            f"“{tls.reference}” cannot be the name of a Secret.",
            "Put your certificate into a Secret of the type kubernetes.io/tls and enter its name.",
        )
    if address.domain and tls.minimum_version == "1.3":
        yield _finding(
            "warning",
            "address.tls.minimum_version",
            "The oldest TLS version is set up at the controller of the entry, not here.",
            "Let its administrator refuse versions below 1.3.",
        )
    limited = not EVERYWHERE & {*address.firewall.visitors}
    if limited:
        yield _finding(
            "error" if cluster.entry is Entry.INGRESS else "warning",
            "address.firewall.visitors",
            "Policies see the entry and not the visitor behind it: the networks are limited at its load balancer."
            if cluster.entry is Entry.GATEWAY
            else "An Ingress cannot limit the networks that visitors come from.",
            "Look that the load balancer of your cluster knows the annotation load-balancer-source-ranges."
            if cluster.entry is Entry.GATEWAY
            else "Use the Gateway API, or limit them at the load balancer and let everybody in here.",
        )
    if cluster.entry is Entry.INGRESS:
        yield from _ingress(deployment)
    if address.cdn.enabled:
        yield _finding(
            "error",
            "address.cdn.enabled",
            "A cluster has no edge caches.",
            "Put a CDN before its entry, and switch this off.",
        )


def _ingress(deployment: Deployment) -> Iterator[Finding]:
    address, tls = deployment.address, deployment.address.tls
    protected = bool(address.domain) and tls.certificate is not Certificate.NONE
    said = (
        (protected and tls.redirect, "address.tls.redirect", "redirect to HTTPS"),
        (protected and tls.hsts, "address.tls.hsts", "send HSTS"),
        (bool(address.aliases), "address.aliases", "redirect other names: they answer, too"),
        (True, "scaling.request_timeout_s", "limit the time of a request"),
    )
    for applies, where, what in said:
        if applies:
            yield _finding(
                "warning",
                where,
                f"An Ingress cannot {what}.",
                "Use the Gateway API, or say it to your controller in its annotations.",
            )


def _scaling(deployment: Deployment) -> Iterator[Finding]:
    scaling = deployment.scaling
    if scaling.rollout is Rollout.BLUE_GREEN:
        yield _finding(
            "warning",
            "scaling.rollout",
            "The new instances all start beside the old ones; while they become ready, both releases answer.",
            "Nothing to do: the plan says whether migrations bear with that.",
        )
    if scaling.requests_per_instance:
        yield _finding(
            "warning",
            "scaling.requests_per_instance",
            "Scaling by requests needs an adapter that gives http_requests_per_second as a metric of pods.",
            "Install one, such as prometheus-adapter; until then the processor alone decides.",
        )
    if deployment.is_production and scaling.zones > 1 and scaling.minimum > 1:
        yield _finding(
            "warning",
            "scaling.zones",
            f"Instances wait until the cluster has nodes in {min(scaling.zones, scaling.minimum)} zones.",
            "Say 1 when it has only one.",
        )


def _secrets(deployment: Deployment, cluster: Cluster) -> Iterator[Finding]:
    if cluster.secret_store:
        return
    for name, secret in sorted(deployment.setting.secrets.items()):
        where = f"setting.secrets.{name}"
        if not re.fullmatch(OBJECT, secret.store):
            yield _finding(
                "error",
                f"{where}.store",
                f"“{secret.store}” cannot be the name of a Secret.",
                "Enter the name of a Secret of the namespace, or name the cluster's secret store.",
            )
        if secret.version != "latest":
            yield _finding(
                "warning",
                f"{where}.version",
                "Secrets of Kubernetes have no versions: the one that is there is used.",
                "Make a Secret for each version and name it here, or use a secret store.",
            )


def _watching(deployment: Deployment, cluster: Cluster) -> Iterator[Finding]:
    watching = deployment.watching
    if watching.metrics and not cluster.prometheus:
        yield _finding(
            "warning",
            "watching.metrics",
            "Nobody collects the metrics, and no alarm rings: the cluster has no Prometheus operator.",
            "Install it, or let your monitoring read /metrics of the back end.",
        )
    measures = {alarm.measure for alarm in watching.alarms}
    if Measure.DATABASE_CONNECTIONS_PERCENT in measures:
        yield _finding(
            "warning",
            "watching.alarms",
            "Connections of the database are not measured here, so that alarm does not ring.",
            "Add an exporter for your database.",
        )
    if watching.traces and not cluster.traces_to:
        yield _finding(
            "warning",
            "watching.traces",
            "Nothing says where traces are sent to.",
            "Enter the address of the cluster's collector.",
        )
    yield _finding(
        "warning",
        "watching.log_days",
        "How long logs are kept is up to whoever collects them; pods carry the days as an annotation.",
        f"Let your log collector keep them for {watching.log_days} days.",
    )


def _recovery(deployment: Deployment, *, inside: bool) -> Iterator[Finding]:
    recovery = deployment.recovery
    if recovery.backups and recovery.point_in_time and inside:
        yield _finding(
            "warning",
            "recovery.point_in_time",
            "A database inside the cluster is dumped each night: only those moments can be restored.",
            "Use a managed database or an operator.",
        )
    if recovery.second_region:
        yield _finding(
            "error",
            "recovery.second_region",
            "Backups lie on a disk of the cluster and are not copied to another region.",
            "Copy the disk by the means of your provider, and leave this empty.",
        )


def _finding(level: Level, where: str, message: str, hint: str) -> Finding:
    return Finding(level=level, where=where, message=message, hint=hint)
