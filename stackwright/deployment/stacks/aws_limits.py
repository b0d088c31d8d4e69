"""What AWS does differently from what is chosen, or cannot do."""

from collections.abc import Iterator

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.database import Engine
from stackwright.deployment.options.watching import Measure
from stackwright.deployment.stacks.aws_sizes import CDN_REGION, LEAST_STORAGE_GB, LETTERS
from stackwright.errors import Finding


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What AWS does differently from what is chosen, or cannot do; empty: nothing."""
    return (
        *_database_limits(deployment),
        *_address_limits(deployment),
        *_firewall_limits(deployment),
        *_running_limits(deployment),
        *_watching_limits(deployment),
    )


def _database_limits(deployment: Deployment) -> Iterator[Finding]:
    database = deployment.database
    if database.engine is not Engine.MONGODB:
        if database.storage_gb < LEAST_STORAGE_GB:
            yield _warning(
                "database.storage_gb",
                f"RDS begins with {LEAST_STORAGE_GB} GB, not {database.storage_gb}.",
                f"Say {LEAST_STORAGE_GB}, or leave it.",
            )
        return
    yield _warning(
        "database.engine",
        "AWS runs DocumentDB, which speaks the protocol of MongoDB 5 and lacks some of its commands.",
        "Compare your queries with its list of differences, or choose PostgreSQL.",
    )
    if database.public:
        yield _error(
            "database.public",
            "DocumentDB has no public address.",
            "Take it off; the back end reaches it by the private network.",
        )
    if not deployment.recovery.backups:
        yield _warning(
            "recovery.backups",
            "DocumentDB always keeps the backups of one day.",
            "Leave it, or switch backups on.",
        )
    if any(
        alarm.measure is Measure.DATABASE_STORAGE_PERCENT for alarm in deployment.watching.alarms
    ):
        yield _warning(
            "watching.alarms",
            "DocumentDB takes the storage that it needs, so the alarm about its storage is left out.",
            "Remove it.",
        )


def _address_limits(deployment: Deployment) -> Iterator[Finding]:
    address, tls, cdn = deployment.address, deployment.address.tls, deployment.address.cdn
    if tls.certificate is Certificate.AUTOMATIC and not address.domain and not cdn.enabled:
        yield _finding(
            deployment.is_production,
            "address.domain",
            "Without a domain AWS makes no certificate, so connections are open.",
            "Enter a domain, or switch the CDN on, whose own name has a certificate.",
        )
    if tls.certificate is Certificate.AUTOMATIC and address.domain and not address.manage_dns:
        yield _warning(
            "address.manage_dns",
            "The certificate is not made before somebody has made the records that prove the domain.",
            "Make the records that the run names while it waits, or let DNS be managed.",
        )
    if tls.certificate is Certificate.OWN and not tls.reference.startswith("arn:"):
        yield _error(
            "address.tls.reference",
            f"“{tls.reference}” is no certificate of AWS.",
            "Enter its ARN in ACM, such as arn:aws:acm:…:certificate/….",
        )
    if tls.certificate is Certificate.OWN and cdn.enabled and deployment.cloud.region != CDN_REGION:
        yield _warning(
            "address.tls.reference",
            f"The CDN takes certificates of {CDN_REGION} only, the load balancer those of its own region.",
            "Set cdn_certificate_arn beside the variables of the stack.",
        )
    if cdn.enabled and deployment.scaling.request_timeout_s > 60:
        yield _warning(
            "scaling.request_timeout_s",
            f"The CDN ends requests after 60 s, not {deployment.scaling.request_timeout_s} s.",
            "Say 60, or switch the CDN off.",
        )


def _firewall_limits(deployment: Deployment) -> Iterator[Finding]:
    firewall = deployment.address.firewall
    everywhere = {"0.0.0.0/0", "::/0"}
    for index, network in enumerate(firewall.visitors):
        if ":" in network and network not in everywhere and not deployment.address.cdn.enabled:
            yield _warning(
                f"address.firewall.visitors.{index}",
                "The load balancer has an IPv4 address, so nobody comes from this network.",
                "Name IPv4 networks, or switch the CDN on.",
            )
    port = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MONGODB: 27017}
    for index, rule in enumerate(firewall.rules):
        if rule.port == port[deployment.database.engine] and not deployment.database.public:
            yield _warning(
                f"address.firewall.rules.{index}",
                f"Port {rule.port} is that of the database, which has no public address.",
                "Remove the opening.",
            )
        elif rule.port not in (80, 443):
            yield _warning(
                f"address.firewall.rules.{index}",
                f"On port {rule.port} the load balancer answers with a redirect to its main port.",
                "Remove the opening unless somebody needs that redirect.",
            )


def _running_limits(deployment: Deployment) -> Iterator[Finding]:
    scaling, tls = deployment.scaling, deployment.address.tls
    letters = LETTERS.get(deployment.cloud.region, "abc")
    if scaling.zones > len(letters):
        yield _warning(
            "scaling.zones",
            f"{deployment.cloud.region} offers {len(letters)} zones, not {scaling.zones}.",
            f"Say {len(letters)}.",
        )
    plain = tls.certificate is not Certificate.NONE and not tls.redirect
    if scaling.rollout is Rollout.BLUE_GREEN and plain and not deployment.address.cdn.enabled:
        yield _warning(
            "scaling.rollout",
            "With plain HTTP beside HTTPS releases take over one by one instead of blue-green.",
            "Redirect plain HTTP, or choose rolling.",
        )
    if scaling.drain_s > 120:
        yield _warning(
            "scaling.drain_s",
            f"Fargate waits 120 s for an instance to end, not {scaling.drain_s} s.",
            "Say 120.",
        )
    if "SECRET_KEY" not in deployment.setting.secrets:
        yield _warning(
            "setting.secrets",
            "Nothing says where SECRET_KEY lies, so the stack makes a place for it.",
            "With Terraform, put a value there before the first release; its outputs name the place.",
        )


def _watching_limits(deployment: Deployment) -> Iterator[Finding]:
    every_s = deployment.watching.health_every_s
    if every_s > 300:
        yield _warning(
            "watching.health_every_s",
            f"The load balancer checks health every 300 s, not every {every_s} s.",
            "Say 300 or less.",
        )


def _finding(is_error: bool, where: str, message: str, hint: str) -> Finding:  # noqa: FBT001 - one of two levels
    return (_error if is_error else _warning)(where, message, hint)


def _error(where: str, message: str, hint: str) -> Finding:
    return Finding(level="error", where=where, message=message, hint=hint)


def _warning(where: str, message: str, hint: str) -> Finding:
    return Finding(level="warning", where=where, message=message, hint=hint)
