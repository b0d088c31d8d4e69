"""Azure Container Apps: the next template of an app and of its job, who gets the visitors, and what revisions show.

Source: Azure REST API, "Container Apps", "Container Apps Revisions", "Container Apps Revision Replicas" and "Jobs".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stackwright.deployment.rolling.look import CRASHES, Look, done, failed, waiting

Answer = Mapping[str, Any]
HOPELESS = frozenset({"ActivationFailed", "Failed"})
STEADY = frozenset({"Running", "RunningAtMaxScale", "ScaledToZero"})
STARTED_WITH = frozenset({"args", "command", "env", "image", "name", "resources"})
ENDED_BADLY = frozenset({"Degraded", "Failed", "Stopped"})


def image_of(template: Answer, container: str) -> str:
    """The image of a container; empty: there is no such container."""
    for one in template.get("containers") or ():
        if one.get("name") == container:
            return str(one.get("image", ""))
    return ""


def next_template(resource: Answer, container: str, image: str) -> dict[str, Any] | None:
    """The template of an app or of a job with this image; None: it has it already.

    The name of the revision is left to Azure: a name of ours would stand in the way of Terraform's next change.
    """
    template = resource["properties"]["template"]
    if image_of(template, container) == image:
        return None
    containers = [
        {**one, "image": image} if one.get("name") == container else {**one}
        for one in template["containers"]
    ]
    named = {"revisionSuffix": None} if template.get("revisionSuffix") else {}
    return {**template, **named, "containers": containers}


def start_of(job: Answer, container: str, image: str) -> dict[str, Any]:
    """What one execution of a job is started with: all that the job has, and this image.

    Source: Azure REST API, "Jobs - Start", JobExecutionTemplate: what it gives replaces the whole container.
    """
    template = next_template(job, container, image) or job["properties"]["template"]
    return {
        "containers": [
            {name: value for name, value in one.items() if name in STARTED_WITH and value}
            for one in template["containers"]
        ]
    }


def switches(app: Answer) -> bool:
    """Whether we move the visitors: revisions run beside each other and none takes over by itself."""
    mode = app["properties"].get("configuration", {}).get("activeRevisionsMode", "Single")
    return str(mode).lower() == "multiple"


def traffic_to(revision: str) -> dict[str, Any]:
    """What gives all visitors to one revision."""
    rule = {"revisionName": revision, "weight": 100, "latestRevision": False}
    return {"configuration": {"ingress": {"traffic": [rule]}}}


def serving(app: Answer, revisions: Sequence[Answer]) -> str:
    """The revision that visitors meet; empty: none was ever ready."""
    ready = str(app["properties"].get("latestReadyRevisionName") or "")
    newest = str(app["properties"].get("latestRevisionName") or "")
    weights = {
        str(one["name"]): int(one["properties"].get("trafficWeight") or 0)
        for one in revisions
        if one["properties"].get("active") and one["name"] != newest
    }
    chosen = max(weights, key=lambda name: weights[name], default="")
    return chosen if switches(app) and weights.get(chosen) else ready


def beside(revisions: Sequence[Answer], kept: str) -> tuple[str, ...]:
    """The revisions that run besides one."""
    return tuple(
        str(one["name"])
        for one in revisions
        if one["properties"].get("active") and one["name"] != kept
    )


def read(app: Answer, revision: Answer | None, replicas: Sequence[Answer]) -> Look:
    """How far the newest revision of an app is.

    Args:
        app: As Azure describes it.
        revision: The newest one; None: it is not there yet.
        replicas: Its instances.
    """
    state = app["properties"].get("provisioningState", "")
    if state == "Failed":
        return failed("Azure could not make the revision.", f"container app {app['name']}")
    if revision is None or state not in {"Succeeded", ""}:
        return waiting("Azure makes the revision.", f"container app {app['name']}")
    seen, resource = revision["properties"], f"revision {revision['name']}"
    log, restarts, why = _worst(replicas)
    runs = str(seen.get("runningState", ""))
    if seen.get("provisioningState") == "Failed" or runs in HOPELESS:
        said = str(seen.get("provisioningError") or why or "It cannot be started")
        return failed(f"{said.rstrip('.')}.", resource, log)
    if restarts >= CRASHES:
        return failed(
            f"It does not stay up: it was started again {restarts} times{why and f' ({why})'}.",
            resource,
            log,
        )
    well = seen.get("healthState") == "Healthy" and runs in STEADY
    if seen.get("provisioningState") == "Provisioned" and well:
        return done(f"{resource} is healthy.", resource, log)
    count = seen.get("replicas", len(replicas))
    stands = f"It is {runs or 'starting'}".lower().capitalize()
    return waiting(f"{stands} with {count} instance{'' if count == 1 else 's'}.", resource, log)


def read_execution(execution: Answer) -> Look:
    """How far one execution of a job is."""
    name, status = str(execution["name"]), str(execution["properties"].get("status", ""))
    resource = f"execution {name}"
    if status == "Succeeded":
        return done("It ended well.", resource, name)
    if status in ENDED_BADLY:
        return failed(f"It ended as {status.lower()}.", resource, name)
    return waiting(f"It is {status.lower() or 'waiting'}.", resource, name)


def streams(replicas: Sequence[Answer], container: str) -> tuple[str, ...]:
    """Where the lines of a container are read, of each instance."""
    return tuple(
        str(one["logStreamEndpoint"])
        for replica in replicas
        for one in replica["properties"].get("containers") or ()
        if one.get("name") == container and one.get("logStreamEndpoint")
    )


def _worst(replicas: Sequence[Answer]) -> tuple[str, int, str]:
    """The instance that was started again most often, how often, and what is said of it."""
    found = [
        (
            str(replica["name"]),
            int(one.get("restartCount") or 0),
            str(one.get("runningStateDetails") or ""),
        )
        for replica in replicas
        for one in replica["properties"].get("containers") or ()
    ]
    return max(found, key=lambda one: one[1], default=("", 0, ""))
