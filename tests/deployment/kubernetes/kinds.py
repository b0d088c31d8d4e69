"""The kinds of objects that the stand-in for a cluster knows, and how their parts are told apart."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Path = tuple[str, ...]


class Kind(NamedTuple):
    version: str  # such as apps/v1
    name: str
    plural: str
    namespaced: bool = True


KINDS = (
    Kind("v1", "Namespace", "namespaces", namespaced=False),
    Kind("v1", "ConfigMap", "configmaps"),
    Kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Kind("v1", "Pod", "pods"),
    Kind("v1", "Secret", "secrets"),
    Kind("v1", "Service", "services"),
    Kind("v1", "ServiceAccount", "serviceaccounts"),
    Kind("apps/v1", "Deployment", "deployments"),
    Kind("apps/v1", "ReplicaSet", "replicasets"),
    Kind("apps/v1", "StatefulSet", "statefulsets"),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Kind("batch/v1", "CronJob", "cronjobs"),
    Kind("batch/v1", "Job", "jobs"),
    Kind("external-secrets.io/v1", "ExternalSecret", "externalsecrets"),
    Kind("gateway.networking.k8s.io/v1", "Gateway", "gateways"),
    Kind("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
    Kind("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules"),
    Kind("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors"),
    Kind("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", "alertmanagerconfigs"),
    Kind("networking.k8s.io/v1", "Ingress", "ingresses"),
    Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
)
FIXED = {
    "Deployment": ("selector",),
    "Job": ("template", "selector"),
    "StatefulSet": ("selector", "serviceName", "volumeClaimTemplates"),
}  # parts of a specification that never change
PARTS = frozenset(
    {
        "apiVersion", "kind", "metadata", "spec", "status", "data", "stringData", "type", "immutable",
        "automountServiceAccountToken",
    }
)  # fmt: skip


def prefix(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every part of an object that somebody can own: lists of named things by their names, others as a whole."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif names := _names(value):
        for name, one in zip(names, value, strict=True):
            yield from leaves(one, (*path, f"={name}"))
    else:
        yield path, value


def merged(below: Any, above: Any) -> Any:
    """What is there after somebody applied `above`: what it does not say stays."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below.get(key), one) for key, one in above.items()}}
    old, new = _names(below), _names(above)
    if old and new:
        by_name = dict(zip(old, below, strict=True))
        for name, one in zip(new, above, strict=True):
            by_name[name] = merged(by_name.get(name), one)
        return list(by_name.values())
    return above


def without(value: Any, path: Path) -> Any:
    """The same without one part, and without what is empty then; None: nothing is left."""
    if not path:
        return None
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        left = {key: one for key, one in value.items() if key != first}
        if first in value and (one := without(value[first], rest)) is not None:
            left = {key: one if key == first else kept for key, kept in value.items()}
        return left or None
    if isinstance(value, list):
        pairs = zip(_names(value), value, strict=False)
        parts = [without(one, rest) if f"={name}" == first else one for name, one in pairs]
        return [one for one in parts if one is not None] or None
    return value


def _names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and "name" in one for one in value
    ):
        return []
    names = [str(one["name"]) for one in value]
    return names if len({*names}) == len(names) else []
