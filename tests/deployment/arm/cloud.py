"""A cloud of Azure's kind in memory: what is there, what is being deployed, and what fails."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.deployment.arm.expressions import Scope, TemplateError
from tests.deployment.arm.template import DEPLOYMENTS, carry_out

GROUP = "rg-shop"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
HOME = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"


class FailedError(Exception):
    """A resource could not be made."""


class CancelledError(Exception):
    """Somebody ended the deployment."""


@dataclass
class Cloud:
    """What is there.

    Attributes:
        faults: Part of an identifier → what Azure says when such a resource is made.
        refused: Part of what a container app is told → what Azure says to it.
        delay_s: How long a resource takes.
        resources: Identifier → the resource.
        deployments: Name → its properties.
        operations: Name of a deployment → its operations.
        groups: Resource groups that were made.
    """

    faults: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    operations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    lock: Any = field(default_factory=threading.RLock)

    def scope(self) -> Scope:
        return Scope(SUBSCRIPTION, GROUP, {}, {}, says_of)

    def wanted(self, order: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """What an order would make. Raises TemplateError when Azure would refuse it."""
        found: dict[str, dict[str, Any]] = {}

        def act(identity: str, resource: dict[str, Any], _: str) -> None:
            if resource["type"] != DEPLOYMENTS:
                found[identity] = resource

        carry_out(order["template"], order.get("parameters", {}), self.scope(), act)
        return found

    def foresee(self, order: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Each resource with what would become of it."""
        changes = []
        wanted = self.wanted(order)
        for identity in sorted({*wanted, *self.resources}):
            before, after = self.resources.get(identity), wanted.get(identity)
            if after is None:
                kind = "Ignore"
            elif before is None:
                kind = "Create"
            else:
                kind = "NoChange" if before == after else "Modify"
            shown = {} if before is None else {"before": before}
            shown |= {} if after is None else {"after": after}
            changes.append({"resourceId": identity, "changeType": kind, **shown})
        return changes

    def begin(self, name: str, order: Mapping[str, Any]) -> None:
        """Deploy in the background."""
        self.wanted(order)
        back = order.get("onErrorDeployment")
        if back and not self.last_successful(name):
            raise TemplateError("There is no deployment to go back to.")
        self.orders[name] = order
        self._record(name, "Running", order)
        threading.Thread(target=self._deploy, args=(name, order), daemon=True).start()

    def last_successful(self, but: str) -> str:
        done = [
            name
            for name, one in self.deployments.items()
            if one["provisioningState"] == "Succeeded" and name != but and name in self.orders
        ]
        return done[-1] if done else ""

    def _deploy(self, name: str, order: Mapping[str, Any]) -> None:
        state = self._run(name, order)
        with self.lock:
            if state != "Failed" or "onErrorDeployment" not in order:
                self.deployments[name]["provisioningState"] = state
                return
            back = self.last_successful(name)
            told = {
                "type": "LastSuccessful",
                "deploymentName": back,
                "provisioningState": "Running",
            }
            self.deployments[name] |= {"provisioningState": "Failed", "onErrorDeployment": told}
        told["provisioningState"] = self._run(back, self.orders[back])

    def _run(self, name: str, order: Mapping[str, Any]) -> str:
        state = self._carried_out(name, order)
        with self.lock:
            inner = [one for one in order["template"]["resources"] if one["type"] == DEPLOYMENTS]
            for one in inner:
                if one["name"] in self.deployments:
                    self.deployments[one["name"]]["provisioningState"] = state
        return state

    def _carried_out(self, name: str, order: Mapping[str, Any]) -> str:
        with self.lock:
            self.operations[name] = []
        try:
            outputs = carry_out(
                order["template"],
                order.get("parameters", {}),
                self.scope(),
                lambda identity, resource, inside: self._make(name, identity, resource, inside),
                name,
            )
        except CancelledError:
            return "Canceled"
        except FailedError as error:
            message, target = error.args
            cause = {"code": "ResourceDeploymentFailure", "message": message, "target": target}
            failed = {
                "code": "DeploymentFailed",
                "message": "At least one failed.",
                "details": [cause],
            }
            self.deployments[name]["error"] = failed
            return "Failed"
        self.deployments[name]["outputs"] = outputs
        return "Succeeded"

    def _make(self, root: str, identity: str, resource: dict[str, Any], inside: str) -> None:
        type_ = resource["type"]
        if type_ == DEPLOYMENTS:
            self.operations[resource["name"]] = []
            self._record(resource["name"], "Running", {})
        operation = self._operation(inside, identity, resource)
        until = time.monotonic() + self.delay_s
        while type_ != DEPLOYMENTS and (root in self.cancelled or time.monotonic() < until):
            if root in self.cancelled:
                operation["provisioningState"] = "Canceled"
                raise CancelledError
            time.sleep(0.001)
        told = str(resource) if type_ == "Microsoft.App/containerApps" else ""
        for part, message in (*self.faults.items(), *self.refused.items()):
            if part in identity or part in told:
                error = {"code": "Conflict", "message": message}
                operation |= {"provisioningState": "Failed", "statusMessage": {"error": error}}
                raise FailedError(message, identity)
        with self.lock:
            if type_ != DEPLOYMENTS:
                self.resources[identity] = resource
            operation |= {"provisioningState": "Succeeded", "duration": f"PT{self.delay_s}S"}

    def _operation(self, inside: str, identity: str, resource: dict[str, Any]) -> dict[str, Any]:
        properties = {
            "provisioningOperation": "Create",
            "provisioningState": "Running",
            "timestamp": now(),
            "targetResource": {
                "id": identity,
                "resourceType": resource["type"],
                "resourceName": resource["name"],
            },
        }
        with self.lock:
            number = uuid5(NAMESPACE_URL, f"{identity}{now()}").hex[:12]
            self.operations.setdefault(inside, []).append(
                {
                    "id": f"{HOME}/operations/{number}",
                    "operationId": number,
                    "properties": properties,
                }
            )
        return properties

    def _record(self, name: str, state: str, order: Mapping[str, Any]) -> None:
        with self.lock:
            self.deployments[name] = {
                "provisioningState": state,
                "timestamp": now(),
                "mode": order.get("mode", "Incremental"),
            }


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def says_of(identity: str, full: bool) -> dict[str, Any]:
    """What resources of our templates say of themselves at run time."""
    number = str(uuid5(NAMESPACE_URL, identity))
    name = identity.rpartition("/")[2]
    return {
        "principalId": number,
        "clientId": number,
        "loginServer": f"{name}.example.com",
        "vaultUri": f"https://{name}.vault.example.com/",
        "hostName": f"{name}.example.com",
        "ConnectionString": f"InstrumentationKey={number}",
        "frontDoorId": number,
        "configuration": {"ingress": {"fqdn": f"{name}.apps.example.com"}},
        "primaryEndpoints": {"web": f"https://{name}.web.example.com/"},
        "validationProperties": {"validationToken": number[:8]},
        "identity": {"principalId": number},
    }
