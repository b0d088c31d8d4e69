"""A deployment in words: what its choices are called, and what they mean taken together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.web.run_words import several
from stackwright.deployment.bill import Bill
from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.place import Target

DONE: Mapping[str, str] = {
    "saved": "The choices were saved. Nothing is deployed before a plan of them is approved.",
    "made": "The deployment was made. Its choices are safe defaults: go through them page by page.",
}
TITLES: Mapping[str, str] = {
    "local": "This machine",
    "aws": "Amazon Web Services",
    "gcp": "Google Cloud",
    "azure": "Microsoft Azure",
    "digitalocean": "DigitalOcean",
    "kubernetes": "Kubernetes",
    "staging": "Staging",
    "production": "Production",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mongodb": "MongoDB",
    "small": "Small",
    "medium": "Medium",
    "large": "Large",
    "xlarge": "Extra large",
    "blue_green": "Blue-green",
    "rolling": "Rolling",
    "recreate": "Recreate",
    "automatic": "Automatic",
    "own": "Your own",
    "none": "None",
    "debug": "Debug",
    "info": "Info",
    "warning": "Warning",
    "error": "Error",
    "cpu_percent": "Processor load, %",
    "memory_percent": "Memory, %",
    "errors_percent": "Failed requests, %",
    "p99_ms": "Slowest 1 %, ms",
    "database_storage_percent": "Database storage, %",
    "database_connections_percent": "Database connections, %",
    "restarts": "Restarts",
}
TAKES_OVER: Mapping[Rollout, str] = {
    Rollout.BLUE_GREEN: "A new release starts beside the old one and takes over when it is healthy.",
    Rollout.ROLLING: "A new release takes over instance by instance.",
    Rollout.RECREATE: "The old release is stopped before the new one starts.",
}


def figures(bill: Bill) -> list[dict[str, str]]:
    """The bill in figures."""
    if bill.state == "nothing":
        shown = [{"label": "A month", "value": "0", "unit": "USD"}]
    else:
        note = "and what is not counted" if bill.state == "partly" else "all of it is known"
        value = f"{bill.usd_per_month:,.2f}"
        shown = [{"label": "A month, about", "value": value, "unit": "USD", "note": note}]
    delta = bill.delta_usd_per_month
    if delta:
        shown.append({"label": "Against what is saved", "value": money(delta), "unit": "USD"})
    return shown


def in_short(bill: Bill) -> str:
    """The bill in a few words."""
    if bill.state == "nothing":
        return "0 USD a month"
    more = " and more" if bill.state == "partly" else ""
    changed = f", {money(bill.delta_usd_per_month)}" if bill.delta_usd_per_month else ""
    return f"{bill.usd_per_month:,.2f} USD a month{more}{changed}"


def money(usd: float) -> str:
    """A difference, with its sign."""
    return "–" if not usd else f"{'+' if usd > 0 else '−'}{abs(usd):,.2f}"


def parts(bill: Bill) -> list[list[str]]:
    """The bill part by part, with what changes if anything does; alike ones, such as alarms, in one line."""
    sums: dict[str, list[float]] = {}
    for line in bill.cost.lines:
        name = line.address.rstrip("0123456789 ")
        its = sums.setdefault(name, [0, 0, 0])
        its[0] += 1
        its[1] += line.after_usd_per_month
        its[2] += line.delta_usd_per_month
    changes = any(round(delta, 2) for _, _, delta in sums.values())
    return [
        [
            f"{name} × {count:.0f}" if count > 1 else name,
            f"{usd:,.2f}",
            *([money(round(delta, 2))] if changes else []),
        ]
        for name, (count, usd, delta) in sums.items()
    ]


def sentences(config: Deployment) -> Mapping[str, Sequence[str]]:
    """All choices in words: page → its sentences."""
    return {
        "cloud": tuple(_cloud(config)),
        "environment": tuple(_environment(config)),
        "database": tuple(_database(config)),
        "domain-and-tls": tuple(_address(config)),
        "scaling-and-performance": tuple(_scaling(config)),
        "monitoring-and-logging": tuple(_watching(config)),
        "backup-and-recovery": tuple(_recovery(config)),
        "review": tuple(_review(config)),
    }


def _cloud(config: Deployment) -> Iterator[str]:
    cloud = config.cloud
    if cloud.target is Target.LOCAL:
        yield f"{config.name} runs on this machine."
        return
    place = f" in {cloud.region}" if cloud.region else ""
    yield f"{config.name} runs on {TITLES[cloud.target]}{place}."
    if cloud.credentials:
        yield f"It is reached with the credentials saved as {cloud.credentials}."
    if cloud.rehearse:
        yield "The whole plan and a failure are rehearsed before the cloud is touched."
    else:
        yield "It is not rehearsed before the cloud is touched."


def _environment(config: Deployment) -> Iterator[str]:
    setting = config.setting
    if config.is_production:
        yield "It is production: its users depend on it."
    else:
        yield "It is staging, to try things out."
    if setting.approval:
        yield "A plan waits until somebody has read and approved it."
    else:
        yield "A plan is carried out without waiting for anybody."
    if setting.branch:
        yield f"A push to {setting.branch} starts a deployment."
    if setting.variables:
        yield f"The product is told {_few(setting.variables, 'variable')}."
    if setting.secrets:
        yield f"It reads {_few(setting.secrets, 'secret')} from where they are kept."


def _database(config: Deployment) -> Iterator[str]:
    database = config.database
    version = f" {database.version}" if database.version else ""
    if config.cloud.target is Target.LOCAL:
        yield f"It has a {TITLES[database.engine]} of its own on this machine."
        return
    yield (
        f"It has a {TITLES[database.size].lower()} {TITLES[database.engine]}{version} with {database.storage_gb} GB, "
        f"which may grow to {database.storage_limit_gb} GB."
    )
    if database.high_availability:
        yield "A standby in another zone takes over by itself."
    if database.replicas:
        yield f"{several(database.replicas, 'copy', 'copies')} answer reads."
    if database.public:
        yield "It can be reached from the internet."
    encrypted = "Its disks are encrypted" if database.encrypted else "Its disks are not encrypted"
    protected = "cannot be deleted" if database.deletion_protection else "can be deleted"
    yield f"{encrypted}, and it {protected} in one step."


def _address(config: Deployment) -> Iterator[str]:
    address = config.address
    if config.cloud.target is Target.LOCAL:
        yield "It is reached at an address of this machine."
        return
    yield (
        f"It is reached as {address.domain}."
        if address.domain
        else "It is reached at the address that the target gives."
    )
    if address.aliases:
        yield f"{', '.join(address.aliases)} redirect there."
    if address.manage_dns:
        yield "Its DNS records are made with it."
    match address.tls.certificate:
        case Certificate.NONE:
            yield "Connections are open: there is no TLS."
        case Certificate.OWN:
            yield f"Connections are protected with your own certificate, from TLS {address.tls.minimum_version} on."
        case _:
            oldest = address.tls.minimum_version
            yield f"Connections are protected with a certificate that renews itself, from TLS {oldest} on."
    if address.cdn.enabled:
        yield "The front end is served from edge caches near the visitors."
    everybody = {"0.0.0.0/0", "::/0"} & {*address.firewall.visitors}
    yield (
        "Everybody may visit it."
        if everybody
        else f"Visitors may come from {', '.join(address.firewall.visitors)}."
    )
    for rule in address.firewall.rules:
        yield f"Port {rule.port} is open to {', '.join(rule.sources)}: {rule.why}."


def _scaling(config: Deployment) -> Iterator[str]:
    scaling = config.scaling
    if config.cloud.target is Target.LOCAL:
        yield "There is one instance."
    else:
        size = TITLES[scaling.size].lower()
        if scaling.minimum == scaling.maximum:
            yield f"There are always {several(scaling.minimum, f'{size} instance')}."
        else:
            yield (
                f"There are {scaling.minimum} to {scaling.maximum} {size} instances; more are started above "
                f"{scaling.cpu_percent} % load."
            )
    yield TAKES_OVER[scaling.rollout]
    yield (
        f"It has {scaling.health_budget_s} seconds to answer {scaling.health_path}, and the old one "
        f"{scaling.drain_s} seconds to finish."
    )
    if config.cache.enabled:
        yield f"A {TITLES[config.cache.size].lower()} cache stands beside it."


def _watching(config: Deployment) -> Iterator[str]:
    watching = config.watching
    if config.cloud.target is Target.LOCAL:
        yield "Its logs are files on this machine."
    else:
        collected = ["metrics"] * watching.metrics + ["traces"] * watching.traces
        collected.append(f"logs from {watching.log_level.value} on, for {watching.log_days} days")
        yield f"Collected are {_listed(collected)}."
        told = [*watching.mails, *(["a webhook"] if watching.webhook else [])]
        alarms = several(len(watching.alarms), "alarm")
        yield f"{alarms}, told to {_listed(told) if told else 'nobody'}."
    yield f"Health is checked every {watching.health_every_s} seconds."
    if watching.drift_every_h:
        hours = several(watching.drift_every_h, "hour")
        yield f"Every {hours} it is compared with what was deployed."


def _recovery(config: Deployment) -> Iterator[str]:
    recovery = config.recovery
    if config.cloud.target is not Target.LOCAL:
        if recovery.backups:
            kept = several(recovery.backup_days, "day")
            yield f"The database is backed up daily at {recovery.backup_hour}:00 UTC; backups are kept for {kept}."
        else:
            yield "There are no backups."
        if recovery.point_in_time:
            yield "Any moment between two backups can be restored."
        if recovery.second_region:
            yield f"Copies of the backups lie in {recovery.second_region}."
    if recovery.before_migrations:
        yield "It is backed up before its tables are changed."
    back = (
        "is taken back by itself" if recovery.automatic_rollback else "stays until somebody comes"
    )
    yield f"A release that does not become healthy {back}."
    yield f"{several(recovery.releases, 'earlier release')} can be gone back to."


def _review(config: Deployment) -> Iterator[str]:
    budget = config.review.budget_usd_per_month
    yield (
        "There is no limit to what it may cost."
        if budget is None
        else f"A plan above {budget:,.2f} USD a month is refused."
    )
    if config.review.tags:
        tags = ", ".join(f"{name}={value}" for name, value in config.review.tags.items())
        yield f"Everything is tagged {tags}."


def _few(names: Mapping[str, Any], what: str) -> str:
    return f"{several(len(names), what)} ({', '.join(names)})"


def _listed(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
