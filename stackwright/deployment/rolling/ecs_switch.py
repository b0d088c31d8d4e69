"""Amazon ECS when it switches all visitors at once: the service's own history of deployments says how far it is.

A service with the strategy BLUE_GREEN does not say so in its `deployments`.

Source: Amazon ECS API reference, "Deployment" (rolloutState), "ServiceDeployment", "ServiceRevision".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stackwright.deployment.rolling import ecs
from stackwright.deployment.rolling.look import CRASHES, Look, done, failed, waiting

Answer = Mapping[str, Any]
GOES_ON = frozenset({"IN_PROGRESS", "PENDING"})
STAGES = {
    "RECONCILE_SERVICE": "ECS puts the service in order",
    "PRE_SCALE_UP": "the new instances are about to start",
    "SCALE_UP": "the new instances start",
    "POST_SCALE_UP": "the new instances run",
    "TEST_TRAFFIC_SHIFT": "the new instances are tried",
    "POST_TEST_TRAFFIC_SHIFT": "the new instances were tried",
    "PRODUCTION_TRAFFIC_SHIFT": "the visitors are switched",
    "POST_PRODUCTION_TRAFFIC_SHIFT": "the visitors are switched",
    "BAKE_TIME": "the old instances stay for a while",
    "CLEAN_UP": "the old instances are stopped",
}


def switches(service: Answer) -> bool:
    """Whether ECS switches this service as a whole."""
    strategy = (service.get("deploymentConfiguration") or {}).get("strategy")
    return strategy not in (None, "", "ROLLING")


def newest(deployments: Sequence[Answer], status: str = "") -> Answer | None:
    """The last one that was begun, with this status if one is given; None: there is none."""
    found = [one for one in deployments if not status or one.get("status") == status]
    return max(found, key=lambda one: one["createdAt"], default=None)


def is_given_up(deployment: Answer | None) -> bool:
    """Whether the last one came to no good end, so that the same one has to be begun anew."""
    return deployment is not None and deployment.get("status") not in {*GOES_ON, "SUCCESSFUL"}


def read(deployment: Answer | None, is_ours: bool, stopped: Sequence[Answer]) -> Look:  # noqa: FBT001 - a fact
    """How far it is.

    Args:
        deployment: The service's newest deployment; None: there is none yet.
        is_ours: Whether it brings the release that is rolled out.
        stopped: Tasks of the release that have ended, newest first.
    """
    if deployment is None:
        return waiting("ECS has not begun it yet.")
    resource = f"deployment {str(deployment.get('serviceDeploymentArn', '')).rpartition('/')[2]}"
    if not is_ours:
        return failed("Another release took over.", resource)
    since = deployment["createdAt"]
    crashed = [one for one in stopped if ecs.is_amiss(one) and one.get("createdAt", since) >= since]
    log, why = (ecs.task_id(crashed[0]), ecs.reason_of(crashed[0])) if crashed else ("", "")
    because = f" {why}" if why else ""
    status, said = str(deployment.get("status", "")), str(deployment.get("statusReason") or "")
    if status == "SUCCESSFUL":
        return done("All visitors meet it.", resource)
    if status not in GOES_ON:
        ending = said.rstrip(".") or f"ECS gave it up ({status.lower()})"
        return failed(f"{ending}.{because}", resource, log)
    if len(crashed) >= CRASHES:
        return failed(f"It does not stay up: {why}", f"task {log}", log)
    stage = STAGES.get(str(deployment.get("lifecycleStage", "")), "it has begun")
    count = deployment.get("targetServiceRevision") or {}
    runs, wanted = count.get("runningTaskCount", 0), count.get("requestedTaskCount", 0)
    return waiting(
        f"{stage[0].upper()}{stage[1:]}: {runs} of {wanted} run.{because}", resource, log
    )
