"""App Platform on this machine, as far as a release meets it: one app, its deployments and their lines.

Time passes by being looked at. With an image tagged `crashes` the service does not start, with `no-tables` the
migrations before the switch fail.
"""

import copy
import json
from typing import Any

from pydantic import JsonValue, SecretStr

from stackwright.deployment.options.place import Target
from tasks.rolling import Service
from tests.blocks.providers import CANARY
from tests.blocks.standin import Answer, Asked

APP = "/v2/apps/4f6c71e2"
FIRST = "registry.digitalocean.com/bookshop/shop:1"
OUTPUTS: dict[str, JsonValue] = {
    "roll_out": {
        "app": "4f6c71e2",
        "component": "app",
        "job": "migrate",
        "registry": "registry.digitalocean.com/bookshop",
    }
}
LINES = f"Traceback (most recent call last):\npostgresql://app:{CANARY}@db/shop: no table orders\n"
IMAGE = {"registry_type": "DOCR", "repository": "shop", "tag": "1"}
SECRET = {"key": "SECRET_KEY", "value": "EV[1:abc]", "scope": "RUN_TIME", "type": "SECRET"}


def a_service(url: str, **values: str) -> Service:
    return Service(
        target=Target.DIGITALOCEAN,
        outputs=OUTPUTS,
        secrets={"DIGITALOCEAN_TOKEN": SecretStr(CANARY)},
        values={name: SecretStr(value) for name, value in values.items()},
        endpoint=url,
    )


class AppPlatform:
    """The app of the shop."""

    def __init__(self) -> None:
        self.url = ""
        self.spec: dict[str, Any] = {
            "name": "shop",
            "region": "fra",
            "services": [
                {"name": "app", "image": IMAGE, "envs": [SECRET], "http_port": 8000},
                {"name": "pages", "image": IMAGE | {"repository": "pages"}},
            ],
            "jobs": [{"name": "migrate", "kind": "PRE_DEPLOY", "image": IMAGE}],
        }
        self.active = copy.deepcopy(self.spec)
        self.under_way = ""
        self.looks = 0

    def answer(self, asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        if path.startswith("/archive/"):
            return Answer(400 if "Authorization" in asked.headers else 200, LINES)
        if asked.headers.get("Authorization") != f"Bearer {CANARY}":
            return Answer(401, {"message": "Unable to authenticate you."})
        if path == APP and asked.method == "PUT":
            self.spec = json.loads(asked.body)["spec"]
            self.under_way, self.looks = "d2", 0
        if path == APP:
            return Answer(200, {"app": self._app()})
        if path == f"{APP}/deployments/d2" and asked.method == "GET":
            return Answer(200, {"deployment": self._deployment()})
        if path.startswith(f"{APP}/deployments/d2/components/"):
            urls = [f"{self.url}/archive/{path.split('/')[-2]}"] if query == "type=DEPLOY" else []
            return Answer(200, {"live_url": "", "historic_urls": urls})
        return Answer(404, {"message": f"{asked.method} {path} is not there"})

    def _app(self) -> dict[str, Any]:
        pending = {"pending_deployment": {"id": self.under_way}} if self.under_way else {}
        return {
            "id": "4f6c71e2",
            "spec": self.spec,
            "active_deployment": {"id": "d1", "phase": "ACTIVE", "spec": self.active},
            **pending,
        }

    def _deployment(self) -> dict[str, Any]:
        self.looks += 1
        tag = str(self.spec["services"][0]["image"].get("tag"))
        reasons = {
            "crashes": ("app", "Your container exited with a non-zero exit code"),
            "no-tables": ("migrate", "Your deploy job failed"),
        }
        is_bad, ended = tag in reasons, self.looks > 2
        if ended:
            self.under_way = ""
            self.active = self.active if is_bad else self.spec
        component, message = reasons.get(tag, ("app", ""))
        inner = {
            "name": "wait",
            "component_name": component,
            "message_base": "Waiting for service",
            "status": ("ERROR" if is_bad else "SUCCESS") if ended else "RUNNING",
            "reason": {"code": "DeployContainerExitNonZero", "message": message}
            if is_bad
            else None,
        }
        outer = {"name": "deploy", "status": inner["status"], "steps": [inner]}
        progress = {"total_steps": 6, "success_steps": self.looks, "steps": [outer]}
        phase = ("ERROR" if is_bad else "ACTIVE") if ended else "DEPLOYING"
        return {"id": "d2", "phase": phase, "progress": progress}
