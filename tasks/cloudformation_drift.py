"""The effect that compares a stack of CloudFormation with what is there."""

import json
import time
from typing import Any

from blocks.aws import AwsAccount, client, reaching
from stackwright.deployment.drift import Drift, DriftKind
from stackwright.deployment.step import SECRET, Fact
from stackwright.errors import ProjectError
from tasks.effect import effect

LOOK_S = 2.0
BUDGET_S = 900.0


@effect(retries=1, timeout_s=BUDGET_S)
def drift_of_stack(account: AwsAccount, stack: str, look_s: float = LOOK_S) -> tuple[Drift, ...]:
    """Every difference that CloudFormation finds; kinds of resources that it cannot look at are not among them.

    Raises:
        ProjectError: It could not compare.
    """
    api = client(account, "cloudformation")
    with reaching(account, f"Comparing the stack {stack}"):
        asked = api.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        until = time.monotonic() + BUDGET_S
        while True:
            found = api.describe_stack_drift_detection_status(StackDriftDetectionId=asked)
            if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                break
            if time.monotonic() > until:
                raise ProjectError(
                    f"Comparing the stack {stack} takes more than {BUDGET_S:.0f} s.",
                    hint="Try again later.",
                    http_status=504,
                )
            time.sleep(look_s)
        if found["DetectionStatus"] == "DETECTION_FAILED" and not found.get("StackDriftStatus"):
            raise ProjectError(
                f"CloudFormation could not compare {stack}: {found.get('DetectionStatusReason', '')}",
                hint="May these credentials look at all of its resources?",
                http_status=502,
            )
        differing = _differing(api, stack)
    return tuple(
        drift
        for one in sorted(differing, key=lambda one: str(one["LogicalResourceId"]))
        for drift in _drifts(one)
    )


def _differing(api: Any, stack: str) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {
        "StackName": stack,
        "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
    }
    found: list[dict[str, Any]] = []
    while True:
        page = api.describe_stack_resource_drifts(**asked)
        found += page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return found
        asked["NextToken"] = page["NextToken"]


def _drifts(one: dict[str, Any]) -> list[Drift]:
    address = one["LogicalResourceId"]
    if one["StackResourceDriftStatus"] == "DELETED":
        return [Drift(kind=DriftKind.MISSING, address=address)]
    return [
        Drift(
            kind=DriftKind.CHANGED,
            address=address,
            path=change["PropertyPath"].strip("/").replace("/", "."),
            was=_fact(change.get("ExpectedValue")),
            found=_fact(change.get("ActualValue")),
        )
        for change in one.get("PropertyDifferences", ())
    ]


def _fact(value: Any) -> Fact:
    """AWS says values as text; what is no text is kept as it is written."""
    if value in (None, "null"):
        return None
    if isinstance(value, str):
        return SECRET if value == "****" else value
    return json.dumps(value)
