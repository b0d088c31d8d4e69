"""What pods are told when they start: variables by value, secrets by the place where they lie."""

from collections.abc import Mapping
from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import SecretReference
from stackwright.deployment.stacks.kubernetes_cluster import Cluster

Json = dict[str, Any]
OWN = "backend-secrets"
DATABASE = "database-credentials"


def variables(deployment: Deployment, cluster: Cluster) -> dict[str, str]:
    """The variables of the back end by name; those of the user win."""
    watching = deployment.watching
    own = {
        "ENVIRONMENT": deployment.setting.environment.value,
        "LOG_LEVEL": watching.log_level.value.upper(),
        "ACCESS_LOG": str(watching.access_log).lower(),
        "METRICS": str(watching.metrics).lower(),
        "DATABASE_CONNECTIONS": str(deployment.database.connections),
        "REQUEST_TIMEOUT_S": str(deployment.scaling.request_timeout_s),
    }
    if deployment.cache.enabled:
        own["CACHE_URL"] = "redis://cache:6379/0"
    if watching.traces and cluster.traces_to:
        own["OTEL_EXPORTER_OTLP_ENDPOINT"] = cluster.traces_to
        own["OTEL_SERVICE_NAME"] = deployment.name
    return dict(sorted({**own, **deployment.setting.variables}.items()))


def secret_variables(deployment: Deployment, cluster: Cluster) -> list[Json]:
    """The secrets of the back end, as the environment of a container names them."""
    made = bool(cluster.secret_store)
    found = []
    for name, secret in sorted(deployment.setting.secrets.items()):
        place, key = (OWN, name) if made else (secret.store, secret.key or name)
        reference = {"name": place, "key": key}
        found.append({"name": name, "valueFrom": {"secretKeyRef": reference}})
    return found


def external_secrets(deployment: Deployment, cluster: Cluster, prefix: str) -> list[Json]:
    """The objects that fetch secrets from the store of a provider; nothing when Secrets are there already.

    Args:
        deployment: The choices.
        cluster: How the cluster is set up.
        prefix: Begins the names of the deployment's own entries in the store.
    """
    if not cluster.secret_store:
        return []
    inside = cluster.keeps_database(production=deployment.is_production)
    names = ("SECRET_KEY",) if inside else ("SECRET_KEY", "DATABASE_URL")
    own = {name: SecretReference(store=f"{prefix}-backend", key=name) for name in names}
    found = [_external(OWN, {**own, **deployment.setting.secrets}, cluster)]
    if inside:
        password = SecretReference(store=f"{prefix}-database", key="password")
        found.append(_external(DATABASE, {"password": password}, cluster))
    return found


def _external(name: str, secrets: Mapping[str, SecretReference], cluster: Cluster) -> Json:
    data = []
    for key, secret in sorted(secrets.items()):
        remote = {"key": secret.store}
        if secret.key:
            remote["property"] = secret.key
        if secret.version != "latest":
            remote["version"] = secret.version
        data.append({"secretKey": key, "remoteRef": remote})
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name},
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": cluster.secret_store},
            "target": {"name": name, "creationPolicy": "Owner"},
            "data": data,
        },
    }
