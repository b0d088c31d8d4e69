"""What the template makes: built by a real kubectl, checked against the published schemas and by a scanner."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from stackwright.deployment.stacks.kubernetes_cluster import Cluster, Entry, Place
from stackwright.deployment.targets.kubernetes import address_of
from tasks.kubernetes import Access
from tests.deployment.kubernetes.conftest import Object, built, live, shipped, staging
from tests.deployment.kubernetes.operators import complaints, is_of_operator
from tests.deployment.tools import tool

pytestmark = pytest.mark.toolchain
INSIDE = Cluster(database=Place.INSIDE, storage_class="encrypted", secret_store="vault")
OPERATORS = {
    "AlertmanagerConfig", "ExternalSecret", "Gateway", "HTTPRoute", "PrometheusRule",
    "ServiceMonitor",
}  # fmt: skip
PODS = ("Deployment", "StatefulSet", "Job", "CronJob")


@pytest.fixture(scope="module")
def variants(
    nowhere: Access, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Object, ...]]:
    """Everything the template can be, so that each component and each kind of patch is in one of them."""
    work = tmp_path_factory.mktemp("kubernetes") / "work"
    openings = [{"port": 9000, "sources": ["10.1.0.0/16", "fd00::/8"], "why": "The till"}]
    return {
        "staging": shipped(nowhere, work, "staging"),
        "production": shipped(nowhere, work, "production"),
        "postgresql": built(nowhere, work, staging(), release=3),
        "mysql": built(nowhere, work, live(database={"engine": "mysql"}), cluster=INSIDE),
        "mongodb": built(
            nowhere, work,
            staging(database={"engine": "mongodb"}, scaling={"rollout": "recreate"}), pages="",
        ),
        "outside": built(
            nowhere, work,
            live(
                address={"firewall": {"rules": openings}, "aliases": ["www.example.com"]},
                scaling={"requests_per_instance": 50},
                setting={
                    "environment": "production",
                    "secrets": {"MAIL_KEY": {"store": "mail"}},
                    "variables": {"TEXT": '"two"\nlines'},
                },
                watching={"webhook": {"store": "hook"}},
            ),
        ),
        "ingress": built(nowhere, work, live(), cluster=Cluster(entry=Entry.INGRESS, prometheus=False)),
    }  # fmt: skip


def test_all_objects_fit_the_published_schemas(
    variants: dict[str, tuple[Object, ...]], tmp_path: Path
) -> None:
    """Kinds that operators define have none in that package; the next test looks at them."""
    paths = []
    for name, items in variants.items():
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(yaml.safe_dump_all(items))
    words = tool("kubernetes-validate", "kubernetes-validate==1.37.0")
    done = subprocess.run(
        [*words, "--strict", *map(str, paths)], capture_output=True, text=True, check=False
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if "passed" not in line]
    unknown = [line for line in said if "Couldn't find schema for kind" in line]
    assert done.returncode == 0, said
    assert said == unknown
    assert {line.split("kind ")[1].split()[0] for line in unknown} == OPERATORS


def test_kinds_of_operators_fit_their_published_schemas(
    variants: dict[str, tuple[Object, ...]], tmp_path: Path
) -> None:
    items = [one for found in variants.values() for one in found if is_of_operator(one)]
    assert {one["kind"] for one in items} == OPERATORS
    (route,) = [one for one in variants["staging"] if address_of(one) == "HTTPRoute/product"]
    rule = {**route["spec"]["rules"][0], "timeouts": {"request": "thirty"}, "time": "30s"}
    wrong = {**route, "spec": {**route["spec"], "rules": [rule]}}
    said = complaints([*items, wrong], tmp_path)
    unknown, pattern = said  # both of the one that is wrong
    assert "'\"time\"' does not exist" in unknown
    assert pattern.startswith("HTTPRoute/product: ")
    assert "spec/rules/0/timeouts/request" in pattern


def test_a_scanner_finds_nothing_that_is_not_excused(
    variants: dict[str, tuple[Object, ...]], tmp_path: Path
) -> None:
    for name in ("staging", "production", "mysql", "mongodb"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(variants[name]))
    words = tool("checkov", "checkov==3.3.30")
    done = subprocess.run(
        [*words, "--directory", str(tmp_path), "--framework", "kubernetes", "--output", "json",
         "--quiet", "--compact", "--skip-download"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout)
    failed = [
        f"{one['check_id']} {one['resource']}: {one['check_name']}"
        for one in found["results"]["failed_checks"]
        # A product's own image has the tag that it was given.
        if not (
            one["check_id"] == "CKV_K8S_43"
            and one["resource"].endswith(("backend", "frontend", "migrate"))
        )
    ]
    assert failed == []
    assert found["summary"]["passed"] > 800


@pytest.mark.parametrize(
    "name", ["staging", "production", "postgresql", "mysql", "mongodb", "outside", "ingress"]
)
def test_pods_are_what_a_restricted_namespace_takes(
    variants: dict[str, tuple[Object, ...]], name: str
) -> None:
    """The profile “restricted” of the Pod Security Standards, and what else the template promises."""
    (space,) = [one for one in variants[name] if one["kind"] == "Namespace"]
    assert space["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pods = [(one["metadata"]["name"], spec) for one in variants[name] if (spec := _pods(one))]
    assert {of for of, _ in pods} >= {"backend", "migrate"}
    for of, spec in pods:
        assert spec["automountServiceAccountToken"] is False, of
        assert spec["securityContext"]["runAsNonRoot"] is True, of
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, of
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), of
        kinds = {kind for volume in spec.get("volumes", ()) for kind in volume if kind != "name"}
        assert kinds <= {"configMap", "emptyDir", "persistentVolumeClaim", "secret"}, of
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, of
            assert context["readOnlyRootFilesystem"] is True, of
            assert context["capabilities"] == {"drop": ["ALL"]}, of
            assert {"requests", "limits"} <= container["resources"].keys(), of


@pytest.mark.parametrize("name", ["staging", "production", "postgresql", "outside", "mongodb"])
def test_everything_is_closed_and_every_way_has_two_ends(
    variants: dict[str, tuple[Object, ...]], name: str
) -> None:
    policies = {
        one["metadata"]["name"]: one["spec"]
        for one in variants[name]
        if one["kind"] == "NetworkPolicy"
    }
    assert policies["closed"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    components = {"backend", "migrate"}
    for one in variants[name]:
        if one["kind"] in PODS:
            components.add(one["metadata"]["labels"]["app.kubernetes.io/component"])
    for source, target, port in (
        ("backend", "database", None),
        ("migrate", "database", None),
        ("backup", "database", None),
        ("backend", "cache", 6379),
        ("frontend", "backend", 8000),
    ):
        if {source, target} <= components:
            assert _opens(policies.values(), "egress", source, target, port), (source, target)
            assert _opens(policies.values(), "ingress", target, source, port), (source, target)


def test_the_password_is_known_before_the_address_that_has_it(
    variants: dict[str, tuple[Object, ...]],
) -> None:
    """A container's variables may only refer to those before them."""
    for name in ("staging", "postgresql", "mysql", "mongodb"):
        seen = 0
        for one in variants[name]:
            for container in (_pods(one) or {}).get("containers", ()):
                names = [variable["name"] for variable in container.get("env", ())]
                if "DATABASE_URL" in names:
                    seen += 1
                    assert names.index("DATABASE_PASSWORD") < names.index("DATABASE_URL")
        assert seen == 3, name  # the back end, its migrations and the backup


def test_names_that_are_referred_to_are_there(variants: dict[str, tuple[Object, ...]]) -> None:
    for name, items in variants.items():
        there = {(one["kind"], one["metadata"]["name"]) for one in items}
        for one in items:
            for kind, referred in _references(one):
                assert (kind, referred) in there, f"{name}: {one['kind']} refers to {referred}"


def test_labels_can_be_changed_without_a_disk_being_made_anew(
    variants: dict[str, tuple[Object, ...]],
) -> None:
    (database,) = [one for one in variants["postgresql"] if one["kind"] == "StatefulSet"]
    assert database["metadata"]["labels"]["team"] == "books"
    assert database["spec"]["template"]["metadata"]["labels"]["team"] == "books"
    assert "team" not in database["spec"]["volumeClaimTemplates"][0]["metadata"]["labels"]
    assert "team" not in database["spec"]["selector"]["matchLabels"]


def test_values_of_variables_arrive_to_the_letter(variants: dict[str, tuple[Object, ...]]) -> None:
    (settings,) = [
        one
        for one in variants["outside"]
        if one["kind"] == "ConfigMap" and one["metadata"]["name"].startswith("backend-settings")
    ]
    assert settings["data"]["TEXT"] == '"two"\nlines'
    assert settings["immutable"] is True


def _pods(item: Mapping[str, Any]) -> dict[str, Any] | None:
    spec = item.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return spec["template"]["spec"] if item["kind"] in PODS else None


def _opens(policies: Any, direction: str, pods: str, peers: str, port: int | None) -> bool:
    side = "to" if direction == "egress" else "from"
    return any(
        _selects(policy["podSelector"], pods)
        and any(
            "podSelector" in peer and _selects(peer["podSelector"], peers) for peer in rule[side]
        )
        and (port is None or any(one["port"] == port for one in rule["ports"]))
        for policy in policies
        for rule in policy.get(direction, ())
    )


def _selects(selector: Mapping[str, Any], component: str) -> bool:
    key = "app.kubernetes.io/component"
    if selector.get("matchLabels", {}).get(key) == component:
        return True
    return any(
        one["key"] == key and component in one["values"]
        for one in selector.get("matchExpressions", ())
    )


def _references(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    pods = _pods(item) or {}
    for container in pods.get("containers", ()):
        for source in container.get("envFrom", ()):
            yield "ConfigMap", source["configMapRef"]["name"]
    if account := pods.get("serviceAccountName"):
        yield "ServiceAccount", account
    for volume in pods.get("volumes", ()):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    if item["kind"] == "HTTPRoute":
        targets = [one for rule in item["spec"]["rules"] for one in rule.get("backendRefs", ())]
        yield from (("Service", one["name"]) for one in targets)
    if item["kind"] == "HorizontalPodAutoscaler":
        yield "Deployment", item["spec"]["scaleTargetRef"]["name"]
