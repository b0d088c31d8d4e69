from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.events import (
    Event,
    EventType,
    from_arm,
    from_cloudformation,
    from_kubernetes,
    from_terraform,
    replay,
)


def line(kind: str, **more: Any) -> dict[str, Any]:
    hook = {"resource": {"addr": "aws_vpc.main"}, "action": "create", **more}
    return {"type": kind, "hook": hook, "@message": "…"}


def test_terraform_is_understood() -> None:
    lines = (
        {"type": "version", "terraform": "1.15.5", "ui": "1.2"},
        line("apply_start"),
        line("apply_progress", elapsed_seconds=10),
        line("apply_complete", elapsed_seconds=12),
        {"type": "change_summary", "@message": "Apply complete!"},
    )
    found = [event for seq, one in enumerate(lines, 1) if (event := from_terraform(seq, one))]
    assert [event.type for event in found] == ["started", "progress", "done", "note"]
    (progress,) = replay(found)
    assert (progress.address, progress.state, progress.elapsed_s) == ("aws_vpc.main", "done", 12)


def test_a_diagnostic_of_terraform_keeps_the_cause_at_the_resource() -> None:
    said = {
        "severity": "error",
        "summary": "No room",
        "detail": "Quota.",
        "address": "aws_vpc.main",
    }
    errored = from_terraform(1, line("apply_errored", elapsed_seconds=3))
    cause = from_terraform(2, {"type": "diagnostic", "diagnostic": said})
    assert errored
    assert cause
    (progress,) = replay([errored, cause])
    assert (progress.state, progress.message) == (EventType.FAILED, "No room: Quota.")
    assert progress.elapsed_s == 3


@pytest.mark.parametrize(
    ("status", "kind", "action"),
    [
        ("CREATE_IN_PROGRESS", "started", "create"),
        ("CREATE_COMPLETE", "done", "create"),
        ("UPDATE_FAILED", "failed", "update"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "started", "update_rollback"),
        ("UPDATE_ROLLBACK_COMPLETE", "done", "update_rollback"),
        ("DELETE_SKIPPED", "done", "delete"),
    ],
)
def test_cloudformation_is_understood(status: str, kind: str, action: str) -> None:
    found = from_cloudformation(1, {"ResourceStatus": status, "LogicalResourceId": "Vpc"})
    assert (found.type, found.action, found.address) == (kind, action, "Vpc")


@pytest.mark.parametrize(
    ("state", "kind"),
    [("Accepted", "started"), ("Running", "progress"), ("Succeeded", "done"), ("Failed", "failed")],
)
def test_azure_is_understood(state: str, kind: str) -> None:
    properties = {
        "provisioningState": state,
        "provisioningOperation": "Create",
        "targetResource": {"resourceType": "Microsoft.Web/sites", "resourceName": "shop"},
        "statusMessage": {"error": {"code": "Quota", "message": "No room."}},
    }
    found = from_arm(1, {"properties": properties})
    assert found
    assert (found.type, found.message) == (kind, "No room.")
    assert found.address == "Microsoft.Web/sites/shop"
    assert from_arm(1, {"properties": {"provisioningState": state}}) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ({"observedGeneration": 1, "updatedReplicas": 2}, "progress"),
        ({"observedGeneration": 2, "updatedReplicas": 1, "availableReplicas": 2}, "progress"),
        (
            {"observedGeneration": 2, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 3},
            "progress",
        ),
        (
            {"observedGeneration": 2, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 2},
            "done",
        ),
        (
            {
                "observedGeneration": 2,
                "conditions": [{"type": "Progressing", "status": "False", "message": "Too slow."}],
            },
            "failed",
        ),
    ],
)
def test_kubernetes_is_understood(status: dict[str, Any], kind: str) -> None:
    metadata = {"name": "shop", "generation": 2}
    item = {
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": 2},
        "status": status,
    }
    found = from_kubernetes(1, item)
    assert (found.type, found.address) == (kind, "Deployment/shop")


EVENTS = st.lists(
    st.builds(
        Event,
        seq=st.integers(1, 20),
        type=st.sampled_from(EventType),
        address=st.sampled_from(["a", "b"]),
    ),
    unique_by=lambda event: event.seq,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_late_and_double_events_change_nothing(events: list[Event], chance: Any) -> None:
    mixed = [*events, *events[:3]]
    chance.shuffle(mixed)
    assert replay(mixed) == replay(events)
