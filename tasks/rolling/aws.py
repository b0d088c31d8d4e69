"""Amazon ECS: a new revision of the task definition, one task for the migrations, and the service followed."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from blocks.aws import REFUSED, AwsAccount, client, reaching
from stackwright.deployment.health import LOG_LINES, Judgement
from stackwright.deployment.rolling import ecs, ecs_switch
from stackwright.deployment.rolling.look import Look, failed, hide
from stackwright.errors import ProjectError
from tasks.rolling.following import follow, must_be_done
from tasks.rolling.served import SIGNED_WITH, Service, Tell


def running(service: Service) -> str:
    """The image that visitors meet; empty: there is no such service."""
    if not service.find("service"):
        return ""
    api = _api(service)
    with _asking(service, "Looking at the service"):
        found = _described(api, service)
        definition = _switched_to(api, service, found) or ecs.serving(found)
        if not definition:
            return ""
        return ecs.image_of(
            api.describe_task_definition(taskDefinition=definition)["taskDefinition"],
            service.text("container"),
        )


def migrate(service: Service, image: str, tell: Tell, *, budget_s: float) -> None:
    """Run the migrations of an image to their end, as one task with all that the back end has.

    Raises:
        ProjectError: ECS does not start them, or they fail (HTTP 409).
    """
    api, container = _api(service), service.text("container")
    _fill_secret(service)
    with _asking(service, "Starting the migrations"):
        definition = _registered(api, service, image)
        answer = api.run_task(**_order(service, definition["taskDefinitionArn"], container))
    if answer.get("failures") or not answer.get("tasks"):
        why = "; ".join(str(one.get("reason", "")) for one in answer.get("failures", ()))
        raise ProjectError(
            f"ECS does not start the migrations: {hide(why, service.hidden()) or 'no reason given'}.",
            hint="Has the account room for one more task?",
            http_status=409,
        )
    task = str(answer["tasks"][0]["taskArn"])

    def look() -> Look:
        with _asking(service, "Looking at the migrations"):
            found = api.describe_tasks(cluster=service.text("cluster"), tasks=[task])["tasks"]
        return ecs.read_task(found[0], container) if found else failed("ECS has forgotten it.")

    must_be_done(
        "The migration",
        follow(
            service,
            look,
            lambda seen: _lines(service, definition, seen.log),
            tell,
            action="migrate",
            budget_s=budget_s,
        ),
    )


def roll_out(service: Service, image: str, tell: Tell, *, budget_s: float) -> Judgement:
    """Let the service run this image, and follow it until it is steady or will not be.

    Raises:
        ProjectError: ECS refuses it, or does not answer.
    """
    api, cluster, name = _api(service), service.text("cluster"), service.text("service")
    _fill_secret(service)
    with _asking(service, "Rolling the release out"):
        definition = _registered(api, service, image)
        arn = str(definition["taskDefinitionArn"])
        found = _described(api, service)
        switches = ecs_switch.switches(found)
        last = ecs_switch.newest(_switches(api, service)) if switches else None
        told = ecs.order(found, arn, is_given_up=ecs_switch.is_given_up(last))
        if told is not None:
            api.update_service(cluster=cluster, service=name, **told)
        before = str(last["serviceDeploymentArn"]) if last and told else ""

    def look() -> Look:
        with _asking(service, "Looking at the service"):
            if switches:
                return _look_at_switch(api, service, arn, before)
            found = _described(api, service)
            ours = ecs.deployment_of(found, arn)
            is_well = ours and not ours.get("failedTasks") and ours.get("rolloutState") != "FAILED"
            return ecs.read(found, arn, [] if is_well else _stopped(api, cluster, name))

    return follow(
        service,
        look,
        lambda seen: _lines(service, definition, seen.log),
        tell,
        action="roll_out",
        budget_s=budget_s,
    )


def _fill_secret(service: Service) -> None:
    """Put a key into the place that the stack made for it, unless something lies there: nothing starts without one."""
    place = service.find("application_secret")
    if not isinstance(place, str) or not place:
        return
    api = _api(service, "secretsmanager")
    with _asking(service, "Making the key that signs sign-ins"):
        if not api.describe_secret(SecretId=place).get("VersionIdsToStages"):
            value = json.dumps({SIGNED_WITH: secrets.token_urlsafe(48)})
            api.put_secret_value(SecretId=place, SecretString=value)


def _look_at_switch(api: Any, service: Service, definition: str, before: str) -> Look:
    newest = ecs_switch.newest(_switches(api, service))
    arn = newest["serviceDeploymentArn"] if newest else before
    last = _switch(api, arn) if arn != before else None
    if last is None:
        return ecs_switch.read(None, is_ours=False, stopped=())
    brings = _definition_of(api, last["targetServiceRevision"]["arn"])
    breaker = last.get("deploymentCircuitBreaker") or {}
    is_well = last["status"] in {*ecs_switch.GOES_ON, "SUCCESSFUL"} and not breaker.get(
        "failureCount"
    )
    tasks = [] if is_well else _stopped(api, service.text("cluster"), service.text("service"))
    ours = [one for one in tasks if one.get("taskDefinitionArn") == definition]
    return ecs_switch.read(last, is_ours=brings == definition, stopped=ours)


def _switched_to(api: Any, service: Service, found: dict[str, Any]) -> str:
    """The task definition that all visitors were switched to last; empty: ECS does not switch this service."""
    if not ecs_switch.switches(found):
        return ""
    good = ecs_switch.newest(_switches(api, service), "SUCCESSFUL")
    return _definition_of(api, good["targetServiceRevisionArn"]) if good else ""


def _switch(api: Any, arn: str) -> dict[str, Any] | None:
    found = api.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return found[0] if found else None


def _switches(api: Any, service: Service) -> list[dict[str, Any]]:
    answer = api.list_service_deployments(
        cluster=service.text("cluster"), service=service.text("service")
    )
    found: list[dict[str, Any]] = answer["serviceDeployments"]
    return found


def _definition_of(api: Any, revision: str) -> str:
    found = api.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    return str(found[0]["taskDefinition"]) if found else ""


def _registered(api: Any, service: Service, image: str) -> dict[str, Any]:
    """The newest task definition, which has this image now."""
    family = service.text("task_family")
    found = api.describe_task_definition(taskDefinition=family, include=["TAGS"])
    newest: dict[str, Any] = found["taskDefinition"]
    order = ecs.next_revision(newest, found.get("tags", ()), service.text("container"), image)
    if order is None:
        return newest
    made: dict[str, Any] = api.register_task_definition(**order)["taskDefinition"]
    return made


def _order(service: Service, definition: str, container: str) -> dict[str, Any]:
    network = {
        "subnets": service.find("task_subnets") or [],
        "securityGroups": [service.text("task_security_group")],
        "assignPublicIp": "DISABLED",
    }
    return {
        "cluster": service.text("cluster"),
        "taskDefinition": definition,
        "count": 1,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": network},
        "overrides": {"containerOverrides": [{"name": container, "command": [*ecs.MIGRATE]}]},
        "propagateTags": "TASK_DEFINITION",
        "startedBy": "migrate",
    }


def _described(api: Any, service: Service) -> dict[str, Any]:
    """The service as ECS describes it; empty: there is none."""
    answer = api.describe_services(
        cluster=service.text("cluster"), services=[service.text("service")]
    )
    found: dict[str, Any] = next(iter(answer["services"]), {})
    return {} if found.get("status") == "INACTIVE" else found


def _stopped(api: Any, cluster: str, name: str) -> list[dict[str, Any]]:
    """Tasks that have ended, newest first."""
    arns = api.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    if not arns:
        return []
    found = api.describe_tasks(cluster=cluster, tasks=arns[:100])["tasks"]
    return sorted(found, key=lambda one: str(one.get("stoppedAt", "")), reverse=True)


def _lines(service: Service, definition: dict[str, Any], task: str) -> Sequence[str]:
    stream = ecs.stream_of(definition, service.text("container"), task) if task else None
    if stream is None:
        return ()
    with _asking(service, "Reading the log"):
        answer = _api(service, "logs").get_log_events(
            logGroupName=stream.group,
            logStreamName=stream.name,
            limit=LOG_LINES,
            startFromHead=False,
        )
    return [line for one in answer["events"] for line in str(one["message"]).splitlines()]


def _api(service: Service, name: str = "ecs") -> Any:
    return client(_account(service), name)


def _account(service: Service) -> AwsAccount:
    return AwsAccount(
        region=service.credential("AWS_REGION"),
        key_id=service.secret("AWS_ACCESS_KEY_ID"),
        key=service.secrets.get("AWS_SECRET_ACCESS_KEY"),
        token=service.secrets.get("AWS_SESSION_TOKEN"),
        endpoint=service.endpoint or service.secret("AWS_ENDPOINT_URL"),
    )


@contextmanager
def _asking(service: Service, what: str) -> Iterator[None]:
    """Turn what AWS refuses into a sentence without secrets."""
    try:
        with reaching(_account(service), what):
            yield
    except ProjectError as error:
        hidden, cause = service.hidden(), getattr(error.__cause__, "response", {})
        status = cause.get("ResponseMetadata", {}).get("HTTPStatusCode", 502)
        code = str(cause.get("Error", {}).get("Code", ""))
        is_final = 400 <= status < 500 and "Throttling" not in code  # asking again does not help
        raise ProjectError(
            hide(error.message, hidden),
            hint=hide(error.hint, hidden),
            http_status=403 if code in REFUSED else 422 if is_final else 502,
        ) from None
