"""CloudFormation as an engine, on an emulator: plan, create, update, drift, a failing update, cancel, remove."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from blocks.aws import AwsAccount, client
from stackwright.deployment.events import Event, EventType, replay
from stackwright.deployment.risk import Risk
from stackwright.deployment.stacks.aws_cloudformation import parameters, tags, template
from stackwright.deployment.stacks.cloudformation_settled import given, settled
from stackwright.deployment.step import Action
from stackwright.errors import ProjectError
from tasks.cloudformation import (
    StackPlan,
    apply_stack,
    cancel_stack,
    plan_stack,
    remove_stack,
    stack_outputs,
)
from tasks.cloudformation_drift import drift_of_stack
from tests.deployment.examples import production
from tests.deployment.stacks.emulator import emulated, emulator

pytestmark = [pytest.mark.toolchain, pytest.mark.services]
STACK = "bookshop-production"
TEXT = (Path(__file__).parents[3] / "deployment_templates/aws/cloudformation/stack.yaml").read_text(
    "utf-8"
)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsAccount]:
    with emulator(tmp_path_factory.mktemp("emulator")) as found:
        yield found


def planned(
    account: AwsAccount, more: Mapping[str, Any] | None = None, **changes: Any
) -> StackPlan:
    """The stack of the bookshop with some choices changed and some resources more, as the emulator can make it."""
    deployment = production(**changes)
    values = parameters(deployment, "example/bookshop:1")
    whole = settled(template(TEXT, deployment), values, account.region)
    ready = emulated(whole)
    ready["Resources"] |= more or {}
    return plan_stack(account, STACK, ready, given(whole, values), tags(deployment), 0.05)


def carried_out(account: AwsAccount, plan: StackPlan) -> list[Event]:
    told: list[Event] = []
    apply_stack(account, plan, told.append, 0.05)
    return told


def test_the_life_of_a_stack(account: AwsAccount) -> None:
    plan = planned(account)
    steps = plan.infrastructure.steps
    assert len(steps) > 70
    assert {step.action for step in steps} == {Action.CREATE}
    events = carried_out(account, plan)
    progress = {one.address: one for one in replay(events)}
    assert progress.keys() >= {step.address for step in steps}
    assert {one.state for one in progress.values()} == {EventType.DONE}
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    outputs = stack_outputs(account, STACK)
    assert outputs["Address"] == "https://shop.example.com"
    assert outputs["Cluster"] == STACK

    again = planned(account)
    assert (again.change_set, again.infrastructure.steps) == ("", ())

    wider = planned(account, scaling={"minimum": 3, "cpu_percent": 50, "size": "large"})
    changed = {step.address: step for step in wider.infrastructure.steps}
    assert changed["TaskDefinition"].risk is Risk.SAFE
    assert "cpu" in {change.path for change in changed["TaskDefinition"].changes}
    assert "Database" not in changed
    carried_out(account, wider)

    assert drift_of_stack(account, STACK, 0.05) == ()
    logs = client(account, "logs")
    logs.put_retention_policy(logGroupName=f"/{STACK}/back-end", retentionInDays=1)
    (drift,) = drift_of_stack(account, STACK, 0.05)
    assert (drift.address, drift.path) == ("BackEndLog", "RetentionInDays")
    assert "30" in drift.sentence
    assert "1" in drift.sentence
    logs.put_retention_policy(logGroupName=f"/{STACK}/back-end", retentionInDays=30)

    _a_failing_update_is_taken_back(account)

    told: list[Event] = []
    remove_stack(account, STACK, told.append, 0.05)
    assert {one.state for one in replay(told)} == {EventType.DONE}
    remove_stack(account, STACK, told.append, 0.05)  # twice is the same as once
    assert cancel_stack(account, STACK) == f"Nothing is going on at {STACK}: it is not there."


def _a_failing_update_is_taken_back(account: AwsAccount) -> None:
    """An alarm that this CloudFormation cannot make: it finds out on the way and goes back."""
    logs = client(account, "logs")
    failing = {
        "Failing": {
            "Type": "AWS::CloudWatch::Alarm",
            "DependsOn": ["BackEndLog", "NetworkLog"],
            "Properties": {"Metrics": [{"Id": "one", "Expression": "1 + 1"}]},
        }
    }
    wider = {"minimum": 3, "cpu_percent": 50, "size": "large"}
    broken = planned(account, failing, scaling=wider, watching={"log_days": 90})
    told: list[Event] = []
    with pytest.raises(
        ProjectError, match=r"Failing \(AWS::CloudWatch::Alarm\) failed: "
    ) as caught:
        apply_stack(account, broken, told.append, 0.05)
    assert "Everything was taken back." in caught.value.message
    assert {event.address for event in told if event.type is EventType.FAILED} == {"Failing"}
    changed = [event for event in told if event.address == "BackEndLog"]
    assert "update" in {event.action for event in changed}
    (log,) = logs.describe_log_groups(logGroupNamePrefix=f"/{STACK}/back-end")["logGroups"]
    assert log["retentionInDays"] == 30


def test_a_refused_template_says_why(account: AwsAccount) -> None:
    unknown = {"Resources": {"Thing": {"Type": "AWS::EC2::EIP"}}}
    with pytest.raises(ProjectError, match=r"Planning the stack other failed: .*AWS::EC2::EIP"):
        plan_stack(account, "other", unknown, {}, {}, 0.05)


def test_an_address_that_nobody_answers_is_named() -> None:
    nobody = AwsAccount(region="eu-central-1", key_id="a", key="b", endpoint="http://127.0.0.1:9")  # type: ignore[arg-type]
    with pytest.raises(ProjectError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        stack_outputs(nobody, STACK)
