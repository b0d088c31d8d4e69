"""Each single choice of the wizard, changed; and deployments that together use all that the stacks can do."""

from typing import Any

from stackwright.deployment.config import Deployment
from tests.deployment.examples import production, shop

HOOK = {"store": "hook", "key": "url"}
ALARMS = [
    {"measure": measure, "above": 5, "minutes": 3}
    for measure in (
        "cpu_percent",
        "memory_percent",
        "errors_percent",
        "p99_ms",
        "database_storage_percent",
        "database_connections_percent",
        "restarts",
    )
]
OTHERS: dict[str, Any] = {
    "name": "library",
    "cloud.target": "gcp",
    "cloud.region": "eu-west-3",
    "cloud.credentials": "theirs",
    "setting.environment": "staging",
    "setting.branch": "main",
    "setting.variables": {"TITLE": "Books"},
    "setting.secrets": {"MAIL": HOOK},
    "database.engine": "mysql",
    "database.version": "16",
    "database.size": "large",
    "address.domain": "books.example.org",
    "address.aliases": ["www.example.com"],
    "address.tls.certificate": "none",
    "address.tls.reference": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
    "address.tls.minimum_version": "1.3",
    "address.cdn.assets_s": 3600,
    "address.firewall.visitors": ["203.0.113.0/24"],
    "address.firewall.rules": [
        {"port": 5432, "sources": ["198.51.100.0/24"], "why": "office"},
        {"port": 8443, "sources": ["198.51.100.0/24"], "why": "partners"},
    ],
    "scaling.size": "large",
    "scaling.rollout": "rolling",
    "scaling.health_path": "/healthz",
    "scaling.drain_s": 90,
    "cache.size": "large",
    "watching.log_level": "warning",
    "watching.log_days": 90,
    "watching.alarms": ALARMS,
    "watching.mails": ["other@example.com"],
    "watching.webhook": HOOK,
    "recovery.second_region": "eu-west-2",
    "review.budget_usd_per_month": 100.0,
    "review.tags": {"team": "books"},
}  # yes and no, and numbers, are changed by themselves
NEEDS = {
    "address.tls.reference": {"address.tls.certificate": "own"},
}


def changes_of(base: Deployment) -> dict[str, Deployment]:
    """Path of each choice → the same deployment with that one changed."""
    return {
        path: _with(base, path, value) for path, value in _choices(base.model_dump(mode="json"))
    }


def _choices(value: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, inner in value.items():
        path = f"{before}{name}"
        if path in OTHERS:
            found.append((path, OTHERS[path]))
        elif isinstance(inner, bool):
            found.append((path, not inner))
        elif isinstance(inner, int):
            found.append((path, inner + 1))
        elif isinstance(inner, dict):
            found += _choices(inner, f"{path}.")
    return found


def _with(base: Deployment, path: str, value: Any) -> Deployment:
    document = base.model_dump(mode="json")
    for name, one in {**NEEDS.get(path, {}), path: value}.items():
        *above, last = name.split(".")
        place = document
        for part in above:
            place = place[part]
        place[last] = one
    return Deployment.model_validate(document)


EVERYTHING = {
    "production": production(),
    "staging": shop(cloud={"target": "aws", "region": "eu-central-1"}),
    "documents": production(database={"engine": "mongodb"}),
    "mysql in the open": production(
        database={"engine": "mysql", "public": True},
        address={
            "aliases": ["www.example.com"],
            "tls": {"redirect": False},
            "firewall": {
                "rules": [{"port": 3306, "sources": ["198.51.100.0/24"], "why": "office"}]
            },
        },
    ),
    "all of it": production(
        cloud={"region": "us-east-1"},
        database={"replicas": 1, "size": "large"},
        address={
            "aliases": ["www.example.com", "books.example.com"],
            "cdn": {"enabled": True},
            "manage_dns": True,
            "firewall": {
                "visitors": ["203.0.113.0/24", "2001:db8::/32"],
                "rules": [{"port": 8443, "sources": ["198.51.100.0/24"], "why": "partners"}],
            },
        },
        cache={"enabled": True},
        setting={"variables": {"TITLE": "Books"}, "secrets": {"SECRET_KEY": HOOK, "MAIL": HOOK}},
        watching={"webhook": HOOK, "traces": True, "alarms": ALARMS},
        scaling={"zones": 3, "requests_per_instance": 10, "minimum": 2},
        recovery={"second_region": "us-west-2"},
    ),
}
