"""The effects on a stack of CloudFormation: plan, carry out with every event told, cancel, look for drift, remove."""

import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from blocks.aws import AwsAccount, client, reaching
from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.events import Event, from_cloudformation
from stackwright.deployment.stacks.cloudformation_text import INLINE_BYTES, read, written
from stackwright.deployment.targets.cloudformation import read_changes, resources_of
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.effect import effect

LOOK_S = 2.0
PLAN_S = 300.0
APPLY_S = (
    7200.0  # a database with a standby takes half an hour, a certificate as long as somebody needs
)
STACK = "AWS::CloudFormation::Stack"
CANCELLED = ("Resource creation cancelled", "Resource update cancelled")
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE"})
Tell = Callable[[Event], None]


class StackPlan(Value):
    """What would change, and the change set that is carried out when it is approved."""

    stack: str
    change_set: str  # empty: nothing changes
    infrastructure: Infrastructure


@effect(retries=1, timeout_s=PLAN_S)
def plan_stack(
    account: AwsAccount,
    stack: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    look_s: float = LOOK_S,
) -> StackPlan:
    """Ask AWS what it would do; nothing is made but the change set, and the shell of a new stack.

    Args:
        account: Where.
        stack: Its name.
        template: Without conditions (see `stackwright.deployment.stacks.cloudformation_settled`).
        parameters: All that it asks for.
        tags: Given to every resource.
        look_s: Seconds between two looks.

    Raises:
        ProjectError: AWS refuses the template, or another change is going on (HTTP 409).
    """
    api = client(account, "cloudformation")
    with reaching(account, f"Planning the stack {stack}"):
        there = _settle(account, stack, look_s)
        before = _described(api, stack) if there else ()
        text = written(template)
        name = (
            f"release-{sha256((text + repr(sorted(parameters.items()))).encode()).hexdigest()[:24]}"
        )
        _drop(api, stack, name)
        made = api.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if there else "CREATE",
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            **_body(account, stack, text),
        )["Id"]
        found = _wait(lambda: api.describe_change_set(ChangeSetName=made), look_s, PLAN_S)
        after = resources_of(template, parameters)
        if found["Status"] == "FAILED":
            api.delete_change_set(ChangeSetName=made)
            if not _is_empty(found):
                raise ProjectError(
                    f"CloudFormation refuses the stack {stack}: {found.get('StatusReason', 'no reason given')}",
                    hint="Correct the template or the parameters.",
                    http_status=422,
                )
            return StackPlan(
                stack=stack,
                change_set="",
                infrastructure=Infrastructure(before=before, after=after),
            )
        changes = [*found.get("Changes", ())]
        while token := found.get("NextToken"):
            found = api.describe_change_set(ChangeSetName=made, NextToken=token)
            changes += found.get("Changes", ())
    return StackPlan(
        stack=stack, change_set=made, infrastructure=read_changes(changes, before, after)
    )


@effect(timeout_s=APPLY_S)
def apply_stack(
    account: AwsAccount, plan: StackPlan, tell: Tell, look_s: float = LOOK_S
) -> Mapping[str, str]:
    """Carry exactly this change set out and tell every event.

    Args:
        account: Where.
        plan: What was approved. AWS itself refuses it when the stack has changed since.
        tell: Is given the events in their order, numbered from 1.
        look_s: Seconds between two looks.

    Returns:
        The outputs of the stack.

    Raises:
        ProjectError: A resource failed; CloudFormation has taken everything back by itself, or says that it could not.
    """
    api = client(account, "cloudformation")
    with reaching(account, f"Changing the stack {plan.stack}"):
        if plan.change_set:
            known = _last_event(api, plan.stack)
            api.execute_change_set(ChangeSetName=plan.change_set)
            end, cause = _follow(api, plan.stack, known, tell, look_s)
            if end not in GOOD:
                raise _failed(plan.stack, end, cause)
        return stack_outputs(account, plan.stack)


@effect(retries=2, timeout_s=60)
def cancel_stack(account: AwsAccount, stack: str) -> str:
    """Stop what is going on and go back to what was there; the one who follows the events hears of it.

    Returns:
        What was done, in a sentence.
    """
    api = client(account, "cloudformation")
    with reaching(account, f"Stopping the change of the stack {stack}"):
        status = _status(api, stack)
        if status == "UPDATE_IN_PROGRESS":
            api.cancel_update_stack(StackName=stack)
            return f"The change of {stack} is being taken back."
        if status in ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"):
            api.delete_stack(StackName=stack)
            return f"{stack} is being removed, as it was not there before."
    return f"Nothing is going on at {stack}: it is {status or 'not there'}."


@effect(timeout_s=APPLY_S)
def remove_stack(account: AwsAccount, stack: str, tell: Tell, look_s: float = LOOK_S) -> None:
    """Remove the stack; what its template retains (keys, images, pages, backups) stays.

    Raises:
        ProjectError: Something does not go, such as a database that is protected.
    """
    api = client(account, "cloudformation")
    with reaching(account, f"Removing the stack {stack}"):
        if not _status(api, stack):
            return
        identifier = api.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        known = _last_event(api, stack)
        api.delete_stack(StackName=stack)
        end, cause = _follow(api, identifier, known, tell, look_s)
    if end != "DELETE_COMPLETE":
        raise _failed(stack, end, cause)


def stack_outputs(account: AwsAccount, stack: str) -> Mapping[str, str]:
    """What the stack gives to the steps after it, by name."""
    with reaching(account, f"Looking at the stack {stack}"):
        found = client(account, "cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}


def _settle(account: AwsAccount, stack: str, look_s: float) -> bool:
    """Whether there is a stack to change. What a failed first creation left (nothing but its name) is removed."""
    api = client(account, "cloudformation")
    status = _status(api, stack)
    if status.endswith("IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise ProjectError(
            f"The stack {stack} is being changed already ({status}).",
            hint="Wait until that has ended, or stop it.",
            http_status=409,
        )
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
        api.delete_stack(StackName=stack)
        until = time.monotonic() + PLAN_S
        while (left := _status(api, stack)) and time.monotonic() < until:
            if left == "DELETE_FAILED":
                raise ProjectError(
                    f"What the failed creation of {stack} left cannot be removed.",
                    hint="Look at its events, and remove it by hand.",
                    http_status=409,
                )
            time.sleep(look_s)
        return False
    return status not in ("", "REVIEW_IN_PROGRESS")


def _status(api: Any, stack: str) -> str:
    """What the stack is; empty: it is not there."""
    from botocore.exceptions import ClientError

    try:
        status = str(api.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return ""
        raise
    return "" if status == "DELETE_COMPLETE" else status


def _described(api: Any, stack: str) -> tuple[Any, ...]:
    """All that the stack describes now."""
    body = api.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    template = read(body) if isinstance(body, str) else body
    given = api.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", ())
    return resources_of(template, {one["ParameterKey"]: one["ParameterValue"] for one in given})


def _body(account: AwsAccount, stack: str, text: str) -> dict[str, str]:
    if len(text.encode()) <= INLINE_BYTES:
        return {"TemplateBody": text}
    if not account.bucket:
        raise ProjectError(
            f"The template of {stack} has {len(text.encode()):,} bytes, and a request takes {INLINE_BYTES:,}.",
            hint="Name a bucket for templates in the settings of the account.",
            http_status=422,
        )
    key = f"{stack}/{sha256(text.encode()).hexdigest()}.json"
    client(account, "s3").put_object(Bucket=account.bucket, Key=key, Body=text.encode())
    base = account.endpoint or f"https://s3.{account.region}.amazonaws.com"
    return {"TemplateURL": f"{base.rstrip('/')}/{account.bucket}/{key}"}


def _drop(api: Any, stack: str, name: str) -> None:
    """Remove the change set of this name, which a plan that nobody approved may have left."""
    from botocore.exceptions import ClientError

    try:
        api.delete_change_set(StackName=stack, ChangeSetName=name)
    except ClientError as error:
        if not any(word in str(error) for word in ("does not exist", "NotFound")):
            raise


def _wait(look: Callable[[], dict[str, Any]], look_s: float, budget_s: float) -> dict[str, Any]:
    until = time.monotonic() + budget_s
    while True:
        found = look()
        if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            return found
        if time.monotonic() > until:
            raise ProjectError(
                f"CloudFormation has not decided within {budget_s:.0f} s what it would change.",
                hint="Try again.",
                http_status=504,
            )
        time.sleep(look_s)


def _is_empty(change_set: Mapping[str, Any]) -> bool:
    reason = str(change_set.get("StatusReason", ""))
    return "didn't contain changes" in reason or "No updates" in reason


def _last_event(api: Any, stack: str) -> str:
    events = api.describe_stack_events(StackName=stack)["StackEvents"]
    return str(events[0]["EventId"]) if events else ""


def _follow(
    api: Any, stack: str, known: str, tell: Tell, look_s: float
) -> tuple[str, Mapping[str, Any] | None]:
    """Tell each event after the known one until the stack has ended; how, and what failed first."""
    seen: set[str] = set()
    began: dict[str, Any] = {}
    cause: Mapping[str, Any] | None = None
    until = time.monotonic() + APPLY_S
    while time.monotonic() < until:
        for event in reversed([*_events_after(api, stack, known)]):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            address, status = event["LogicalResourceId"], str(event["ResourceStatus"])
            first = began.setdefault(address, event["Timestamp"])
            elapsed_s = max(0.0, (event["Timestamp"] - first).total_seconds())
            tell(from_cloudformation(len(seen), event, elapsed_s))
            own = (
                event.get("ResourceType") == STACK
                and event["PhysicalResourceId"] == event["StackId"]
            )
            if (
                status.endswith("_FAILED")
                and not own
                and cause is None
                and not _is_cancelled(event)
            ):
                cause = event
            if own and not status.endswith("IN_PROGRESS"):
                return status, cause or (event if status.endswith("FAILED") else None)
        time.sleep(look_s)
    raise ProjectError(
        f"The stack {stack} has not ended within {APPLY_S / 60:.0f} minutes.",
        hint="Look at its events; it goes on without us.",
        http_status=504,
    )


def _events_after(api: Any, stack: str, known: str) -> Iterator[Mapping[str, Any]]:
    """Newest first, as far back as the known one."""
    for page in api.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            if event["EventId"] == known:
                return
            yield event


def _is_cancelled(event: Mapping[str, Any]) -> bool:
    return str(event.get("ResourceStatusReason", "")).startswith(CANCELLED)


def _failed(stack: str, end: str, cause: Mapping[str, Any] | None) -> ProjectError:
    back = end in ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    what = (
        f"{cause['LogicalResourceId']} ({cause['ResourceType']}) failed: "
        f"{str(cause.get('ResourceStatusReason') or 'no reason given').rstrip('.')}."
        if cause
        else "it was stopped."
    )
    then = "Everything was taken back." if back else f"It was left {end}."
    return ProjectError(
        f"The stack {stack} was not changed as planned: {what} {then}",
        hint="Correct what failed and make a new plan."
        if back
        else "Look at its events, put right what failed, and try again.",
        http_status=502,
    )
