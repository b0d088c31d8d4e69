"""CloudFormation as an engine, on an emulator: plan, create, update, drift, a failing update, cancel, remove."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.aws import AwsAccount, client
from stackwright.deployment.config import Deployment
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
from tests.deployment.stacks.aws_examples import EVERYTHING
from tests.deployment.stacks.emulator import emulated, emulator

pytestmark = [pytest.mark.toolchain, pytest.mark.services]
STACK = "bookshop-production"
LOOK_S = 0.05
TEXT = (Path(__file__).parents[3] / "deployment_templates/aws/cloudformation/stack.yaml").read_text(
    "utf-8"
)
WIDER = {"minimum": 3, "cpu_percent": 50, "size": "large"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsAccount]:
    with emulator(tmp_path_factory.mktemp("emulator")) as found:
        yield found


def planned(
    account: AwsAccount, deployment: Deployment, more: Mapping[str, Any] | None = None
) -> StackPlan:
    """The stack of a deployment with some resources more, as the emulator can make it."""
    values = parameters(deployment, "example/bookshop:1", "example/pages:1")
    whole = settled(template(TEXT, deployment), values, account.region)
    ready = emulated(whole)
    ready["Resources"] |= more or {}
    return plan_stack(account, STACK, ready, given(whole, values), tags(deployment), LOOK_S)


def carried_out(account: AwsAccount, plan: StackPlan) -> list[Event]:
    told: list[Event] = []
    apply_stack(account, plan, told.append, LOOK_S)
    return told


def test_the_life_of_a_stack(account: AwsAccount) -> None:
    plan = planned(account, production())
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

    again = planned(account, production())
    assert (again.change_set, again.infrastructure.steps) == ("", ())
    assert apply_stack(account, again, _nothing, LOOK_S) == outputs

    wider = planned(account, production(scaling=WIDER))
    changed = {step.address: step for step in wider.infrastructure.steps}
    assert changed["TaskDefinition"].risk is Risk.SAFE
    assert "cpu" in {change.path for change in changed["TaskDefinition"].changes}
    assert "Database" not in changed
    carried_out(account, wider)

    assert drift_of_stack(account, STACK, LOOK_S) == ()
    logs = client(account, "logs")
    logs.put_retention_policy(logGroupName=f"/{STACK}/back-end", retentionInDays=1)
    (drift,) = drift_of_stack(account, STACK, LOOK_S)
    assert (drift.address, drift.path, drift.was, drift.found) == (
        "BackEndLog",
        "RetentionInDays",
        "30",
        "1",
    )
    logs.put_retention_policy(logGroupName=f"/{STACK}/back-end", retentionInDays=30)

    _a_failing_update_is_taken_back(account)

    told: list[Event] = []
    remove_stack(account, STACK, told.append, LOOK_S)
    assert {one.state for one in replay(told)} == {EventType.DONE}
    remove_stack(account, STACK, _nothing, LOOK_S)  # twice is the same as once
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
    broken = planned(account, production(scaling=WIDER, watching={"log_days": 90}), failing)
    told: list[Event] = []
    with pytest.raises(
        ProjectError, match=r"Failing \(AWS::CloudWatch::Alarm\) failed: "
    ) as caught:
        apply_stack(account, broken, told.append, LOOK_S)
    assert "Everything was taken back." in caught.value.message
    assert {event.address for event in told if event.type is EventType.FAILED} == {"Failing"}
    changed = [event for event in told if event.address == "BackEndLog"]
    assert "update" in {event.action for event in changed}
    (log,) = logs.describe_log_groups(logGroupNamePrefix=f"/{STACK}/back-end")["logGroups"]
    assert log["retentionInDays"] == 30


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_stack_of_every_kind_of_deployment_can_be_made(account: AwsAccount, name: str) -> None:
    deployment = EVERYTHING[name]
    number = f"{[*EVERYTHING].index(name) + 1:012}"  # an account of its own in the emulator
    region = deployment.cloud.region
    own = account.model_copy(
        update={"key_id": number, "region": region, "bucket": f"templates-{number}"}
    )
    client(own, "s3").create_bucket(
        Bucket=own.bucket,
        **(
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        ),
    )
    client(own, "route53").create_hosted_zone(Name="example.com", CallerReference=number)
    events = carried_out(own, planned(own, deployment))
    assert {one.state for one in replay(events)} == {EventType.DONE}
    assert stack_outputs(own, STACK)["Address"].partition("://")[0] in ("http", "https")


WAITING = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Waiting": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "5"},
    },
}
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}


def test_a_change_that_goes_on_refuses_another_and_can_be_stopped(account: AwsAccount) -> None:
    stack = "waiting"
    carried_out(account, plan_stack(account, stack, {"Resources": TOPIC}, {}, {}, LOOK_S))
    plan = plan_stack(account, stack, {"Resources": {**TOPIC, **WAITING}}, {}, {}, LOOK_S)
    waits, told = Signal(), list[Event]()

    def hear(event: Event) -> None:
        told.append(event)
        if event.address == "Waiting":
            waits.set()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(apply_stack, account, plan, hear, LOOK_S)
        assert waits.wait(60)
        with pytest.raises(ProjectError, match="is being changed already") as caught:
            plan_stack(account, stack, {"Resources": TOPIC}, {}, {}, LOOK_S)
        assert caught.value.http_status == 409
        assert cancel_stack(account, stack) == f"The change of {stack} is being taken back."
        with pytest.raises(ProjectError, match="Everything was taken back"):
            running.result(60)
    remove_stack(account, stack, told.append, LOOK_S)


def test_a_refused_template_says_why(account: AwsAccount) -> None:
    unknown = {"Resources": {"Thing": {"Type": "AWS::EC2::EIP"}}}
    with pytest.raises(ProjectError, match=r"Planning the stack other failed: .*AWS::EC2::EIP"):
        plan_stack(account, "other", unknown, {}, {}, LOOK_S)


def test_a_template_that_is_too_long_asks_for_a_bucket(account: AwsAccount) -> None:
    long = {"Resources": {f"Topic{number}": TOPIC["Topic"] for number in range(1500)}}
    with pytest.raises(ProjectError, match=r"has [\d,]+ bytes, and a request takes 51,200"):
        plan_stack(account, "long", long, {}, {}, LOOK_S)


def test_an_address_that_nobody_answers_is_named() -> None:
    nobody = AwsAccount(
        region="eu-central-1", key_id="a", key=SecretStr("b"), endpoint="http://127.0.0.1:9"
    )
    with pytest.raises(ProjectError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        stack_outputs(nobody, STACK)
    assert "SecretStr('b')" not in repr(nobody)


def _nothing(event: Event) -> None:
    pytest.fail(f"nothing was to happen: {event}")
