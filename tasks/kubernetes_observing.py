"""What is there in a cluster, what would be, and what differs: looking, by a real `kubectl`, changes nothing."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.drift import Drift, Ignored, compare
from stackwright.deployment.targets.kubernetes import (
    MIGRATE,
    Object,
    address_of,
    missing_secrets,
    needed_settings,
    read_diff,
    resource_of,
    secret_findings,
)
from stackwright.errors import Finding
from stackwright.value import Value
from tasks.effect import effect
from tasks.kubernetes import APPLY, Access, items_in, listed, run, stream, tried
from tasks.kubernetes_words import explained

LISTED = (
    "configmaps,cronjobs,deployments,horizontalpodautoscalers,ingresses,networkpolicies,"
    "persistentvolumeclaims,poddisruptionbudgets,serviceaccounts,services,statefulsets"
)  # kinds that every cluster has, looked through for what no release wants any more
OURS = "app.kubernetes.io/managed-by=stackwright"
_KEYS = (
    '{{range .items}}{{.metadata.name}}{{range $key, $_ := .data}} {{$key}}{{end}}{{"\\n"}}{{end}}'
)
_INVALID = re.compile(r'(\w+)(?:\.[\w.-]+)? "([^"]+)" is invalid')


class Surveyed(Value):
    """All that a plan for a cluster is made of."""

    infrastructure: Infrastructure
    live: tuple[dict[str, Any], ...]  # as `apply_steps` wants it
    findings: tuple[Finding, ...]  # of Secrets that only people can make


@effect(retries=2, timeout_s=300)
def survey(access: Access, wanted: Sequence[Object]) -> Surveyed:
    """What is there, and the steps to what is wanted.

    Raises:
        ProjectError: The cluster cannot be reached, does not know a kind, or refuses an object that is new.
    """
    place = _namespace(wanted)
    live = observe(access, wanted)
    stays = needed_settings(live, releases(access, place))
    return Surveyed(
        infrastructure=read_diff(live, preview(access, wanted, live), stays),
        live=tuple(dict(one) for one in live),
        findings=secret_findings(missing_secrets(wanted, secret_keys(access, place)), place),
    )


@effect(retries=2, timeout_s=120)
def observe(access: Access, wanted: Sequence[Object]) -> tuple[Object, ...]:
    """What is there of these objects, and what else earlier releases left.

    Raises:
        ProjectError: The cluster cannot be reached, or does not know a kind.
    """
    place, product = _namespace(wanted), _product(wanted)
    found = {address_of(one): one for one in listed(access, "-f", "-", given=wanted)}
    label = f"{OURS},app.kubernetes.io/part-of={product}"
    for one in listed(access, LISTED, "-n", place, "-l", label):
        found.setdefault(address_of(one), one)
    return tuple(found.values())


@effect(retries=1, timeout_s=300)
def preview(access: Access, wanted: Sequence[Object], live: Sequence[Object]) -> tuple[Object, ...]:
    """The same objects as the API server says they would be after they were applied; nothing is changed.

    Raises:
        ProjectError: The cluster cannot be reached, or refuses one that is new.
    """
    place = f"Namespace/{_namespace(wanted)}"
    if all(address_of(one) != place for one in live):
        return tuple(wanted)  # in a namespace that is not there nothing can be tried
    items = [one for one in wanted if address_of(one) != MIGRATE]
    there = {address_of(one): one for one in live}
    fixed: dict[str, Object] = {}  # what cannot be changed in place, as if it could
    while True:
        left = [one for one in items if address_of(one) not in fixed]
        words = ("apply", *APPLY, "--dry-run=server", "-o", "json", "-f", "-")
        done = tried(access, *words, stdin=stream(left))
        if not done.returncode:
            taken = {address_of(one): one for one in items_in(done.stdout)} | fixed
            return tuple(taken[address_of(one)] for one in items)
        refused = {f"{kind}/{name}" for kind, name in _INVALID.findall(done.stderr)}
        known = [one for one in left if address_of(one) in refused & there.keys()]
        if not known:
            raise explained(done.stderr, words)
        fixed |= {address_of(one): _laid_over(there[address_of(one)], one) for one in known}


@effect(retries=2, timeout_s=300)
def drift(
    access: Access, recorded: Sequence[Object], ignored: Iterable[Ignored] = ()
) -> tuple[Drift, ...]:
    """What differs from what a release applied: the fields that applying it again would change.

    Args:
        access: The cluster.
        recorded: The objects that the release that serves was made of.
        ignored: What nobody wants to hear of.
    """
    recorded = [one for one in recorded if address_of(one) != MIGRATE]
    live = observe(access, recorded)
    there = {address_of(one) for one in live}
    wanted = [one for one in preview(access, recorded, live) if address_of(one) in there]
    gone = [one for one in recorded if address_of(one) not in there]
    kept = needed_settings(live, releases(access, _namespace(recorded)))
    known = {address_of(one) for one in recorded}
    seen = [one for one in live if address_of(one) in known or address_of(one) not in kept]
    return compare(
        [resource_of(one) for one in (*wanted, *gone)],
        [resource_of(one) for one in seen],
        ignored,
    )


@effect(retries=2, timeout_s=60)
def secret_keys(access: Access, namespace: str) -> dict[str, frozenset[str]]:
    """The Secrets of a namespace with the names of their entries; no value is shown to us."""
    said = run(access, "get", "secrets", "-n", namespace, "-o", f"go-template={_KEYS}")
    lines = [line.split() for line in said.splitlines() if line.strip()]
    return {name: frozenset(keys) for name, *keys in lines}


def releases(access: Access, namespace: str) -> tuple[Object, ...]:
    """The replica sets of a namespace: one for each release that is kept."""
    return listed(access, "replicasets", "-n", namespace)


def _laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), one) for key, one in above.items()}}
    if isinstance(below, list) and isinstance(above, list) and len(below) == len(above):
        return [_laid_over(*pair) for pair in zip(below, above, strict=True)]
    return above


def _namespace(items: Sequence[Object]) -> str:
    return next(str(one["metadata"]["name"]) for one in items if one["kind"] == "Namespace")


def _product(items: Sequence[Object]) -> str:
    return str(items[0]["metadata"]["labels"]["app.kubernetes.io/part-of"])
