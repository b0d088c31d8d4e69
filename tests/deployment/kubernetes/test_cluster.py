"""A whole life in a cluster: a real kubectl against a stand-in."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from stackwright.deployment.drift import DriftKind
from stackwright.deployment.events import Event, EventType, replay
from stackwright.deployment.health import Health
from stackwright.deployment.targets.kubernetes import (
    address_of,
    needed_settings,
    read_diff,
    to_roll_out,
)
from stackwright.errors import ProjectError
from tasks import kubernetes, kubernetes_observing, kubernetes_rollout, kubernetes_secrets
from tasks.kubernetes import Access
from tests.deployment.kubernetes.cluster import Cluster, kubeconfig
from tests.deployment.kubernetes.conftest import Object, built, staging
from tests.deployment.kubernetes.kinds import KINDS
from tests.deployment.kubernetes.pods import LAST_WORDS
from tests.deployment.kubernetes.server import serving

pytestmark = pytest.mark.toolchain
SPACE = "bookshop-staging"
KIND = {kind.name: kind for kind in KINDS}


@pytest.fixture(scope="module")
def releases(
    nowhere: Access, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Object, ...]]:
    """The bookshop in several states, rendered once."""
    work = tmp_path_factory.mktemp("kubernetes") / "work"
    image = "registry.example.com/shop/backend"
    return {
        "first": built(nowhere, work, staging(), f"{image}:1", release=1),
        "second": built(
            nowhere, work,
            staging(scaling={"maximum": 5}, setting={"variables": {"GREETING": "hello"}}),
            f"{image}:2", release=2,
        ),
        "crash": built(nowhere, work, staging(), f"{image}-crash:3", release=3),
        "absent": built(nowhere, work, staging(), f"{image}-absent:4", release=4),
        "slow": built(nowhere, work, staging(), f"{image}-slow:5", release=5),
    }  # fmt: skip


@pytest.fixture(scope="module")
def after_first(
    kubectl: str, releases: dict[str, tuple[Object, ...]], tmp_path_factory: pytest.TempPathFactory
) -> Cluster:
    """A cluster after the first release."""
    cluster = Cluster()
    with serving(cluster) as port:
        folder = tmp_path_factory.mktemp("cluster")
        deploy(Access(kubeconfig=kubeconfig(folder, port), kubectl=kubectl), releases["first"])
    return cluster


@pytest.fixture
def first_runs(cluster: Cluster, after_first: Cluster) -> None:
    cluster.become(after_first)


def deploy(access: Access, wanted: tuple[Object, ...], budget_s: float = 120) -> list[Event]:
    """The road of a release: infrastructure, migrations, roll-out."""
    events: list[Event] = []
    surveyed = kubernetes_observing.survey(access, wanted)
    assert surveyed.findings == ()
    seq = kubernetes_secrets.make_secrets(access, wanted, events.append)
    steps, live = surveyed.infrastructure.steps, surveyed.live
    seq = kubernetes.apply_steps(access, steps, wanted, live, events.append, seq=seq)
    (job,) = [one for one in wanted if one["kind"] == "Job"]
    _, seq = kubernetes_rollout.run_job(access, job, events.append, seq=seq, every_s=0.1)
    judgement, _ = kubernetes_rollout.roll_out(
        access, to_roll_out(wanted), events.append, budget_s=budget_s, seq=seq, every_s=0.1
    )
    assert judgement.health is Health.HEALTHY, judgement
    return events


def quiet(_: Event) -> None:
    """Hears nothing."""


def images(cluster: Cluster) -> list[str]:
    return [
        one["spec"]["containers"][0]["image"]
        for one in cluster.find("pods", SPACE)
        if one["metadata"]["labels"]["app.kubernetes.io/component"] == "backend"
    ]


def test_a_release_comes_up_and_everything_is_told(
    access: Access, cluster: Cluster, releases: dict[str, tuple[Object, ...]]
) -> None:
    wanted = releases["first"]
    live = kubernetes_observing.observe(access, wanted)
    assert live == ()
    steps = read_diff(live, kubernetes_observing.preview(access, wanted, live)).steps
    assert "Deployment/backend" not in {one.address for one in steps}  # its build comes last
    assert {one.action for one in steps} == {"create"}

    events = deploy(access, wanted)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    progress = {one.address: one.state for one in replay(events)}
    own = {"Secret/backend-secrets", "Secret/database-credentials"}
    assert set(progress) == {address_of(one) for one in wanted} | own
    assert set(progress.values()) == {EventType.DONE}
    assert images(cluster) == ["registry.example.com/shop/backend:1"]

    live = kubernetes_observing.observe(access, wanted)
    assert read_diff(live, kubernetes_observing.preview(access, wanted, live)).steps == ()
    assert kubernetes_observing.drift(access, wanted) == ()


@pytest.mark.usefixtures("first_runs")
def test_the_next_release_changes_only_what_differs(
    access: Access, cluster: Cluster, releases: dict[str, tuple[Object, ...]]
) -> None:
    second = releases["second"]
    live = kubernetes_observing.observe(access, second)
    stays = needed_settings(live, kubernetes_observing.releases(access, SPACE))
    assert [address.partition("-")[0] for address in stays] == ["ConfigMap/backend"]
    steps = read_diff(live, kubernetes_observing.preview(access, second, live), stays).steps
    shown = {
        one.address.rpartition("-")[0] or one.address: [
            (change.path, change.before, change.after) for change in one.changes
        ]
        for one in steps
        if one.action == "update"
    }
    assert shown == {
        "HorizontalPodAutoscaler/backend": [("spec.maxReplicas", 3, 5)],
        "StatefulSet/database": [
            (
                "spec.template.spec.containers.database.args.1",
                "max_connections=40",
                "max_connections=60",
            )
        ],
    }
    deploy(access, second)
    assert images(cluster) == ["registry.example.com/shop/backend:2"]

    kubernetes_rollout.undo(access, SPACE, "backend", revision=1)
    judgement, _ = kubernetes_rollout.follow(
        access, SPACE, ["backend"], quiet, budget_s=120, every_s=0.1
    )
    assert judgement.health is Health.HEALTHY
    assert images(cluster) == ["registry.example.com/shop/backend:1"]
    (drifted,) = {
        one.address
        for one in kubernetes_observing.drift(access, second)
        if one.kind is DriftKind.CHANGED
    }
    assert drifted == "Deployment/backend"


@pytest.mark.parametrize(
    ("release", "said", "log"),
    [
        ("crash", "ended with exit code 1 and was started again 2 times", LAST_WORDS),
        ("absent", "has an image that cannot be fetched: Back-off pulling image", ()),
    ],
)
@pytest.mark.usefixtures("first_runs")
def test_what_cannot_become_ready_is_known_long_before_the_budget_is_over(
    access: Access,
    cluster: Cluster,
    releases: dict[str, tuple[Object, ...]],
    release: str,
    said: str,
    log: tuple[str, ...],
) -> None:
    events: list[Event] = []
    judgement, _ = kubernetes_rollout.roll_out(
        access, to_roll_out(releases[release]), events.append, budget_s=600, every_s=0.1
    )
    assert judgement.health is Health.FAILED
    assert said in judgement.sentence
    assert judgement.resource.startswith("Pod/backend-")
    assert judgement.log == log
    assert judgement.left_s > 300
    assert events[-1].type is EventType.FAILED
    assert events[-1].address == judgement.resource
    assert "registry.example.com/shop/backend:1" in images(cluster)  # the old one serves on


@pytest.mark.usefixtures("first_runs")
def test_time_is_up_at_the_end_of_the_budget(
    access: Access, releases: dict[str, tuple[Object, ...]]
) -> None:
    judgement, _ = kubernetes_rollout.roll_out(
        access, to_roll_out(releases["slow"]), quiet, budget_s=1, every_s=0.1
    )
    assert judgement.health is Health.FAILED
    assert judgement.sentence.startswith("Deployment/backend was not ready within 1 s")
    assert "runs and is not ready" in judgement.sentence


@pytest.mark.usefixtures("first_runs")
def test_a_migration_that_fails_is_told_with_its_last_words(
    access: Access, releases: dict[str, tuple[Object, ...]]
) -> None:
    (job,) = [one for one in releases["crash"] if one["kind"] == "Job"]
    events: list[Event] = []
    with pytest.raises(ProjectError, match=r"No module named 'shop\.payments'"):
        kubernetes_rollout.run_job(access, job, events.append, every_s=0.1)
    assert events[-1].type is EventType.FAILED
    assert events[-1].address == "Job/migrate"


@pytest.mark.usefixtures("first_runs")
def test_a_backup_is_made_by_hand(
    access: Access, cluster: Cluster, releases: dict[str, tuple[Object, ...]]
) -> None:
    log, _ = kubernetes_rollout.back_up(access, SPACE, "before-2", quiet, every_s=0.1)
    assert log[-1] == "Done."
    assert (
        cluster.get(KIND["Job"], SPACE, "before-2")["status"]["conditions"][0]["type"] == "Complete"
    )


@pytest.mark.usefixtures("first_runs")
def test_drift_is_found_attribute_by_attribute_and_put_back(
    access: Access, cluster: Cluster, releases: dict[str, tuple[Object, ...]]
) -> None:
    wanted = releases["first"]
    _kubectl(access, "patch", "service", "backend", "--type=merge", "-p",
             '{"spec": {"ports": [{"name": "http", "port": 9999, "targetPort": "http"}]}}')  # fmt: skip
    _kubectl(access, "delete", "networkpolicy", "closed")
    foreign = {
        "app.kubernetes.io/managed-by": "stackwright",
        "app.kubernetes.io/part-of": "bookshop",
    }
    stray = {"metadata": {"name": "stray", "labels": foreign}, "spec": {"ports": []}}
    cluster.create(KIND["Service"], SPACE, stray, "ada", dry=False)

    found = {one.address: one for one in kubernetes_observing.drift(access, wanted)}
    assert found["Service/backend"].sentence == (
        "Service/backend: spec.ports.http.port was 8000 and is 9999."
    )
    assert found["NetworkPolicy/closed"].kind is DriftKind.MISSING
    assert found["Service/stray"].kind is DriftKind.UNEXPECTED
    assert len(found) == 3

    live = kubernetes_observing.observe(access, wanted)
    steps = read_diff(live, kubernetes_observing.preview(access, wanted, live)).steps
    assert {one.address: one.action for one in steps} == {
        "NetworkPolicy/closed": "create",
        "Service/backend": "update",
        "Service/stray": "delete",
    }
    kubernetes.apply_steps(access, steps, wanted, live, quiet)
    assert kubernetes_observing.drift(access, wanted) == ()


@pytest.mark.usefixtures("first_runs")
def test_what_cannot_be_changed_in_place_is_shown_as_a_loss(
    access: Access,
    cluster: Cluster,
    nowhere: Access,
    releases: dict[str, tuple[Object, ...]],
    tmp_path: Path,
) -> None:
    larger = built(
        nowhere, tmp_path / "work", staging(database={"storage_gb": 30}),
        "registry.example.com/shop/backend:1", release=1,
    )  # fmt: skip
    live = kubernetes_observing.observe(access, larger)
    steps = {
        one.address: one
        for one in read_diff(live, kubernetes_observing.preview(access, larger, live)).steps
    }
    disk = steps["StatefulSet/database"]
    assert (disk.action, disk.risk, disk.is_reversible) == ("replace", "data_loss", False)
    assert "spec.volumeClaimTemplates.0.spec.resources.requests.storage" in disk.reasons[0]

    kubernetes.apply_steps(access, [disk], larger, live, quiet)  # deleted first: nothing refuses it
    (database,) = cluster.find("statefulsets", SPACE)
    claim = database["spec"]["volumeClaimTemplates"][0]["spec"]
    assert claim["resources"]["requests"]["storage"] == "30Gi"


def test_secrets_that_only_people_can_make_are_missed_before_anything_is_changed(
    access: Access, cluster: Cluster, nowhere: Access, tmp_path: Path
) -> None:
    secrets = {"MAIL_KEY": {"store": "mail", "key": "password"}}
    wanted = built(nowhere, tmp_path / "work", staging(setting={"secrets": secrets}))
    (missed,) = kubernetes_observing.survey(access, wanted).findings
    assert missed.sentence() == (
        "error: Secret/mail: Pods need the entry password of the Secret mail, and it is not there. "
        "Hint: kubectl -n bookshop-staging create secret generic mail --from-file=password=FILE"
    )
    assert cluster.find("namespaces") == []


@pytest.mark.usefixtures("first_runs")
def test_own_secrets_are_made_once_and_told_nobody(
    access: Access, cluster: Cluster, releases: dict[str, tuple[Object, ...]]
) -> None:
    before = cluster.find("secrets", SPACE)
    assert [(one["metadata"]["name"], [*one["data"]]) for one in before] == [
        ("backend-secrets", ["SECRET_KEY"]),
        ("database-credentials", ["password"]),
    ]
    events: list[Event] = []
    assert kubernetes_secrets.make_secrets(access, releases["second"], events.append) == 1
    assert events == []
    assert cluster.find("secrets", SPACE) == before


def test_a_refusal_is_told_in_a_sentence(
    access: Access, releases: dict[str, tuple[Object, ...]], tmp_path: Path
) -> None:
    wanted = [one for one in releases["first"] if one["kind"] in {"Namespace", "Service"}]
    broken = [*wanted[:-1], {**wanted[-1], "specification": {}}]
    events: list[Event] = []
    with pytest.raises(
        ProjectError, match=r"The cluster refuses an object.*specification"
    ) as refused:
        kubernetes.put(access, broken, events.append)
    assert refused.value.http_status == 422
    states = {one.address: one.state for one in replay(events)}
    assert states["Namespace/bookshop-staging"] is EventType.DONE
    assert states[address_of(broken[-1])] is EventType.FAILED

    nobody = access.model_copy(update={"kubeconfig": tmp_path / "nobody"})
    nobody.kubeconfig.write_text(
        access.kubeconfig.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:1/")
    )
    with pytest.raises(ProjectError, match="cannot be reached"):
        kubernetes_observing.secret_keys(nobody, SPACE)


@pytest.mark.usefixtures("first_runs")
def test_kubectl_itself_sees_the_difference_and_the_roll_out(
    access: Access, releases: dict[str, tuple[Object, ...]], tmp_path: Path
) -> None:
    """The stand-in is good enough for the commands that people type."""
    changed = tmp_path / "service.yaml"
    (service,) = [one for one in releases["first"] if address_of(one) == "Service/backend"]
    changed.write_text(json.dumps({**service, "spec": {**service["spec"], "ports": [
        {"name": "http", "port": 8001, "targetPort": "http"}]}}))  # fmt: skip
    differs = _kubectl(
        access, "diff", "--server-side", "--field-manager=stackwright", "-f", str(changed), code=1
    )
    assert "-    port: 8000" in differs
    assert "+    port: 8001" in differs
    assert "successfully rolled out" in _kubectl(access, "rollout", "status", "deployment/backend")


def _kubectl(access: Access, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [access.kubectl, *words, "-n", SPACE],
        env={**os.environ, "KUBECONFIG": str(access.kubeconfig)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout
