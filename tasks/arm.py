"""Templates of Azure Resource Manager, operation by operation: check, foresee, carry out, cancel, drift.

Azure itself goes back to the last deployment that succeeded when one fails; we look on and tell.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.drift import Drift, compare
from stackwright.deployment.events import Event, EventType, from_arm
from stackwright.deployment.stacks.azure_arm import assemble
from stackwright.deployment.targets.arm import read_what_if, split_identifier
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value
from tasks.arm_account import Account, Credential, connect
from tasks.effect import effect

if TYPE_CHECKING:
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

DEPLOYMENTS = "Microsoft.Resources/deployments"
ENDS = frozenset({"Succeeded", "Failed", "Canceled"})
_DURATION = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$")

Secrets = Mapping[str, SecretStr]
Tell = Callable[[Event], None]


class Order(Value):
    """What is deployed. Secrets are no part of it: they are filled in when it is sent."""

    name: str  # of the deployment in Azure's history; a new one for each release
    template: dict[str, Any]
    parameters: dict[str, Any]


class Applied(Value):
    """What came of carrying out an order."""

    is_done: bool
    stopped: bool = False
    took_back: bool = False
    restored: str = ""  # the deployment that Azure went back to
    outputs: dict[str, Any] = {}
    errors: tuple[Finding, ...] = ()


def read_templates(folder: Path) -> dict[str, Any]:
    """The template of a folder, with those that it links to inside.

    Raises:
        ProjectError: A file is missing or is no JSON.
    """
    try:
        root = json.loads((folder / "azuredeploy.json").read_text("utf-8"))
        nested = {
            path.relative_to(folder).as_posix(): json.loads(path.read_text("utf-8"))
            for path in sorted(folder.glob("nested/*.json"))
        }
    except (OSError, ValueError) as error:
        raise ProjectError.bad_input(
            f"{folder} holds no templates that can be read: {error}",
            hint="Look for azuredeploy.json.",
        ) from error
    return assemble(root, nested)


@effect(retries=2, timeout_s=300)
def validate(
    account: Account, credential: Credential, order: Order, secrets: Secrets
) -> tuple[Finding, ...]:
    """What Azure finds wrong with it, before anything is made."""
    with connect(account, credential) as client:
        from azure.mgmt.resource.deployments.models import Deployment

        body = Deployment({"properties": _properties(order, secrets)})
        answer = client.deployments.begin_validate(account.group, order.name, body).result()
        error = answer.as_dict().get("error")
    return tuple(_findings(error)) if error else ()


@effect(retries=2, timeout_s=900)
def foresee(
    account: Account, credential: Credential, order: Order, secrets: Secrets
) -> Infrastructure:
    """What would change, as our own steps."""
    with connect(account, credential) as client:
        from azure.mgmt.resource.deployments.models import DeploymentWhatIf

        settings = {"whatIfSettings": {"resultFormat": "FullResourcePayloads"}}
        body = DeploymentWhatIf({"properties": {**_properties(order, secrets), **settings}})
        poller = client.deployments.begin_what_if(account.group, order.name, body)
        return read_what_if(poller.result().as_dict())


def drift(
    account: Account, credential: Credential, order: Order, secrets: Secrets
) -> tuple[Drift, ...]:
    """What differs from what this order made."""
    seen = foresee(account, credential, order, secrets)
    return compare(recorded=seen.after, seen=seen.before)


@effect(timeout_s=7200)
def carry_out(
    account: Account,
    credential: Credential,
    order: Order,
    secrets: Secrets,
    tell: Tell,
    *,
    go_back: bool = True,
    stop: Callable[[], bool] = lambda: False,
) -> Applied:
    """Deploy it and tell of each resource as it comes, also of the way back when it fails.

    Args:
        account: Where to.
        credential: As whom.
        order: What.
        secrets: Values of the parameters that are secrets.
        tell: Hears what happens.
        go_back: Whether Azure deploys the last one that succeeded, if there is one, when this one fails.
        stop: Asked between two looks; once true, the deployment is cancelled.

    Raises:
        ProjectError: Azure did not begin it.
    """
    with connect(account, credential) as client:
        from azure.mgmt.resource.deployments.models import Deployment

        properties = _properties(order, secrets)
        if go_back and _has_succeeded(client, account, order):
            properties["onErrorDeployment"] = {"type": "LastSuccessful"}
        body = Deployment({"properties": properties})
        client.deployments.begin_create_or_update(account.group, order.name, body, polling=False)
        watch = _Watch(client, account, tell)
        end, stopped = watch.follow(order.name, stop)
        errors = watch.errors or tuple(_findings(end.get("error") or {}))
        if end["provisioningState"] == "Succeeded":
            return Applied(is_done=True, stopped=stopped, outputs=_outputs(end))
        back = end.get("onErrorDeployment") or {}
        restored = str(back.get("deploymentName") or "")
        if not restored:
            return Applied(is_done=False, stopped=stopped, errors=errors)
        watch.note(f"Azure goes back to {restored}.")
        return Applied(
            is_done=False,
            stopped=stopped,
            took_back=watch.follow_back(order.name, restored) == "Succeeded",
            restored=restored,
            errors=errors,
        )


def cancel(account: Account, credential: Credential, name: str) -> bool:
    """End a deployment that goes on; false: it had ended. What it made stays."""
    with connect(account, credential) as client:
        state = client.deployments.get(account.group, name).as_dict()["properties"]
        if state["provisioningState"] in ENDS:
            return False
        client.deployments.cancel(account.group, name)
    return True


class _Watch:
    """Looks at deployments until they end, and tells each change of a resource once."""

    def __init__(self, client: "DeploymentsMgmtClient", account: Account, tell: Tell) -> None:
        self.client, self.account, self.tell = client, account, tell
        self.numbers = count(1)
        self.told: set[tuple[str, str, str]] = set()
        self.errors: tuple[Finding, ...] = ()
        self.begun = ""

    def note(self, message: str) -> None:
        self.tell(Event(seq=next(self.numbers), type=EventType.NOTE, message=message))

    def follow(self, name: str, stop: Callable[[], bool]) -> tuple[dict[str, Any], bool]:
        """How it ended, and whether it was asked to."""
        stopped = False
        while True:
            state = self._state(name)
            self.begun = self.begun or str(state.get("timestamp", ""))
            for operation in self._operations(self.account.group, name):
                self._tell(operation)
            if state["provisioningState"] in ENDS:
                return state, stopped
            if not stopped and stop():
                self.client.deployments.cancel(self.account.group, name)
                stopped = True
            time.sleep(self.account.poll_s)

    def follow_back(self, failed: str, restored: str) -> str:
        """How the way back ended, which the failed deployment says: the other one had succeeded before."""
        while True:
            state = (self._state(failed).get("onErrorDeployment") or {}).get("provisioningState")
            for operation in self._operations(self.account.group, restored):
                if str(operation["properties"].get("timestamp", "")) > self.begun:
                    self._tell(operation, "roll back")
            if state in ENDS:
                return str(state)
            time.sleep(self.account.poll_s)

    def _state(self, name: str) -> dict[str, Any]:
        answer = self.client.deployments.get(self.account.group, name).as_dict()
        state: dict[str, Any] = answer["properties"]
        return state

    def _operations(self, group: str, name: str) -> Iterator[dict[str, Any]]:
        """Of this deployment and of those inside it."""
        for one in self.client.deployment_operations.list(group, name):
            operation = one.as_dict()
            target = operation.get("properties", {}).get("targetResource") or {}
            if target.get("resourceType") == DEPLOYMENTS:
                inner = re.search(r"/resourceGroups/([^/]+)/", target.get("id", ""), re.IGNORECASE)
                yield from self._operations(inner[1] if inner else group, target["resourceName"])
            else:
                yield operation

    def _tell(self, operation: Mapping[str, Any], action: str = "") -> None:
        properties = operation["properties"]
        state = properties.get("provisioningState", "")
        key = (action, str(operation["id"]), state)
        event = from_arm(1, operation, _seconds(properties.get("duration")))
        if event is None or key in self.told:
            return
        self.told.add(key)
        event = event.model_copy(
            update={"seq": next(self.numbers), "action": action or event.action}
        )
        if event.type is EventType.FAILED and not action:
            found = Finding(level="error", where=event.address, message=event.message or state)
            self.errors = (*self.errors, found)
        self.tell(event)


def _properties(order: Order, secrets: Secrets) -> dict[str, Any]:
    values = {name: {"value": secret.get_secret_value()} for name, secret in secrets.items()}
    return {
        "mode": "Incremental",
        "template": order.template,
        "parameters": {**order.parameters, **values},
    }


def _has_succeeded(client: "DeploymentsMgmtClient", account: Account, order: Order) -> bool:
    """Whether there is one to go back to; without, Azure refuses to begin. It never goes back to inner ones."""
    inner = {one["name"] for one in order.template["resources"] if one.get("type") == DEPLOYMENTS}
    known = client.deployments.list_by_resource_group(
        account.group, filter="provisioningState eq 'Succeeded'"
    )
    return any(one.name != order.name and one.name not in inner for one in known)


def _outputs(end: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get("value") for name, one in (end.get("outputs") or {}).items()}


def _findings(error: Mapping[str, Any]) -> Iterator[Finding]:
    """The causes, where there are some below; otherwise the error itself."""
    details = error.get("details") or ()
    for one in details:
        yield from _findings(one)
    if not details and error:
        target, code = str(error.get("target") or ""), str(error.get("code") or "deployment")
        where = split_identifier(target)[1] if "/providers/" in target else target or code
        yield Finding(level="error", where=where, message=str(error.get("message", "")))


def _seconds(duration: Any) -> float:
    """Seconds of a duration such as PT1M2.5S."""
    if isinstance(duration, timedelta):
        return duration.total_seconds()
    found = _DURATION.match(str(duration or ""))
    if not found:
        return 0.0
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
