"""Patches of Kubernetes objects as an overlay says them."""

from collections.abc import Iterable
from typing import Any

import yaml

Json = dict[str, Any]
VERSIONS = {
    "AlertmanagerConfig": "monitoring.coreos.com/v1alpha1",
    "CronJob": "batch/v1",
    "Deployment": "apps/v1",
    "Gateway": "gateway.networking.k8s.io/v1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Ingress": "networking.k8s.io/v1",
    "Job": "batch/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PersistentVolumeClaim": "v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "StatefulSet": "apps/v1",
}
# Of a network policy: the namespace that its first rule lets in; ~1 stands for a slash.
WAY_IN = "spec/ingress/0/from/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name"


def merge(kind: str, name: str, spec: Json) -> Json:
    """Lay this over the specification of an object; lists of named things are laid over each other by name."""
    patch = {**head(kind, name), "spec": spec}
    return {"patch": text([patch]), "target": {"kind": kind, "name": name}}


def change(kind: str, name: str, *operations: Json) -> Json:
    """Change single places of objects; `kind` and `name` are patterns."""
    return {"patch": text([list(operations)]), "target": {"kind": kind, "name": name}}


def put(path: str, value: Any) -> Json:
    """One change: this value at this place, whatever was there."""
    return {"op": "add", "path": f"/{path}", "value": value}


def delete(kind: str, name: str) -> Json:
    """Take an object away."""
    patch = {"$patch": "delete", **head(kind, name)}
    return {"patch": text([patch]), "target": {"kind": kind, "name": name}}


def head(kind: str, name: str) -> Json:
    """What every object begins with."""
    return {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": {"name": name}}


def text(documents: Iterable[Any]) -> str:
    """YAML, the same bytes each time, in the order in which it was said."""
    return yaml.dump_all(
        list(documents), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110
    )


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
