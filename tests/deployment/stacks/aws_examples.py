"""Deployments that together use all that the stacks of AWS can do."""

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
