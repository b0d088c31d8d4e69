"""The controllers of the stand-in: pods for Deployments and Jobs, as their images want it."""

import copy
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from tests.deployment.kubernetes.kinds import KINDS

if TYPE_CHECKING:
    from tests.deployment.kubernetes.cluster import Cluster

Object = dict[str, Any]
REVISION = "deployment.kubernetes.io/revision"
BY_NAME = {kind.name: kind for kind in KINDS}
LAST_WORDS = ("Starting the shop", "ModuleNotFoundError: No module named 'shop.payments'")


class Pods:
    """Moves everything on a little whenever somebody asks."""

    def __init__(self, cluster: "Cluster", start_s: float) -> None:
        self.cluster, self.start_s = cluster, start_s
        self.born: dict[str, float] = {}

    def tick(self) -> None:
        for one in self.cluster.find("deployments"):
            self._roll(one)
        for one in self.cluster.find("jobs"):
            self._work(one)

    def log(self, namespace: str, name: str) -> str:
        pod = self.cluster.get(BY_NAME["Pod"], namespace, name)
        image = pod["spec"]["containers"][0]["image"]
        return "\n".join(LAST_WORDS if "crash" in image else ("Starting the shop", "Done.")) + "\n"

    def _roll(self, deployment: Object) -> None:
        space, name = (deployment["metadata"][part] for part in ("namespace", "name"))
        template = deployment["spec"]["template"]
        digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
        sets = self._sets(space, name)
        current = next((one for one in sets if one["metadata"]["name"] == f"{name}-{digest}"), None)
        last = max((int(one["metadata"]["annotations"][REVISION]) for one in sets), default=0)
        if current is None:
            current = self._replica_set(deployment, digest)
        if int(current["metadata"]["annotations"].get(REVISION, "0")) != last or last == 0:
            current["metadata"]["annotations"][REVISION] = str(last + 1)
            self.cluster.store(BY_NAME["ReplicaSet"], space, current)
        revision = current["metadata"]["annotations"][REVISION]
        wanted = deployment["spec"]["replicas"]
        for number in range(wanted):
            self._pod(current, f"{name}-{digest}-{number}")
        new = self._of(space, digest)
        ready = [one for one in new if _is_ready(one)]
        old = [
            pod
            for other in self._sets(space, name)
            if other is not current
            for pod in self._of(space, other["metadata"]["labels"]["pod-template-hash"])
        ]
        if len(ready) == wanted:
            for pod in old:
                self.cluster.delete(BY_NAME["Pod"], space, pod["metadata"]["name"])
            old = []
        status = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": len(new) + len(old),
            "updatedReplicas": len(new),
            "readyReplicas": len(ready) + len(old),
            "availableReplicas": len(ready) + len(old),
            "conditions": [
                {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}
            ],
        }
        annotations = deployment["metadata"].setdefault("annotations", {})
        if status != deployment.get("status") or annotations.get(REVISION) != revision:
            annotations[REVISION] = revision
            deployment["status"] = status
            self.cluster.store(BY_NAME["Deployment"], space, deployment)

    def _replica_set(self, deployment: Object, digest: str) -> Object:
        space, name = (deployment["metadata"][part] for part in ("namespace", "name"))
        template = copy.deepcopy(deployment["spec"]["template"])
        template["metadata"]["labels"]["pod-template-hash"] = digest
        selector = {"matchLabels": template["metadata"]["labels"]}
        replicas = deployment["spec"]["replicas"]
        return {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": f"{name}-{digest}",
                "namespace": space,
                "uid": f"replicasets-{space}-{name}-{digest}",
                "creationTimestamp": "2026-01-01T12:00:00Z",
                "labels": template["metadata"]["labels"],
                "annotations": {},
                "ownerReferences": [_owner(deployment)],
            },
            "spec": {"replicas": replicas, "selector": selector, "template": template},
        }

    def _pod(self, owner: Object, name: str) -> Object:
        space = owner["metadata"]["namespace"]
        born = self.born.setdefault(f"{space}/{name}", time.monotonic())
        there = self.cluster.objects.get(("pods", space, name))
        template = owner["spec"]["template"]
        pod = there or {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": space,
                "uid": f"pods-{space}-{name}",
                "labels": copy.deepcopy(template["metadata"]["labels"]),
                "ownerReferences": [_owner(owner)],
            },
            "spec": copy.deepcopy(template["spec"]),
        }
        status = _status(pod, time.monotonic() - born, self.start_s)
        if there is None or there.get("status") != status:
            pod["status"] = status
            self.cluster.store(BY_NAME["Pod"], space, pod)
        return pod

    def _work(self, job: Object) -> None:
        space, name = (job["metadata"][part] for part in ("namespace", "name"))
        job["spec"]["template"].setdefault("metadata", {}).setdefault("labels", {})
        run = job["metadata"]["resourceVersion"] if "status" not in job else job["status"]["run"]
        pod = self._pod(job, f"{name}-{run}")
        pod["metadata"]["labels"]["job-name"] = name
        ended = time.monotonic() - self.born[f"{space}/{name}-{run}"] > self.start_s
        failed = "crash" in pod["spec"]["containers"][0]["image"]
        status: Object = {"run": run}
        if ended:
            kind = "Failed" if failed else "Complete"
            message = "Job has reached the specified backoff limit" if failed else ""
            status["conditions"] = [{"type": kind, "status": "True", "message": message}]
        if status != job.get("status"):
            job["status"] = status
            self.cluster.store(BY_NAME["Job"], space, job)

    def _sets(self, space: str, name: str) -> list[Object]:
        return [
            one
            for one in self.cluster.find("replicasets", space)
            if one["metadata"]["ownerReferences"][0]["name"] == name
        ]

    def _of(self, space: str, digest: str) -> list[Object]:
        return self.cluster.find("pods", space, **{"pod-template-hash": digest})


def _owner(item: Object) -> Object:
    metadata = item["metadata"]
    return {
        "apiVersion": item["apiVersion"],
        "kind": item["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }


def _status(pod: Object, age_s: float, start_s: float) -> Object:
    container = pod["spec"]["containers"][0]
    image, name = container["image"], container["name"]
    started = age_s > start_s
    job = pod["metadata"]["ownerReferences"][0]["kind"] == "Job"
    state: Object = {"running": {"startedAt": "2026-01-01T12:00:00Z"}}
    found: Object = {"name": name, "image": image, "restartCount": 0, "ready": False}
    if "absent" in image:
        message = f'Back-off pulling image "{image}"'
        state = {"waiting": {"reason": "ImagePullBackOff", "message": message}}
    elif "crash" in image and started:
        ended = {"exitCode": 1, "reason": "Error"}
        if job:
            state = {"terminated": ended}
        else:
            state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
            found |= {"restartCount": 2, "lastState": {"terminated": ended}}
    elif job and started:
        state = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    elif "slow" not in image:
        found["ready"] = started
    ready = "True" if found["ready"] else "False"
    phase = "Failed" if job and "crash" in image and started else "Running"
    return {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": ready}],
        "containerStatuses": [{**found, "state": state}],
    }


def _is_ready(pod: Object) -> bool:
    return bool(pod["status"]["containerStatuses"][0]["ready"])
