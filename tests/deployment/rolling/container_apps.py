"""Container Apps on this machine, as far as a release meets them: one app, its revisions, one job and their lines.

Time passes by being looked at. An image named `crashes` is started again and again, `hopeless` is given up by Azure,
`no-tables` cannot be migrated.
"""

import json
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue, SecretStr

from stackwright.deployment.options.place import Target
from tasks.rolling import Service
from tests.blocks.providers import CANARY, ID, TOKEN
from tests.blocks.standin import Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "shop.azurecr.io/shop:1"
HOME = f"/subscriptions/{ID}/resourceGroups/rg-shop/providers/Microsoft.App"
APP, JOB = f"{HOME}/containerApps/shop", f"{HOME}/jobs/shop-mig"
OUTPUTS: dict[str, JsonValue] = {
    "resource_group": "rg-shop",
    "container_app": "shop",
    "migrate_job": "shop-mig",
}
VERSIONS = {"2024-03-01", "2023-11-02-preview"}
LINES = f"Traceback (most recent call last):\npostgresql://app:{CANARY}@db/shop: no table orders\n"


def a_service(url: str) -> Service:
    secrets = {
        "ARM_SUBSCRIPTION_ID": ID,
        "ARM_TENANT_ID": ID,
        "ARM_CLIENT_ID": ID,
        "ARM_CLIENT_SECRET": CANARY,
    }
    return Service(
        target=Target.AZURE,
        outputs=OUTPUTS,
        secrets={name: SecretStr(value) for name, value in secrets.items()},
        endpoint=url,
    )


class ContainerApps:
    """The app `shop` in one of the two modes, and its job."""

    def __init__(self, mode: str = "Multiple") -> None:
        self.mode = mode
        self.url = ""
        self.template: dict[str, Any] = {
            "revisionSuffix": "",
            "containers": [{"name": "backend", "image": FIRST, "env": [{"name": "PORT"}]}],
            "scale": {"minReplicas": 1},
        }
        self.traffic: list[dict[str, Any]] = [{"latestRevision": True, "weight": 100}]
        self.revisions = [self.template]
        self.active = {1}
        self.looks = 9
        self.started: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        if path.endswith("/oauth2/v2.0/token"):
            return Answer(200, TOKEN)
        bearer = asked.headers.get("Authorization", "")
        if path.startswith("/logs/"):
            return Answer(200, LINES) if bearer == "Bearer logs-only" else Answer(401, {})
        if bearer != "Bearer short-lived":
            return Answer(401, {"error": {"message": "no token"}})
        if query.removeprefix("api-version=") not in VERSIONS:
            return Answer(400, {"error": {"message": f"version {query}"}})
        return self._found(asked.method, path, json.loads(asked.body or "{}"))

    def _found(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        newest = f"{APP}/revisions/{self._name(len(self.revisions))}"
        found: Callable[[], dict[str, Any]] | None = {
            f"GET {APP}": self._app,
            f"PATCH {APP}": lambda: self._change(body["properties"]),
            f"GET {APP}/revisions": lambda: {
                "value": [self._revision(one + 1) for one in range(len(self.revisions))]
            },
            f"GET {newest}": lambda: self._revision(len(self.revisions)),
            f"GET {newest}/replicas": self._replicas,
            f"POST {APP}/getAuthToken": lambda: {"properties": {"token": "logs-only"}},
            f"POST {JOB}/getAuthToken": lambda: {"properties": {"token": "logs-only"}},
            f"GET {JOB}": self._job,
            f"POST {JOB}/start": lambda: self._start(body),
            f"GET {JOB}/executions/e1": self._execution,
            f"GET {JOB}/executions/e1/replicas": lambda: {"value": [self._replica("migrate", 0)]},
        }.get(f"{method} {path}")
        if found is not None:
            return Answer(200, found())
        if method == "POST" and path.endswith("/deactivate"):
            self.active.discard(int(path.split("/")[-2][-1]))
            return Answer(200, "")
        return Answer(404, {"error": {"message": f"{method} {path} is not there"}})

    @staticmethod
    def _name(number: int) -> str:
        return f"shop--000000{number}"

    def _image(self) -> str:
        return str(self.template["containers"][0]["image"])

    def _is_well(self) -> bool:
        return not any(word in self._image() for word in ("crashes", "hopeless"))

    def _weight(self, number: int) -> int:
        newest = number == len(self.revisions)
        return sum(
            one["weight"]
            for one in self.traffic
            if (newest if one.get("latestRevision") else one["revisionName"] == self._name(number))
        )

    def _app(self) -> dict[str, Any]:
        self.looks += 1
        newest = len(self.revisions)
        ready = newest if self._is_well() and self.looks > 2 else max(1, newest - 1)
        return {
            "name": "shop",
            "properties": {
                "provisioningState": "Succeeded" if self.looks > 1 else "InProgress",
                "latestRevisionName": self._name(newest),
                "latestReadyRevisionName": self._name(ready),
                "configuration": {
                    "activeRevisionsMode": self.mode,
                    "ingress": {"traffic": self.traffic},
                },
                "template": self.template,
            },
        }

    def _change(self, properties: dict[str, Any]) -> dict[str, Any]:
        if "configuration" in properties:
            self.traffic = properties["configuration"]["ingress"]["traffic"]
        template = properties.get("template")
        if template and template != self.template:
            self.template, self.looks = template, 0
            self.revisions.append(template)
            self.active.add(len(self.revisions))
        return {"name": "shop", "properties": {}}

    def _revision(self, number: int) -> dict[str, Any]:
        ready = number < len(self.revisions) or (self._is_well() and self.looks > 2)
        hopeless = number == len(self.revisions) and "hopeless" in self._image()
        return {
            "name": self._name(number),
            "properties": {
                "active": number in self.active,
                "trafficWeight": self._weight(number),
                "template": self.revisions[number - 1],
                "provisioningState": "Failed" if hopeless else "Provisioned",
                "provisioningError": "The image cannot be pulled." if hopeless else "",
                "healthState": "Healthy" if ready else "Unhealthy",
                "runningState": "RunningAtMaxScale" if ready else "Processing",
                "replicas": 1,
            },
        }

    def _replicas(self) -> dict[str, Any]:
        restarts = self.looks if "crashes" in self._image() else 0
        return {"value": [self._replica("backend", restarts)]}

    def _replica(self, container: str, restarts: int) -> dict[str, Any]:
        return {
            "name": "shop-5d9c-x2x",
            "properties": {
                "containers": [
                    {
                        "name": container,
                        "restartCount": restarts,
                        "runningStateDetails": "Container crashing",
                        "logStreamEndpoint": f"{self.url}/logs/{container}",
                    }
                ]
            },
        }

    def _job(self) -> dict[str, Any]:
        container = {
            "name": "migrate",
            "image": FIRST,
            "command": ["alembic", "upgrade", "head"],
            "env": [{"name": "DATABASE_URL", "secretRef": "database-url"}],
            "resources": {"cpu": 0.5, "memory": "1Gi", "ephemeralStorage": "2Gi"},
            "probes": [],
            "imageType": "ContainerImage",
        }
        return {"name": "shop-mig", "properties": {"template": {"containers": [container]}}}

    def _start(self, body: dict[str, Any]) -> dict[str, Any]:
        self.started.append(body)
        self.looks = 0
        return {"name": "e1", "id": f"{JOB}/executions/e1"}

    def _execution(self) -> dict[str, Any]:
        self.looks += 1
        bad = "no-tables" in self.started[-1]["containers"][0]["image"]
        end = "Failed" if bad else "Succeeded"
        status = end if self.looks > 1 else "Running"
        return {"name": "e1", "properties": {"status": status}}
