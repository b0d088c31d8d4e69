"""Every option of the wizard with another value, and what a stack makes of it."""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from pydantic import BaseModel, JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.stacks.choices import ELSEWHERE
from stackwright.errors import Finding
from tests.deployment.examples import production

IMAGE = "registry.example.com/shop/backend:1"
REFERENCE = {"store": "shop-key", "version": "3"}

CHANGED: dict[str, Any] = {
    "name": "library",
    "cloud.target": "aws",
    "cloud.region": "elsewhere-1",
    "cloud.credentials": "theirs",
    "cloud.rehearse": False,
    "setting.environment": "staging",
    "setting.approval": False,
    "setting.branch": "main",
    "setting.repository": "https://git.example.org/ada/shop.git",
    "setting.variables": {"GREETING": "hello"},
    "setting.secrets": {"SECRET_KEY": REFERENCE},
    "database.engine": "mysql",
    "database.version": "16",
    "database.size": "large",
    "database.storage_gb": 25,
    "database.storage_limit_gb": 200,
    "database.high_availability": False,
    "database.replicas": 2,
    "database.connections": 5,
    "database.public": True,
    "database.encrypted": False,
    "database.deletion_protection": False,
    "address.domain": "books.example.com",
    "address.aliases": ["www.shop.example.com"],
    "address.manage_dns": True,
    "address.tls.certificate": "own",
    "address.tls.reference": "projects/p/locations/global/certificates/ours",
    "address.tls.minimum_version": "1.3",
    "address.tls.redirect": False,
    "address.tls.hsts": False,
    "address.cdn.enabled": True,
    "address.cdn.assets_s": 86_400,
    "address.cdn.pages_s": 60,
    "address.cdn.compress": False,
    "address.firewall.visitors": ["203.0.113.0/24"],
    "address.firewall.rules": [{"port": 22, "sources": ["203.0.113.0/24"], "why": "look inside"}],
    "scaling.size": "large",
    "scaling.minimum": 3,
    "scaling.maximum": 9,
    "scaling.cpu_percent": 80,
    "scaling.requests_per_instance": 40,
    "scaling.cooldown_s": 600,
    "scaling.zones": 1,
    "scaling.rollout": "rolling",
    "scaling.health_path": "/ready",
    "scaling.health_budget_s": 200,
    "scaling.drain_s": 90,
    "scaling.request_timeout_s": 60,
    "cache.enabled": True,
    "cache.size": "large",
    "watching.metrics": False,
    "watching.traces": True,
    "watching.log_level": "error",
    "watching.log_days": 90,
    "watching.access_log": False,
    "watching.alarms": [{"measure": "memory_percent", "above": 90}],
    "watching.mails": ["night@example.com"],
    "watching.webhook": {"store": "projects/p/notificationChannels/1"},
    "watching.health_every_s": 60,
    "watching.drift_every_h": 0,
    "recovery.backups": False,
    "recovery.backup_days": 30,
    "recovery.backup_hour": 5,
    "recovery.point_in_time": False,
    "recovery.second_region": "elsewhere-2",
    "recovery.before_migrations": False,
    "recovery.automatic_rollback": False,
    "recovery.releases": 9,
    "review.budget_usd_per_month": 100.0,
    "review.tags": {"team": "books"},
}


def options(model: type[BaseModel] = Deployment, at: str = "") -> Iterator[str]:
    """The place of every option, such as `database.size`."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from options(inner, f"{at}{name}.")
        else:
            yield f"{at}{name}"


def with_change(base: Deployment, path: str, value: Any) -> Deployment:
    """These choices with one of them changed."""
    content = base.model_dump(mode="json")
    *way, last = path.split(".")
    reduce(lambda inner, part: inner[part], way, content)[last] = value
    return Deployment.model_validate(content)


def unheard(
    target: str,
    variables: Callable[[Deployment, str], dict[str, JsonValue]],
    limits: Callable[[Deployment], tuple[Finding, ...]],
) -> list[str]:
    """Options whose change neither a variable, nor a finding, nor another part of the deployment shows."""
    base = production(target)
    found = []
    for path in options():
        changed = with_change(base, path, CHANGED[path])
        told = variables(changed, IMAGE) != variables(base, IMAGE)
        said = {*_sentences(limits(changed))} != {*_sentences(limits(base))}
        if not (told or said or path in ELSEWHERE):
            found.append(path)
    return found


def _sentences(found: tuple[Finding, ...]) -> list[str]:
    return [one.sentence() for one in found]
