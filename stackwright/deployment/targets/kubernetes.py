"""Objects of a cluster, as they are and as they would be, as our own resources and steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.risk import Risk, lost_with
from stackwright.deployment.step import SECRET, Action, Fact, Facts, Resource, Step, Undo
from stackwright.errors import Finding

Object = Mapping[str, Any]
MIGRATE = "Job/migrate"
BUILT = frozenset({"Deployment/backend", "Deployment/frontend", MIGRATE})
"""Whose pods are of a build: the steps `migrate` and `roll_out` bring it, infrastructure leaves it as it is."""
CHANGES = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})
GENERATED = (("backend-secrets", "SECRET_KEY"), ("database-credentials", "password"))
"""Secrets of a deployment that nobody has to know: made once, by chance, and never changed."""
OF_BUILD = ("image", "env", "envFrom")  # parts of a container that come with a build

GROUPS = {
    "AlertmanagerConfig": "Monitoring",
    "ConfigMap": "Settings",
    "CronJob": "Backups",
    "Deployment": "Back end",
    "ExternalSecret": "Secrets",
    "Gateway": "Domain and TLS",
    "HTTPRoute": "Traffic",
    "HorizontalPodAutoscaler": "Back end",
    "Ingress": "Traffic",
    "Namespace": "Network",
    "NetworkPolicy": "Network",
    "PersistentVolumeClaim": "Files",
    "PodDisruptionBudget": "Back end",
    "PrometheusRule": "Monitoring",
    "Service": "Traffic",
    "ServiceAccount": "Permissions",
    "ServiceMonitor": "Monitoring",
    "StatefulSet": "Database",
}
FIXED = {
    "ConfigMap": ("data", "immutable"),
    "Deployment": ("spec.selector",),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName"),
    "Service": ("spec.clusterIP",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
}  # what the API server refuses to change
NOISE = (
    "metadata.creationTimestamp",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.selfLink",
    "metadata.uid",
    "metadata.annotations.deployment.kubernetes.io/revision",
    "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
    "status",
)  # what the cluster writes by itself


def address_of(item: Object) -> str:
    """Kind and name, as events and steps name it."""
    return f"{item['kind']}/{item['metadata']['name']}"


def resource_of(item: Object) -> Resource:
    """An object with flat facts, without what the cluster writes by itself; values of Secrets are hidden."""
    kind = str(item["kind"])
    facts = {path: value for path, value in flatten(item) if not _is_below(path, NOISE)}
    if kind == "Secret":
        facts = {
            path: SECRET if _is_below(path, ("data", "stringData")) else value
            for path, value in facts.items()
        }
    return Resource(kind=_kind(kind), address=address_of(item), facts=facts)


def read_diff(
    live: Sequence[Object], wanted: Sequence[Object], stays: Sequence[str] = ()
) -> Infrastructure:
    """The steps from what is there to what is wanted, of everything but the build.

    Args:
        live: The deployment's objects as they are.
        wanted: The same as the API server says they would be (a dry run), or as the overlay says for new ones.
        stays: Addresses of objects that are not wanted any more and yet needed, such as the settings of a release
            that may be gone back to.
    """
    old = {address_of(one): resource_of(one) for one in live}
    new = {address_of(one): resource_of(_without_build(one, live)) for one in wanted}
    kinds = {address_of(one): str(one["kind"]) for one in (*live, *wanted)}
    steps = []
    for address, resource in new.items():
        if address == MIGRATE or (address in BUILT and address not in old):
            continue  # made by `migrate` and `roll_out`
        if (step := _step(kinds[address], old.get(address), resource)) is not None:
            steps.append(step)
    gone = [one for one in old if one not in new and one not in stays and kinds[one] != "Job"]
    steps += [_delete(kinds[one], old[one]) for one in reversed(gone)]
    return Infrastructure(steps=tuple(steps), before=tuple(old.values()), after=tuple(new.values()))


def to_apply(
    steps: Sequence[Step], wanted: Sequence[Object], live: Sequence[Object]
) -> tuple[Object, ...]:
    """The objects that these steps apply, in the order of the overlay; what runs keeps its build."""
    addresses = {one.address for one in steps if one.action in CHANGES}
    found = [one for one in wanted if address_of(one) in addresses]
    return tuple(_without_build(one, live) for one in found)


def to_roll_out(wanted: Sequence[Object]) -> tuple[Object, ...]:
    """The objects that bring a build to its visitors."""
    return tuple(one for one in wanted if address_of(one) in BUILT - {MIGRATE})


def job_of(cron_job: Object, name: str) -> dict[str, Any]:
    """A Job that does now what the CronJob does at its time."""
    metadata, template = cron_job["metadata"], cron_job["spec"]["jobTemplate"]
    return {
        "apiVersion": cron_job["apiVersion"],
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": metadata.get("labels", {}),
            "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
        },
        "spec": template["spec"],
    }


def needed_settings(live: Sequence[Object], replica_sets: Sequence[Object]) -> tuple[str, ...]:
    """The addresses of settings that a release that may be gone back to was started with."""
    used = {
        source["configMapRef"]["name"]
        for one in replica_sets
        for container in one["spec"]["template"]["spec"]["containers"]
        for source in container.get("envFrom", ())
        if "configMapRef" in source
    }
    return tuple(
        address_of(one)
        for one in live
        if one["kind"] == "ConfigMap" and one["metadata"]["name"] in used
    )


def missing_secrets(
    wanted: Sequence[Object], there: Mapping[str, frozenset[str]]
) -> tuple[tuple[str, str], ...]:
    """Name and entry of every Secret that pods need and that is neither there nor made by an ExternalSecret.

    Args:
        wanted: The objects of the overlay.
        there: The Secrets of the namespace with the names of their entries.
    """
    made = {one["metadata"]["name"] for one in wanted if one["kind"] == "ExternalSecret"}
    needed = {reference for one in wanted for reference in _references(one)}
    return tuple(
        sorted(
            (name, key)
            for name, key in needed
            if name not in made and (name not in there or (key and key not in there[name]))
        )
    )


def secret_findings(missing: Sequence[tuple[str, str]], namespace: str) -> tuple[Finding, ...]:
    """An error for each Secret that only people can make; those of our own are made with the release."""
    return tuple(
        Finding(
            level="error",
            where=f"Secret/{name}",
            message=f"Pods need {f'the entry {key} of ' if key else ''}the Secret {name}, and it is not there.",
            hint=f"kubectl -n {namespace} create secret generic {name} --from-file={key or 'ENTRY'}=FILE",
        )
        for name, key in missing
        if (name, key) not in GENERATED and (key or name not in {own for own, _ in GENERATED})
    )


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Fact]]:
    """Path and value of everything that is not null; lists of named things are keyed by their names."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        names = [one.get("name") if isinstance(one, Mapping) else None for one in value]
        keyed = all(isinstance(name, str) for name in names) and len({*names}) == len(names)
        for index, inner in enumerate(value):
            yield from flatten(inner, f"{path}.{names[index] if keyed else index}")
    elif value is not None:
        yield path, value


def with_build_of(item: Object, other: Object) -> Object:
    """An object whose pods are of the build of another one: its images, and what its containers are told."""
    theirs = {one["name"]: one for one in other["spec"]["template"]["spec"]["containers"]}
    template = item["spec"]["template"]
    containers = []
    for container in template["spec"]["containers"]:
        now = theirs.get(container["name"], container)
        kept = {name: value for name, value in container.items() if name not in OF_BUILD}
        containers.append({**kept, **{name: now[name] for name in OF_BUILD if name in now}})
    pods = {**template["spec"], "containers": containers}
    return {**item, "spec": {**item["spec"], "template": {**template, "spec": pods}}}


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "secretKeyRef":
                yield str(inner["name"]), str(inner["key"])
            elif name == "secret" and isinstance(inner, Mapping) and "secretName" in inner:
                yield str(inner["secretName"]), ""
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _without_build(item: Object, live: Sequence[Object]) -> Object:
    now = next((one for one in live if address_of(one) == address_of(item)), None)
    return item if now is None or address_of(item) not in BUILT else with_build_of(item, now)


def _step(kind: str, old: Resource | None, new: Resource) -> Step | None:
    if old is None:
        keep = bool(lost_with(new.kind))
        return _make(kind, new, Action.CREATE, None, new.facts, undo=_kept(keep=keep))
    before, after = _difference(old.facts, new.facts)
    if not before and not after:
        return None
    fixed = [path for path in sorted({*before, *after}) if _is_below(path, FIXED.get(kind, ()))]
    if not fixed:
        return _make(kind, new, Action.UPDATE, before, after)
    reasons = [f"{path} cannot be changed in place." for path in fixed]
    if what := lost_with(new.kind):
        reasons.append(f"With it goes {what}.")
        return _make(
            kind, new, Action.REPLACE, before, after, Risk.DATA_LOSS, reasons, undo=Undo.NEVER
        )
    reasons.append("What runs there is taken away.")
    return _make(kind, new, Action.REPLACE, before, after, Risk.REPLACE, reasons)


def _delete(kind: str, old: Resource) -> Step:
    if what := lost_with(old.kind):
        reasons = [f"With it goes {what}."]
        return _make(
            kind, old, Action.DELETE, old.facts, None, Risk.DATA_LOSS, reasons, undo=Undo.NEVER
        )
    risky = kind in {"Deployment", "Service", "Gateway", "HTTPRoute", "Ingress"}
    reasons = ["What runs there is taken away."] if risky else []
    risk = Risk.REPLACE if risky else Risk.SAFE
    return _make(kind, old, Action.DELETE, old.facts, None, risk, reasons)


def _make(
    kind: str,
    resource: Resource,
    action: Action,
    before: Facts | None,
    after: Facts | None,
    risk: Risk = Risk.SAFE,
    reasons: Sequence[str] = (),
    *,
    undo: Undo = Undo.REVERSE,
) -> Step:
    title, undo_title = {
        Action.CREATE: ("Make", "Delete"),
        Action.UPDATE: ("Change", "Change back"),
        Action.REPLACE: ("Replace", "Replace back"),
        Action.DELETE: ("Delete", "Make again"),
        Action.RUN: ("Run", "Run"),
    }[action]
    return Step(
        kind=resource.kind,
        address=resource.address,
        verb="apply",
        title=f"{title} {resource.address}",
        group=GROUPS.get(kind, "More"),
        action=action,
        risk=risk,
        reasons=tuple(reasons),
        before=before,
        after=after,
        undo=undo,
        undo_verb="apply",
        undo_title=f"{undo_title} {resource.address}",
    )


def _kept(*, keep: bool) -> Undo:
    return Undo.KEEP if keep else Undo.REVERSE


def _difference(old: Facts, new: Facts) -> tuple[Facts, Facts]:
    changed = {
        path
        for path in {*old, *new}
        if (path in old) != (path in new) or old.get(path) != new.get(path)
    }
    return (
        {path: value for path, value in sorted(old.items()) if path in changed},
        {path: value for path, value in sorted(new.items()) if path in changed},
    )


def _is_below(path: str, places: Sequence[str]) -> bool:
    return any(path == place or path.startswith(f"{place}.") for place in places)


def _kind(kind: str) -> str:
    """The name that prices and risks have for it, such as kubernetes_stateful_set."""
    return "kubernetes_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
