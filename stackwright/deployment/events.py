"""What happens to resources while a plan is carried out: one schema, whoever says it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from stackwright.value import Value


class EventType(StrEnum):
    """What happened."""

    STARTED = "started"
    PROGRESS = "progress"
    DONE = "done"
    FAILED = "failed"
    NOTE = "note"


class Event(Value):
    """One thing that happened. A run's events are numbered from 1 and can be replayed."""

    seq: Annotated[int, Field(description="Its number within the run.", ge=1)]
    type: EventType
    address: Annotated[str, Field(description="The resource; empty: the whole run.")] = ""
    action: Annotated[str, Field(description="Such as create, or the verb of a step.")] = ""
    elapsed_s: Annotated[float, Field(description="Since the resource was started.", ge=0)] = 0
    message: str = ""


class Events(Value):
    """All that happened so far."""

    events: tuple[Event, ...] = ()


class ResourceProgress(Value):
    """How far a resource is, from its events."""

    address: str
    action: str
    state: EventType
    elapsed_s: float
    message: str = ""


def replay(events: Iterable[Event]) -> tuple[ResourceProgress, ...]:
    """How far every resource is, in the order in which they began. Late and double events change nothing."""
    found: dict[str, ResourceProgress] = {}
    unique = {event.seq: event for event in events}
    for _, event in sorted(unique.items()):
        if event.type is EventType.NOTE or not event.address:
            continue
        before = found.get(event.address)
        found[event.address] = ResourceProgress(
            address=event.address,
            action=event.action or (before.action if before else ""),
            state=event.type,
            elapsed_s=event.elapsed_s or (before.elapsed_s if before else 0),
            message=event.message,
        )
    return tuple(found.values())


def from_terraform(seq: int, line: Mapping[str, Any]) -> Event | None:
    """A line of `terraform apply -json`; None: it says nothing to people.

    Source: Terraform documentation, "Machine-Readable UI", ui version 1.
    """
    kinds = {
        "apply_start": EventType.STARTED,
        "apply_progress": EventType.PROGRESS,
        "apply_complete": EventType.DONE,
        "apply_errored": EventType.FAILED,
    }
    kind = str(line.get("type", ""))
    if kind in kinds:
        hook = line["hook"]
        return Event(
            seq=seq,
            type=kinds[kind],
            address=hook["resource"]["addr"],
            action=hook.get("action", ""),
            elapsed_s=hook.get("elapsed_seconds", 0),
        )
    if kind == "diagnostic":
        said = line["diagnostic"]
        text = ": ".join(part for part in (said.get("summary"), said.get("detail")) if part)
        failed = said.get("severity") == "error"
        address = said.get("address", "") if failed else ""
        state = EventType.FAILED if address else EventType.NOTE
        return Event(seq=seq, type=state, address=address, message=text)
    if kind == "change_summary":
        return Event(seq=seq, type=EventType.NOTE, message=str(line.get("@message", "")))
    return None


def from_cloudformation(seq: int, event: Mapping[str, Any], elapsed_s: float = 0) -> Event:
    """A stack event of CloudFormation.

    Source: AWS CloudFormation API reference, "StackEvent".
    """
    status = str(event["ResourceStatus"])
    action, _, end = status.rpartition("_") if "IN_PROGRESS" not in status else (status, "", "")
    action = action.removesuffix("_IN_PROGRESS").lower()
    types = {"COMPLETE": EventType.DONE, "FAILED": EventType.FAILED, "SKIPPED": EventType.DONE}
    reason = event.get("ResourceStatusReason", "")
    started = EventType.PROGRESS if event.get("PhysicalResourceId") else EventType.STARTED
    return Event(
        seq=seq,
        type=types.get(end, started),
        address=event["LogicalResourceId"],
        action=action,
        elapsed_s=elapsed_s,
        message=reason or "",
    )


def from_arm(seq: int, operation: Mapping[str, Any], elapsed_s: float = 0) -> Event | None:
    """A deployment operation of Azure Resource Manager; None: it is about no resource.

    Source: Azure REST API, "Deployment Operations".
    """
    properties = operation.get("properties", {})
    target = properties.get("targetResource")
    if not target:
        return None
    types = {
        "Succeeded": EventType.DONE,
        "Failed": EventType.FAILED,
        "Canceled": EventType.FAILED,
        "Accepted": EventType.STARTED,
    }
    said = properties.get("statusMessage") or {}
    error = said.get("error", {}) if isinstance(said, Mapping) else {}
    return Event(
        seq=seq,
        type=types.get(properties.get("provisioningState", ""), EventType.PROGRESS),
        address=f"{target['resourceType']}/{target['resourceName']}",
        action=str(properties.get("provisioningOperation", "")).lower(),
        elapsed_s=elapsed_s,
        message=error.get("message", ""),
    )


def from_kubernetes(seq: int, item: Mapping[str, Any], elapsed_s: float = 0) -> Event:
    """A Deployment as a watch shows it: how many of its pods run the new release.

    Source: Kubernetes API reference, "DeploymentStatus"; documentation, "Failed Deployment".
    """
    name = f"{item['kind']}/{item['metadata']['name']}"
    status, wanted = item.get("status", {}), item.get("spec", {}).get("replicas", 1)
    updated, ready = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    current = status.get("observedGeneration", 0) >= item["metadata"].get("generation", 0)
    stuck = [
        str(one.get("message", ""))
        for one in status.get("conditions", ())
        if one.get("type") == "Progressing" and one.get("status") == "False"
    ]
    done = current and updated == wanted and ready == wanted and status.get("replicas") == wanted
    kind = EventType.FAILED if stuck and current else EventType.DONE if done else EventType.PROGRESS
    message = (
        stuck[0] if kind is EventType.FAILED else f"{min(updated, ready)} of {wanted} are ready"
    )
    return Event(
        seq=seq, type=kind, address=name, action="update", elapsed_s=elapsed_s, message=message
    )
