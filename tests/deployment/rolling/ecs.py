"""Amazon ECS on this machine, as far as a release meets it: task definitions, one service, tasks and their lines.

Time passes by being looked at: each description of the service is one step further. What an image does is in its
name: `crashes` ends at once, `unwell` starts and never answers, `no-tables` cannot be migrated; all others are well.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from pydantic import SecretStr

from stackwright.deployment.options.place import Target
from tasks.rolling import Service
from tests.blocks.standin import Answer, Asked, StandIn, standing_in

CANARY = "canary-2f1b-must-not-be-seen"
ACCOUNT = "arn:aws:ecs:eu-central-1:123456789012"
OUTPUTS = {
    "cluster": "shop-staging",
    "service": "shop-staging",
    "task_family": "shop-staging",
    "container": "backend",
    "task_subnets": ["subnet-1", "subnet-2"],
    "task_security_group": "sg-1",
    "log_group": "/ecs/shop-staging",
    "application_secret": "shop-staging/application",
}
FIRST = "registry.example/shop:1"
GIVES_UP = 3  # tasks that end before ECS goes back
LINES = (
    "Traceback (most recent call last):",
    f"postgresql://app:{CANARY}@db/shop: no table orders",
)


def a_service(url: str, outputs: Mapping[str, Any] = OUTPUTS) -> Service:
    secrets = {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": CANARY,
        "AWS_ENDPOINT_URL": url,
    }
    return Service(
        target=Target.AWS,
        outputs=dict(outputs),
        secrets={name: SecretStr(value) for name, value in secrets.items()},
    )


class Deployed(NamedTuple):
    """A deployment of the service, and how many tasks of it have ended."""

    id: str
    definition: str
    state: str
    reason: str = ""
    runs: int = 0
    ended: int = 0


class Ecs:
    """One cluster with one service of two tasks; any name is its name."""

    def __init__(self, image: str = FIRST, strategy: str = "ROLLING") -> None:
        self.strategy = strategy
        self.definitions: list[dict[str, Any]] = []
        self.tags = [{"key": "project", "value": "shop"}]
        self.register(
            {
                "family": "shop-staging",
                "cpu": "256",
                "containerDefinitions": [
                    {
                        "name": "backend",
                        "image": image,
                        "entryPoint": ["python", "-c", "start"],
                        "environment": [{"name": "PORT", "value": "8000"}],
                        "logConfiguration": {
                            "logDriver": "awslogs",
                            "options": {
                                "awslogs-group": "/ecs/shop-staging",
                                "awslogs-region": "eu-central-1",
                                "awslogs-stream-prefix": "backend",
                            },
                        },
                    },
                    {"name": "pages", "image": "registry.example/pages:1"},
                ],
            }
        )
        self.deployments = [Deployed("ecs-svc/1", self.arn(1), "COMPLETED", runs=2)]
        self.switches = [Deployed("1", self.arn(1), "SUCCESSFUL", runs=2)]
        self.hides = False  # the newest of them, once: ECS takes a moment to begin it
        self.secrets: list[str] = []
        self.tasks: list[dict[str, Any]] = []
        self.migrated: list[dict[str, Any]] = []

    def arn(self, revision: int) -> str:
        return f"{ACCOUNT}:task-definition/shop-staging:{revision}"

    def register(self, definition: dict[str, Any]) -> dict[str, Any]:
        number = len(self.definitions) + 1
        made = {
            **definition,
            "taskDefinitionArn": self.arn(number),
            "revision": number,
            "status": "ACTIVE",
            "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.task-eni"}],
            "compatibilities": ["EC2", "FARGATE"],
            "registeredAt": 1.0,
        }
        self.definitions.append(made)
        return made

    def image(self, definition: str) -> str:
        found = self.find(definition)
        return str(found["containerDefinitions"][0]["image"])

    def find(self, definition: str) -> dict[str, Any]:
        number = definition.rpartition(":")[2] if ":" in definition else ""
        return self.definitions[int(number) - 1 if number else -1]

    def answer(self, asked: Asked) -> Answer:
        target = asked.headers.get("X-Amz-Target", "")
        what = target.rpartition(".")[2]
        if "AWS4-HMAC-SHA256" not in asked.headers.get("Authorization", ""):
            return Answer(403, {"__type": "AccessDeniedException", "message": "unsigned"})
        effect: Callable[[dict[str, Any]], Any] | None = {
            "DescribeTaskDefinition": lambda body: {
                "taskDefinition": self.find(body["taskDefinition"]),
                "tags": self.tags,
            },
            "RegisterTaskDefinition": lambda body: {"taskDefinition": self.register(body)},
            "DescribeServices": lambda _: {"services": [self._looked_at()]},
            "UpdateService": self._update,
            "ListTasks": lambda _: {"taskArns": [one["taskArn"] for one in self.tasks]},
            "DescribeTasks": lambda body: {"tasks": self._found(body["tasks"])},
            "DescribeSecret": lambda _: {
                "VersionIdsToStages": {"v1": ["AWSCURRENT"]} if self.secrets else {}
            },
            "PutSecretValue": self._put,
            "RunTask": self._run,
            "ListServiceDeployments": lambda _: {"serviceDeployments": self._begun()},
            "DescribeServiceDeployments": lambda body: {
                "serviceDeployments": [self._switching(body["serviceDeploymentArns"][0])]
            },
            "DescribeServiceRevisions": lambda body: {
                "serviceRevisions": [
                    {"taskDefinition": self._switch(body["serviceRevisionArns"][0]).definition}
                ]
            },
            "GetLogEvents": lambda body: {
                "events": [{"message": f"{body['logStreamName']}: {one}"} for one in LINES]
            },
        }.get(what)
        if effect is None:
            return Answer(400, {"__type": "UnknownOperationException", "message": what})
        return Answer(200, effect(json.loads(asked.body)))

    def _put(self, body: dict[str, Any]) -> dict[str, Any]:
        self.secrets.append(body["SecretString"])
        return {}

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        definition = body.get("taskDefinition", self.deployments[0].definition)
        new = Deployed(f"ecs-svc/{len(self.definitions)}", definition, "IN_PROGRESS")
        if self.strategy == "ROLLING":
            self.deployments = [new, *self.deployments]
        else:
            self.deployments = [new._replace(runs=2)]
            number = str(len(self.switches) + 1)
            self.switches.append(Deployed(number, definition, "IN_PROGRESS"))
            self.hides = True
        return {"service": self._described()}

    def _looked_at(self) -> dict[str, Any]:
        seen = self._described()
        new = self.deployments[0]
        image = self.image(new.definition)
        if new.state != "IN_PROGRESS" or self.strategy != "ROLLING":
            return seen
        if "crashes" in image or "unwell" in image:
            ended = new.ended + 1
            self.tasks.insert(0, self._ended(new, ended, crashed="crashes" in image))
            self.deployments[0] = new._replace(ended=ended)
            if ended == GIVES_UP:
                self._go_back()
        elif new.runs < 2:
            self.deployments[0] = new._replace(runs=new.runs + 1)
        else:
            self.deployments = [new._replace(state="COMPLETED")]
        return seen

    def _go_back(self) -> None:
        bad, old = self.deployments[0], self.deployments[1]
        why = f"ECS deployment circuit breaker: rolling back to deploymentId {old.id}."
        self.deployments = [
            old._replace(id="ecs-svc/back", state="IN_PROGRESS", reason=why),
            bad._replace(
                state="FAILED", reason="ECS deployment circuit breaker: tasks failed to start."
            ),
        ]

    def _ended(self, of: Deployed, number: int, *, crashed: bool) -> dict[str, Any]:
        code = {"exitCode": 3} if crashed else {}
        return {
            "taskArn": f"{ACCOUNT}:task/shop-staging/{of.id[8:]}0{number}",
            "taskDefinitionArn": of.definition,
            "startedBy": of.id,
            "lastStatus": "STOPPED",
            "stopCode": "EssentialContainerExited" if crashed else "ServiceSchedulerInitiated",
            "stoppedReason": "Essential container in task exited"
            if crashed
            else "Task failed ELB health checks in (target-group shop)",
            "stoppedAt": float(number),
            "containers": [{"name": "backend", **code}, {"name": "pages", "exitCode": 0}],
        }

    def _described(self) -> dict[str, Any]:
        return {
            "serviceName": "shop-staging",
            "status": "ACTIVE",
            "desiredCount": 2,
            "deploymentConfiguration": {"strategy": self.strategy},
            "taskDefinition": self.deployments[0].definition,
            "deployments": [
                {
                    "id": one.id,
                    "status": "PRIMARY" if place == 0 else "ACTIVE",
                    "taskDefinition": one.definition,
                    "desiredCount": 2,
                    "runningCount": one.runs,
                    "failedTasks": one.ended,
                    **(
                        {"rolloutState": one.state, "rolloutStateReason": one.reason}
                        if self.strategy == "ROLLING"
                        else {}
                    ),
                }
                for place, one in enumerate(self.deployments)
            ],
        }

    def _switch(self, arn: str) -> Deployed:
        return self.switches[int(arn.rpartition("/")[2]) - 1]

    def _begun(self) -> list[dict[str, Any]]:
        shown = self.switches[: len(self.switches) - self.hides]
        self.hides = False
        return [
            {
                "serviceDeploymentArn": f"{ACCOUNT}:service-deployment/shop/{one.id}",
                "targetServiceRevisionArn": f"{ACCOUNT}:service-revision/shop/{one.id}",
                "status": one.state,
                "createdAt": float(one.id),
            }
            for one in shown
        ]

    def _switching(self, arn: str) -> dict[str, Any]:
        one = self._switch(arn)
        if one.state == "IN_PROGRESS" and "crashes" in self.image(one.definition):
            one = one._replace(ended=one.ended + 1)
            self.tasks.insert(0, self._ended(one, one.ended, crashed=True))
            if one.ended == GIVES_UP:
                one = one._replace(state="ROLLBACK_SUCCESSFUL", reason="The breaker was triggered.")
        elif one.state == "IN_PROGRESS":
            done = one.runs == 2
            one = one._replace(state="SUCCESSFUL") if done else one._replace(runs=one.runs + 1)
        self.switches[int(one.id) - 1] = one
        return {
            "serviceDeploymentArn": arn,
            "targetServiceRevision": {
                "arn": f"{ACCOUNT}:service-revision/shop/{one.id}",
                "requestedTaskCount": 2,
                "runningTaskCount": one.runs,
            },
            "status": one.state,
            "statusReason": one.reason,
            "lifecycleStage": "SCALE_UP" if one.runs < 2 else "PRODUCTION_TRAFFIC_SHIFT",
            "createdAt": float(one.id),
            "deploymentCircuitBreaker": {"failureCount": one.ended},
        }

    def _run(self, body: dict[str, Any]) -> dict[str, Any]:
        self.migrated.append(body)
        task = f"{ACCOUNT}:task/shop-staging/migrate{len(self.migrated)}"
        return {"tasks": [{"taskArn": task, "lastStatus": "PROVISIONING"}], "failures": []}

    def _found(self, arns: list[str]) -> list[dict[str, Any]]:
        known = {one["taskArn"]: one for one in self.tasks}
        return [known.get(one) or self._migrating(one) for one in arns]

    def _migrating(self, arn: str) -> dict[str, Any]:
        image = self.image(self.migrated[-1]["taskDefinition"])
        code = 1 if "no-tables" in image else 0
        return {
            "taskArn": arn,
            "lastStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "containers": [{"name": "backend", "exitCode": code}],
        }


@contextmanager
def a_cluster(ecs: Ecs) -> Iterator[StandIn]:
    with standing_in({}, ecs.answer) as found:
        yield found
