"""Cloud Run on this machine, as far as a release meets it: one service, one job, their revisions and lines.

Time passes by being looked at. An image named `crashes` never becomes ready, `no-tables` cannot be migrated.
"""

import json
from typing import Any

from pydantic import JsonValue, SecretStr

from stackwright.deployment.options.place import Target
from tasks.rolling import Service
from tests.blocks.providers import CANARY, FIELDS, TOKEN
from tests.blocks.standin import Answer, Asked

FIRST = "europe-west3-docker.pkg.dev/shop-4711/shop/shop:1"
HOME = "projects/shop-4711/locations/europe-west3"
SERVICE, JOB = f"{HOME}/services/shop", f"{HOME}/jobs/shop-migrate"
OUTPUTS: dict[str, JsonValue] = {
    "roll_out": {
        "project": "shop-4711",
        "region": "europe-west3",
        "service": "shop",
        "container": "app",
        "job": "shop-migrate",
    }
}
PROXY = {"name": "database-proxy", "image": "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2"}
LINES = (
    "Traceback (most recent call last):",
    f"postgresql://app:{CANARY}@db/shop: no table orders",
)


def a_service(url: str) -> Service:
    fields = FIELDS["stackwright-gcp"](url)
    secrets = {
        "GOOGLE_CREDENTIALS": fields["key"],
        "GOOGLE_PROJECT": "shop-4711",
        "GOOGLE_REGION": "europe-west3",
    }
    return Service(
        target=Target.GCP,
        outputs=OUTPUTS,
        secrets={name: SecretStr(value) for name, value in secrets.items()},
        endpoint=url,
    )


class CloudRun:
    """The service `shop` and its job."""

    def __init__(self) -> None:
        self.template: dict[str, Any] = {
            "serviceAccount": "shop@shop-4711.iam.gserviceaccount.com",
            "containers": [{"name": "app", "image": FIRST, "env": [{"name": "PORT"}]}, PROXY],
        }
        self.job: dict[str, Any] = {
            "taskCount": 1,
            "template": {"maxRetries": 0, "containers": [{"name": "migrate", "image": FIRST}]},
        }
        self.revisions = [self.template]
        self.ready = 1
        self.looks = 0
        self.runs = 0
        self.tokens = 0
        self.is_expired = False
        self.outages: list[bool] = []

    def answer(self, asked: Asked) -> Answer:
        path, _, query = asked.path.partition("?")
        if path == "/token":
            self.tokens += 1
            self.is_expired = False
            return Answer(200, TOKEN)
        if asked.headers.get("Authorization") != "Bearer short-lived" or self.is_expired:
            return Answer(401, {"error": {"message": "The token has ended."}})
        if self.outages and self.outages.pop(0):
            return Answer(503, {"error": {"message": "in a moment"}})
        body = json.loads(asked.body or "{}")
        what = f"{asked.method} {path}"
        if asked.method == "PATCH" and query != "updateMask=template":
            return Answer(400, {"error": {"message": f"mask {query}"}})
        if path == "/v2/entries:list":
            kept = body["filter"].rpartition("=")[2].strip('"')
            return Answer(
                200, {"entries": [{"textPayload": f"{kept}: {one}"} for one in LINES[::-1]]}
            )
        found = {
            f"GET /v2/{SERVICE}": self._service,
            f"PATCH /v2/{SERVICE}": lambda: self._change(body["template"]),
            f"GET /v2/{JOB}": lambda: {"name": JOB, "template": self.job},
            f"PATCH /v2/{JOB}": lambda: self._give(body["template"]),
            f"POST /v2/{JOB}:run": self._run,
            f"GET /v2/{HOME}/operations/job": lambda: {"done": True, "response": {}},
            f"GET /v2/{JOB}/executions/e1": self._execution,
        }.get(what)
        if found is not None:
            return Answer(200, found())
        number = path.removeprefix(f"/v2/{SERVICE}/revisions/shop-")
        if asked.method == "GET" and number.isdecimal():
            return Answer(200, self.revisions[int(number) - 1])
        return Answer(404, {"error": {"message": f"{what} is not there"}})

    def _image(self) -> str:
        return str(self.template["containers"][0]["image"])

    def _service(self) -> dict[str, Any]:
        self.looks += 1
        newest = len(self.revisions)
        settled = newest == self.ready or self.looks > 2
        crashes = "crashes" in self._image()
        if settled and not crashes:
            self.ready = newest
        state = "CONDITION_FAILED" if crashes else "CONDITION_SUCCEEDED"
        said = (
            f"Revision 'shop-{newest}' is not ready and cannot serve traffic. Logs URL: https://x"
        )
        return {
            "name": SERVICE,
            "generation": str(newest),
            "observedGeneration": str(newest if settled else newest - 1),
            "template": self.template,
            "reconciling": not settled,
            "latestCreatedRevision": f"{SERVICE}/revisions/shop-{newest}",
            "latestReadyRevision": f"{SERVICE}/revisions/shop-{self.ready}",
            "terminalCondition": {
                "type": "Ready",
                "state": state if settled else "CONDITION_RECONCILING",
                "message": said if crashes or not settled else "",
            },
        }

    def _change(self, template: dict[str, Any]) -> dict[str, Any]:
        if template != self.template:
            self.template, self.looks = template, 0
            self.revisions.append(template)
        return {"name": f"{HOME}/operations/service"}

    def _give(self, template: dict[str, Any]) -> dict[str, Any]:
        self.job = template
        return {"name": f"{HOME}/operations/job"}

    def _run(self) -> dict[str, Any]:
        self.runs += 1
        return {"name": f"{HOME}/operations/run", "metadata": {"name": f"{JOB}/executions/e1"}}

    def _execution(self) -> dict[str, Any]:
        self.looks += 1
        image = self.job["template"]["containers"][0]["image"]
        ended = self.looks > 1
        state = "CONDITION_FAILED" if "no-tables" in image else "CONDITION_SUCCEEDED"
        message = "Task shop-migrate-0 failed with exit code: 1" if "no-tables" in image else ""
        completed = {"type": "Completed", "state": state, "message": message}
        return {"name": f"{JOB}/executions/e1", "conditions": [completed] if ended else []}
