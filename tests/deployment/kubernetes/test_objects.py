"""Objects as resources and steps, and pods in trouble: decided without a cluster."""

from typing import Any

import pytest

from stackwright.deployment.health import Health
from stackwright.deployment.step import SECRET
from stackwright.deployment.targets.kubernetes import (
    flatten,
    job_of,
    missing_secrets,
    read_diff,
    resource_of,
    to_apply,
)
from stackwright.deployment.targets.kubernetes_rollout import judge_rollout, trouble_of_pod

Object = dict[str, Any]


def item(kind: str, name: str, **parts: Any) -> Object:
    return {"kind": kind, "metadata": {"name": name}, **parts}


def deployment(image: str, replicas: int = 1, name: str = "backend") -> Object:
    containers = [{"name": name, "image": image, "env": [{"name": "RELEASE", "value": image}]}]
    template = {"spec": {"containers": containers, "serviceAccountName": name}}
    return item("Deployment", name, spec={"replicas": replicas, "template": template})


def test_a_new_object_that_keeps_data_stays_when_the_plan_is_taken_back() -> None:
    steps = read_diff([], [item("Service", "database"), item("StatefulSet", "database")]).steps
    assert [(one.action, one.undo, one.group) for one in steps] == [
        ("create", "reverse", "Traffic"),
        ("create", "keep", "Database"),
    ]
    assert steps[1].kind == "kubernetes_stateful_set"


def test_the_build_is_not_a_matter_of_infrastructure() -> None:
    assert read_diff([], [deployment("b1")]).steps == ()
    assert read_diff([deployment("b1")], [deployment("b2")]).steps == ()
    (step,) = read_diff([deployment("b1")], [deployment("b2", replicas=3)]).steps
    assert [(one.path, one.before, one.after) for one in step.changes] == [("spec.replicas", 1, 3)]
    (applied,) = to_apply([step], [deployment("b2", replicas=3)], [deployment("b1")])
    assert applied == deployment("b1", replicas=3)


def test_the_image_of_what_is_no_build_of_ours_is_changed_as_any_other_attribute() -> None:
    (step,) = read_diff(
        [deployment("valkey:8", name="cache")], [deployment("valkey:9", name="cache")]
    ).steps
    assert "spec.template.spec.containers.cache.image" in {one.path for one in step.changes}


def test_what_no_release_wants_any_more_is_deleted_last_first() -> None:
    live = [item("PersistentVolumeClaim", "backups"), item("CronJob", "backup"), item("Job", "old")]
    steps = read_diff(live, []).steps
    assert [(one.address, one.action, one.risk) for one in steps] == [
        ("CronJob/backup", "delete", "safe"),
        ("PersistentVolumeClaim/backups", "delete", "data_loss"),
    ]
    assert not steps[1].is_reversible


def test_settings_of_a_release_that_may_come_back_stay() -> None:
    old, other = item("ConfigMap", "settings-a"), item("ConfigMap", "settings-b")
    steps = read_diff([old, other], [], stays=["ConfigMap/settings-a"]).steps
    assert [one.address for one in steps] == ["ConfigMap/settings-b"]


def test_what_the_cluster_writes_is_no_fact_and_a_secret_has_no_value() -> None:
    secret = item("Secret", "mail", data={"password": "c2VjcmV0"}, status={"x": 1})
    secret["metadata"] |= {"uid": "1", "resourceVersion": "7", "managedFields": [{"manager": "a"}]}
    assert resource_of(secret).facts == {
        "kind": "Secret", "metadata.name": "mail", "data.password": SECRET,
    }  # fmt: skip


def test_lists_of_named_things_are_told_apart_by_their_names() -> None:
    found = dict(flatten({"env": [{"name": "A", "value": "1"}], "args": ["x", "y"], "none": None}))
    assert found == {"env.A.name": "A", "env.A.value": "1", "args.0": "x", "args.1": "y"}


def test_secrets_that_an_operator_makes_are_not_missed() -> None:
    reference = {"secretKeyRef": {"name": "mail", "key": "password"}}
    pods = {"containers": [{"name": "a", "env": [{"name": "X", "valueFrom": reference}]}]}
    needs = item("Deployment", "backend", spec={"template": {"spec": pods}})
    assert missing_secrets([needs], {}) == (("mail", "password"),)
    assert missing_secrets([needs], {"mail": frozenset({"user"})}) == (("mail", "password"),)
    assert missing_secrets([needs], {"mail": frozenset({"password"})}) == ()
    assert missing_secrets([needs, item("ExternalSecret", "mail")], {}) == ()


def test_a_backup_by_hand_does_what_the_nightly_one_does() -> None:
    nightly = item("CronJob", "backup", spec={"jobTemplate": {"spec": {"backoffLimit": 2}}})
    nightly |= {"apiVersion": "batch/v1"}
    nightly["metadata"]["namespace"] = "shop"
    job = job_of(nightly, "before-7")
    assert (job["kind"], job["metadata"]["name"], job["spec"]) == (
        "Job", "before-7", {"backoffLimit": 2},
    )  # fmt: skip


def pod(**status: Any) -> Object:
    metadata = {"name": "backend-x", "labels": {"pod-template-hash": "x"}}
    return {"kind": "Pod", "metadata": metadata, "status": status}


def container(**parts: Any) -> list[Object]:
    return [{"name": "backend", "restartCount": 0, "ready": False, "state": {}, **parts}]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            {
                "containerStatuses": container(
                    restartCount=1, lastState={"terminated": {"exitCode": 3}}
                )
            },
            "Pod/backend-x ended with exit code 3 and was started again once: it crashes at each start.",
        ),
        (
            {
                "containerStatuses": container(
                    restartCount=2,
                    lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
                )
            },
            "Pod/backend-x ended because it used more memory than it may and was started again 2 times: "
            "it crashes at each start.",
        ),
        (
            {
                "containerStatuses": container(
                    state={
                        "waiting": {
                            "reason": "CreateContainerConfigError",
                            "message": 'secret "backend-secrets" not found',
                        }
                    }
                )
            },
            'Pod/backend-x cannot be started: secret "backend-secrets" not found',
        ),
        (
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."},
            "Pod/backend-x was ended by its node (Evicted): The node was low on memory.",
        ),
    ],
)
def test_trouble_that_waiting_does_not_cure_is_a_sentence(status: Object, said: str) -> None:
    found = trouble_of_pod(pod(**status))
    assert found
    assert found.sentence == said


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"containerStatuses": container(state={"waiting": {"reason": "ContainerCreating"}})},
        {"containerStatuses": container(state={"waiting": {"reason": "ErrImagePull"}})},
        {"containerStatuses": container(ready=True, state={"running": {}})},
    ],
)
def test_what_may_pass_is_waited_for(status: Object) -> None:
    assert trouble_of_pod(pod(**status)) is None


def rolling(**status: Any) -> Object:
    found = deployment("b2")
    found["metadata"] |= {
        "generation": 1,
        "annotations": {"deployment.kubernetes.io/revision": "2"},
    }
    found["status"] = {"observedGeneration": 1, **status}
    return found


def replica_set(**status: Any) -> Object:
    metadata = {
        "name": "backend-x",
        "labels": {"pod-template-hash": "x"},
        "annotations": {"deployment.kubernetes.io/revision": "2"},
        "ownerReferences": [{"name": "backend"}],
    }
    return {"kind": "ReplicaSet", "metadata": metadata, "status": status}


def test_pods_that_no_node_takes_are_waited_for_with_the_reason_until_time_is_up() -> None:
    message = "0/3 nodes are available: 3 Insufficient memory."
    stuck = pod(conditions=[{"type": "PodScheduled", "status": "False", "message": message}])
    waiting, _ = judge_rollout([rolling()], [replica_set()], [stuck], 10, 60)
    assert waiting.health is Health.WAITING
    assert message in waiting.sentence
    failed, _ = judge_rollout([rolling()], [replica_set()], [stuck], 60, 60)
    assert failed.health is Health.FAILED
    assert failed.sentence.startswith("Deployment/backend was not ready within 60 s: ")


def test_pods_that_cannot_be_made_fail_at_once() -> None:
    refused = {
        "type": "ReplicaFailure",
        "status": "True",
        "message": "pods are forbidden: violates PodSecurity",
    }
    judged, trouble = judge_rollout([rolling()], [replica_set(conditions=[refused])], [], 1, 60)
    assert trouble
    assert judged.health is Health.FAILED
    assert judged.sentence == (
        "ReplicaSet/backend-x cannot make pods: pods are forbidden: violates PodSecurity"
    )


def test_trouble_of_an_earlier_release_does_not_count() -> None:
    crashing = pod(containerStatuses=container(restartCount=9, lastState={"terminated": {}}))
    crashing["metadata"]["labels"]["pod-template-hash"] = "old"
    ready = rolling(updatedReplicas=1, availableReplicas=1, replicas=1)
    judged, _ = judge_rollout([ready], [replica_set()], [crashing], 1, 60)
    assert judged.health is Health.HEALTHY
