"""Whether the pods of a new release become ready, and why not: the first trouble decides."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from stackwright.deployment.events import Event, EventType, from_kubernetes
from stackwright.deployment.health import Health, Judgement
from stackwright.value import Value

Object = Mapping[str, Any]
REVISION = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"
HOPELESS = {
    "CreateContainerConfigError": "cannot be started",
    "CreateContainerError": "cannot be started",
    "ImagePullBackOff": "has an image that cannot be fetched",
    "InvalidImageName": "has an image whose name is wrong",
    "RunContainerError": "cannot be started",
}  # reasons of a waiting container that do not pass; ErrImagePull may, and is followed by a back-off


class Trouble(Value):
    """Why a release will not become ready."""

    resource: Annotated[str, Field(description="Such as Pod/backend-5d9c-x2x.")]
    sentence: str
    pod: Annotated[str, Field(description="Whose log tells more; empty: none.")] = ""
    container: str = ""
    ended: Annotated[bool, Field(description="Whether the log is that of the run before.")] = False


def newest(deployment: Object, replica_sets: Sequence[Object]) -> Object | None:
    """The replica set of a deployment's newest release; none: there is none yet."""
    revision = deployment["metadata"].get("annotations", {}).get(REVISION)
    name = deployment["metadata"]["name"]
    for one in replica_sets:
        metadata = one["metadata"]
        owners = {owner["name"] for owner in metadata.get("ownerReferences", ())}
        if name in owners and metadata.get("annotations", {}).get(REVISION) == revision:
            return one
    return None


def pods_of(replica_set: Object, pods: Sequence[Object]) -> tuple[Object, ...]:
    """The pods that a replica set made."""
    wanted = replica_set["metadata"].get("labels", {}).get(HASH)
    return tuple(one for one in pods if one["metadata"].get("labels", {}).get(HASH) == wanted)


def trouble_of(
    deployment: Object, replica_sets: Sequence[Object], pods: Sequence[Object]
) -> Trouble | None:
    """The first trouble of a deployment's newest release that waiting does not cure; none: wait on."""
    progress = from_kubernetes(1, deployment)
    current = newest(deployment, replica_sets)
    if current is not None:
        for condition in current.get("status", {}).get("conditions", ()):
            if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
                name = f"ReplicaSet/{current['metadata']['name']}"
                said = condition.get("message", "")
                return Trouble(resource=name, sentence=f"{name} cannot make pods: {said}")
        for pod in pods_of(current, pods):
            if (found := trouble_of_pod(pod)) is not None:
                return found
    if progress.type is EventType.FAILED:
        return Trouble(
            resource=progress.address, sentence=f"{progress.address}: {progress.message}"
        )
    return None


def trouble_of_pod(pod: Object) -> Trouble | None:
    """What keeps a pod from ever being ready; none: nothing that is seen."""
    name = pod["metadata"]["name"]
    resource = f"Pod/{name}"
    status = pod.get("status", {})
    if status.get("phase") == "Failed" and status.get("reason"):
        said = f"{resource} was ended by its node ({status['reason']}): {status.get('message', '')}"
        return Trouble(resource=resource, sentence=said.rstrip(": "))
    for container in (
        *status.get("initContainerStatuses", ()),
        *status.get("containerStatuses", ()),
    ):
        waiting = container.get("state", {}).get("waiting", {})
        last = container.get("lastState", {}).get("terminated")
        if last is not None or waiting.get("reason") == "CrashLoopBackOff":
            times = container.get("restartCount", 0)
            ended = f"ended{_ending(last or {})}"
            again = "" if not times else f" and was started again {_times(times)}"
            sentence = f"{resource} {ended}{again}: it crashes at each start."
            return Trouble(
                resource=resource,
                sentence=sentence,
                pod=name,
                container=container["name"],
                ended=times > 0,
            )
        if (reason := waiting.get("reason")) in HOPELESS:
            said = waiting.get("message", reason)
            return Trouble(resource=resource, sentence=f"{resource} {HOPELESS[reason]}: {said}")
    return None


def waiting_for(pods: Sequence[Object]) -> str:
    """Why pods that are not in trouble are not ready yet; empty: nothing is known."""
    return next((said for pod in pods for said in _waiting(pod)), "")


def judge_rollout(
    deployments: Sequence[Object],
    replica_sets: Sequence[Object],
    pods: Sequence[Object],
    elapsed_s: float,
    budget_s: float,
) -> tuple[Judgement, Trouble | None]:
    """Whether all of these deployments have rolled their newest release out.

    Args:
        deployments: As the cluster shows them.
        replica_sets: Those of the deployments.
        pods: Those of the replica sets.
        elapsed_s: Since the release was applied.
        budget_s: By then it must have become ready.
    """
    left_s = round(max(0.0, budget_s - elapsed_s), 3)
    for one in deployments:
        if (trouble := trouble_of(one, replica_sets, pods)) is not None:
            failed = Judgement(
                health=Health.FAILED,
                sentence=trouble.sentence,
                resource=trouble.resource,
                left_s=left_s,
            )
            return failed, trouble
    waiting = [event for one in deployments if not _is_done(event := from_kubernetes(1, one))]
    if not waiting:
        count = f"All {len(deployments)} are" if len(deployments) > 1 else "It is"
        return Judgement(health=Health.HEALTHY, sentence=f"{count} ready.", left_s=left_s), None
    first = waiting[0]
    why = waiting_for(pods)
    sentence = f"{first.address}: {first.message}{f' ({why})' if why else ''}."
    if elapsed_s < budget_s:
        state = Health.WAITING
    else:
        state = Health.FAILED
        sentence = f"{first.address} was not ready within {budget_s:g} s: {sentence}"
    return Judgement(health=state, sentence=sentence, resource=first.address, left_s=left_s), None


def _is_done(event: Event) -> bool:
    return event.type is EventType.DONE


def _waiting(pod: Object) -> Iterator[str]:
    name = f"Pod/{pod['metadata']['name']}"
    for condition in pod.get("status", {}).get("conditions", ()):
        unschedulable = condition.get("type") == "PodScheduled" and condition["status"] == "False"
        if unschedulable:
            yield f"no node takes {name}: {condition.get('message', '')}"
    for container in pod.get("status", {}).get("containerStatuses", ()):
        waiting = container.get("state", {}).get("waiting")
        if waiting:
            yield f"{name}: {waiting.get('message') or waiting.get('reason', 'waits')}"
        elif not container.get("ready"):
            yield f"{name} runs and is not ready"


def _ending(terminated: Object) -> str:
    if terminated.get("reason") == "OOMKilled":
        return " because it used more memory than it may"
    code = terminated.get("exitCode")
    return "" if code is None else f" with exit code {code}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
