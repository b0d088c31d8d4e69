"""Amazon ECS: the next revision of a task definition, and what deployments and tasks of a service show.

Source: Amazon ECS API reference, "Deployment", "Task", "RegisterTaskDefinition"; developer guide, "Deployment
circuit breaker" and "Stopped task error codes".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackwright.deployment.rolling.look import CRASHES, Look, done, failed, waiting
from stackwright.value import Value

Answer = Mapping[str, Any]
MIGRATE = ("alembic", "upgrade", "head")
GIVEN_BY_ECS = frozenset(  # what it adds to a task definition and does not take back
    {
        "compatibilities",
        "deleteRequestedAt",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
)
AMISS = frozenset({"EssentialContainerExited", "TaskFailedToStart"})
UNWELL = "health check"  # in the reason of a task that ECS stopped because it does not answer


class Stream(Value):
    """Where the lines of one container of one task are."""

    group: str
    name: str
    region: str


def image_of(definition: Answer, container: str) -> str:
    """The image of a container in a task definition; empty: it has no such container."""
    return str(_container(definition, "containerDefinitions", container).get("image", ""))


def next_revision(
    definition: Answer, tags: Sequence[Answer], container: str, image: str
) -> dict[str, Any] | None:
    """What is registered so that a container gets this image and all else stays; None: it has it already.

    Args:
        definition: The newest of its family: settings that changed since the last release are in it.
        tags: Its tags, which ECS answers apart from it.
        container: The name of the container.
        image: What it runs from now on.
    """
    if image_of(definition, container) == image:
        return None
    kept = {
        name: value
        for name, value in definition.items()
        if name not in GIVEN_BY_ECS and value not in (None, [], "")
    }
    kept["containerDefinitions"] = [
        {**one, "image": image} if one.get("name") == container else one
        for one in definition["containerDefinitions"]
    ]
    return {**kept, "tags": [*tags]} if tags else kept


def serving(service: Answer) -> str:
    """The task definition that visitors meet: the last one that came to its end, or the only one there is."""
    deployments = service.get("deployments", ())
    ended = (one for one in deployments if one.get("rolloutState") == "COMPLETED")
    found = next(ended, None) or _primary(deployments) or {}
    return str(found.get("taskDefinition") or service.get("taskDefinition") or "")


def order(service: Answer, definition: str, *, is_given_up: bool = False) -> dict[str, Any] | None:
    """What the service is told so that it runs this task definition; None: it is at it, or done with it."""
    primary = _primary(service.get("deployments", ())) or {}
    if service.get("taskDefinition") != definition:
        return {"taskDefinition": definition}
    again = is_given_up or primary.get("rolloutState") == "FAILED"
    return {"forceNewDeployment": True} if again else None


def deployment_of(service: Answer, definition: str) -> Answer | None:
    """The service's newest deployment of a task definition; None: there is none any more."""
    found = (
        one for one in service.get("deployments", ()) if one.get("taskDefinition") == definition
    )
    return next(found, None)


def read(service: Answer, definition: str, stopped: Sequence[Answer]) -> Look:
    """How far a service is with a task definition.

    Args:
        service: As ECS describes it.
        definition: The one that is rolled out.
        stopped: Tasks of the service that have ended, newest first.
    """
    resource = f"service {service.get('serviceName', '')}"
    ours, primary = deployment_of(service, definition), _primary(service.get("deployments", ()))
    crashed = [one for one in stopped if is_amiss(one) and _is_of(one, ours, definition)]
    log, why = (task_id(crashed[0]), reason_of(crashed[0])) if crashed else ("", "")
    because = f" {why}" if why else ""
    if ours is None:
        return failed(f"ECS has gone back to the release before.{because}", resource, log)
    state = ours.get("rolloutState", "")
    if state == "FAILED":
        said = str(ours.get("rolloutStateReason") or "ECS gave it up.")
        return failed(f"{said.rstrip('.')}.{because}", resource, log)
    if primary is not None and primary.get("taskDefinition") != definition:
        said = str(primary.get("rolloutStateReason") or "Another release took over")
        return failed(f"{said.rstrip('.')}.{because}", resource, log)
    wanted, runs = ours.get("desiredCount", 0), ours.get("runningCount", 0)
    if state == "COMPLETED":
        return done(f"{_count(runs)} of it {'runs' if runs == 1 else 'run'}.", resource)
    if len(crashed) >= CRASHES:
        return failed(f"It does not stay up: {why}", f"task {log}", log)
    old = sum(
        one.get("runningCount", 0) for one in service.get("deployments", ()) if one is not ours
    )
    beside = f", {old} of the one before" if old else ""
    return waiting(f"{runs} of {_count(wanted)} run{beside}.{because}", resource, log)


def read_task(task: Answer, container: str) -> Look:
    """How far a task that runs once is."""
    resource = f"task {task_id(task)}"
    status = str(task.get("lastStatus", ""))
    if status != "STOPPED":
        return waiting(f"It is {status.lower() or 'waiting'}.", resource)
    if _container(task, "containers", container).get("exitCode") == 0:
        return done("It ended well.", resource)
    return failed(reason_of(task, container), resource, task_id(task))


def is_amiss(task: Answer) -> bool:
    """Whether a task ended by itself, or because it did not answer."""
    code, why = task.get("stopCode"), str(task.get("stoppedReason", "")).lower()
    return code in AMISS or (code == "ServiceSchedulerInitiated" and UNWELL in why)


def task_id(task: Answer) -> str:
    """The last part of its address."""
    return str(task.get("taskArn", "")).rpartition("/")[2]


def reason_of(task: Answer, container: str = "") -> str:
    """Why a task ended, in a sentence."""
    parts = list(_reasons(task, container))
    return f"{'; '.join(dict.fromkeys(parts))}." if parts else "It ended without a reason."


def stream_of(definition: Answer, container: str, task: str) -> Stream | None:
    """Where the lines of a task's container are; None: they are not in CloudWatch.

    Source: Amazon ECS developer guide, "awslogs": prefix, container and task make the name of the stream.
    """
    for one in definition.get("containerDefinitions", ()):
        log = one.get("logConfiguration") or {}
        options = log.get("options", {})
        if one.get("name") == container and log.get("logDriver") == "awslogs":
            name = f"{options.get('awslogs-stream-prefix', '')}/{container}/{task}"
            region = str(options.get("awslogs-region", ""))
            return Stream(group=str(options.get("awslogs-group", "")), name=name, region=region)
    return None


def _container(of: Answer, place: str, name: str) -> Answer:
    for one in of.get(place, ()):
        if one.get("name") == name:
            return dict(one)
    return {}


def _primary(deployments: Sequence[Answer]) -> Answer | None:
    return next((one for one in deployments if one.get("status") == "PRIMARY"), None)


def _is_of(task: Answer, deployment: Answer | None, definition: str) -> bool:
    if deployment is not None and task.get("startedBy"):
        return bool(task["startedBy"] == deployment.get("id"))
    return bool(task.get("taskDefinitionArn") == definition)


def _reasons(task: Answer, container: str) -> Iterator[str]:
    for one in task.get("containers", ()):
        code = one.get("exitCode")
        if container and one.get("name") != container:
            continue
        if code:
            yield f"{one.get('name')} ended with exit code {code}"
        if one.get("reason"):
            yield str(one["reason"]).rstrip(".")
    if task.get("stoppedReason"):
        yield str(task["stoppedReason"]).rstrip(".")


def _count(instances: int) -> str:
    return f"{instances} instance{'' if instances == 1 else 's'}"
