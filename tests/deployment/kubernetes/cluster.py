"""A stand-in for a cluster: enough of its API for a real kubectl, and controllers that make pods of images.

What it proves is how we drive kubectl and what we make of its answers, not that a cluster would take the objects:
their shape is checked against the published schemas elsewhere. An image whose name has “crash” in it ends at each
start, one with “absent” cannot be fetched, one with “slow” never becomes ready; all others are ready soon.
"""

import copy
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.deployment.kubernetes.kinds import FIXED, KINDS, PARTS, Kind, leaves, merged, without
from tests.deployment.kubernetes.pods import Pods

Object = dict[str, Any]
Key = tuple[str, str, str]  # plural, namespace, name


class RefusedError(Exception):
    """What the API answers to a request that it does not carry out."""

    def __init__(self, code: int, reason: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.code, self.reason, self.details = code, reason, details


class Cluster:
    """All objects by plural, namespace and name."""

    def __init__(self, start_s: float = 0.2) -> None:
        self.objects: dict[Key, Object] = {}
        self.owned: dict[Key, dict[str, dict[tuple[str, ...], Any]]] = {}
        self.lock = threading.RLock()
        self.version = 100
        self.requests: list[str] = []
        self.pods = Pods(self, start_s)

    def become(self, other: "Cluster") -> None:
        """Take over all that another one has."""
        self.objects = copy.deepcopy(other.objects)
        self.owned, self.version = copy.deepcopy(other.owned), other.version
        self.pods.born = dict(other.pods.born)

    def get(self, kind: Kind, namespace: str, name: str) -> Object:
        found = self.objects.get((kind.plural, namespace, name))
        if found is None:
            message = f'{kind.plural} "{name}" not found'
            raise RefusedError(404, "NotFound", message)
        return found

    def find(self, plural: str, namespace: str = "", **labels: str) -> list[Object]:
        return [
            one
            for (of, place, _), one in sorted(self.objects.items())
            if of == plural
            and (not namespace or place == namespace)
            and labels.items() <= one["metadata"].get("labels", {}).items()
        ]

    def create(
        self, kind: Kind, namespace: str, item: Object, manager: str, *, dry: bool
    ) -> Object:
        name = item["metadata"]["name"]
        if (kind.plural, namespace, name) in self.objects:
            message = f'{kind.plural} "{name}" already exists'
            raise RefusedError(409, "AlreadyExists", message)
        return self._keep(kind, namespace, item, {manager: dict(leaves(item))}, dry=dry)

    def apply(
        self, kind: Kind, namespace: str, item: Object, manager: str, *, force: bool, dry: bool
    ) -> Object:
        """Server-side apply: each manager owns what it said last."""
        key = (kind.plural, namespace, item["metadata"]["name"])
        strange = sorted(item.keys() - PARTS)
        if strange:
            message = f'strict decoding error: unknown field "{strange[0]}"'
            raise RefusedError(400, "BadRequest", message)
        there = self.objects.get(key)
        says = {path: one for path, one in leaves(item) if path not in (("apiVersion",), ("kind",))}
        owned = copy.deepcopy(self.owned.get(key, {}))
        if there is None:
            return self._keep(kind, namespace, item, {**owned, manager: says}, dry=dry)
        for other, theirs in owned.items():
            for path in [path for path in theirs if path in says and other != manager]:
                if theirs[path] != says[path] and not force:
                    place = "." + ".".join(path)
                    message = f'Apply failed with 1 conflict: conflict with "{other}": {place}'
                    raise RefusedError(409, "Conflict", message)
                if theirs[path] != says[path]:
                    del theirs[path]
        result = copy.deepcopy(there)
        for path in owned.get(manager, {}):
            if path not in says and not any(
                path in one for of, one in owned.items() if of != manager
            ):
                result = without(result, path) or {}
        return self._keep(kind, namespace, merged(result, item), {**owned, manager: says}, dry=dry)

    def change(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        item: Object,
        manager: str,
        *,
        dry: bool = False,
    ) -> Object:
        """An update by somebody, who owns what differs from then on."""
        key = (kind.plural, namespace, name)
        before = dict(leaves(self.get(kind, namespace, name)))
        said = {path: one for path, one in leaves(item) if before.get(path) != one}
        owned = {
            of: {path: one for path, one in theirs.items() if path not in said}
            for of, theirs in self.owned.get(key, {}).items()
        }
        owned[manager] = {**owned.get(manager, {}), **said}
        return self._keep(kind, namespace, item, owned, dry=dry)

    def delete(self, kind: Kind, namespace: str, name: str) -> None:
        self.get(kind, namespace, name)
        del self.objects[(kind.plural, namespace, name)]
        self.owned.pop((kind.plural, namespace, name), None)
        self.version += 1
        for (plural, place, one), item in list(self.objects.items()):
            owners = {owner["name"] for owner in item["metadata"].get("ownerReferences", ())}
            inside = kind.name == "Namespace" and place == name
            if inside or (place == namespace and name in owners):
                child = next(found for found in KINDS if found.plural == plural)
                if (plural, place, one) in self.objects:
                    self.delete(child, place, one)

    def store(self, kind: Kind, namespace: str, item: Object) -> Object:
        """Keep an object as it is, as controllers do."""
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self.objects[(kind.plural, namespace, item["metadata"]["name"])] = item
        return item

    def _keep(
        self, kind: Kind, namespace: str, item: Object, owned: dict[str, Any], *, dry: bool
    ) -> Object:
        name = item["metadata"]["name"]
        key = (kind.plural, namespace, name)
        if kind.namespaced and ("namespaces", "", namespace) not in self.objects:
            raise RefusedError(404, "NotFound", f'namespaces "{namespace}" not found')
        there = self.objects.get(key)
        self._look_for_fixed(kind, name, there, item)
        item = copy.deepcopy(item)
        item.update(apiVersion=kind.version, kind=kind.name)
        if kind.namespaced:
            item["metadata"]["namespace"] = namespace
        _default(item)
        if there is not None and _said(there) == _said(item):
            return there
        generation = there["metadata"]["generation"] if there else 0
        moved = there is None or there.get("spec") != item.get("spec")
        item["metadata"] |= {
            "uid": f"{kind.plural}-{namespace}-{name}",
            "generation": generation + moved,
            "creationTimestamp": "2026-01-01T12:00:00Z",
            "managedFields": [{"manager": of, "operation": "Apply"} for of in sorted(owned)],
        }
        if dry:
            return item
        self.owned[key] = owned
        self.store(kind, namespace, item)
        self.pods.tick()
        return item

    def _look_for_fixed(self, kind: Kind, name: str, there: Object | None, item: Object) -> None:
        if there is None:
            return
        fixed = [("spec", part) for part in FIXED.get(kind.name, ())]
        if there.get("immutable"):
            fixed = [("data", "")]
        for area, part in fixed:
            old, new = there.get(area, {}), item.get(area, {})
            if (old.get(part) if part else old) != (new.get(part) if part else new):
                group = kind.version.partition("/")[0] if "/" in kind.version else ""
                called = f"{kind.name}.{group}" if group else kind.name
                message = f'{called} "{name}" is invalid: {area}.{part}: field is immutable'
                raise RefusedError(422, "Invalid", message, kind=kind.name, name=name, group=group)

    @contextmanager
    def at_work(self, request: str) -> Iterator[None]:
        with self.lock:
            self.requests.append(request)
            self.pods.tick()
            yield


def kubeconfig(folder: Path, port: int) -> Path:
    """The file by which a kubectl reaches it."""
    found = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "stand-in",
        "contexts": [{"name": "stand-in", "context": {"cluster": "stand-in", "user": "ada"}}],
        "clusters": [{"name": "stand-in", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "ada", "user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(found))
    return path


def _default(item: Object) -> None:
    """What the API server adds by itself."""
    if item["kind"] == "Deployment":
        item["spec"].setdefault("replicas", 1)
    if item["kind"] == "Service":
        item["spec"].setdefault("clusterIP", "10.0.0.1")
    if item["kind"] == "Secret":
        said = item.pop("stringData", {})
        data = {key: b64encode(one.encode()).decode() for key, one in said.items()}
        item["data"] = {**item.get("data", {}), **data}
    if item["kind"] == "Namespace":
        item.setdefault("status", {"phase": "Active"})


def _said(item: Object) -> Object:
    noise = {"managedFields", "generation", "resourceVersion", "uid", "creationTimestamp"}
    metadata = {key: one for key, one in item["metadata"].items() if key not in noise}
    return {**{key: one for key, one in item.items() if key != "status"}, "metadata": metadata}
