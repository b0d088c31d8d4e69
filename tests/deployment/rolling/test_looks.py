"""What the answers of providers mean, as data."""

from typing import Any

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.health import Health
from stackwright.deployment.rolling import app_platform, cloud_run, container_apps, ecs
from stackwright.deployment.rolling.look import budget_s, hide, judge, last_lines, waiting

OURS = "arn:aws:ecs:eu-central-1:1:task-definition/shop:2"
OLD = OURS.replace(":2", ":1")


def deployed(definition: str = OURS, status: str = "PRIMARY", **more: Any) -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{definition[-1]}",
        "status": status,
        "taskDefinition": definition,
        "desiredCount": 2,
        "runningCount": 0,
        "rolloutState": "IN_PROGRESS",
        **more,
    }


def ended(code: str = "EssentialContainerExited", **more: Any) -> dict[str, Any]:
    task = {"taskArn": "arn:…:task/shop/77", "startedBy": "ecs-svc/2", "stopCode": code}
    return task | {"containers": [{"name": "backend", "exitCode": 137}], **more}


PULL = {"stoppedReason": "CannotPullContainerError: not found", "containers": []}
SCALED = {"stoppedReason": "Scaling activity initiated by (deployment ecs-svc/1)"}
BACK = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."


@pytest.mark.parametrize(
    ("deployments", "stopped", "health", "sentence"),
    [
        (
            [deployed(runningCount=2, rolloutState="COMPLETED")],
            [],
            "healthy",
            "2 instances of it run.",
        ),
        (
            [deployed(runningCount=1), deployed(OLD, "ACTIVE", runningCount=2)],
            [],
            "waiting",
            "1 of 2 instances run, 2 of the one before.",
        ),
        (
            [deployed()],
            [ended()],
            "waiting",
            "0 of 2 instances run. backend ended with exit code 137.",
        ),
        (
            [deployed()],
            [ended(), ended()],
            "failed",
            "It does not stay up: backend ended with exit",
        ),
        (
            [deployed()],
            [ended("TaskFailedToStart", **PULL)] * 2,
            "failed",
            "CannotPullContainerError",
        ),
        ([deployed()], [ended("ServiceSchedulerInitiated", **SCALED)] * 3, "waiting", "0 of 2"),
        ([deployed()], [ended(startedBy="ecs-svc/1")] * 3, "waiting", "0 of 2"),
        (
            [deployed(OLD, rolloutStateReason=BACK), deployed(status="ACTIVE")],
            [ended()],
            "failed",
            "rolling back to deploymentId ecs-svc/1. backend ended",
        ),
        (
            [deployed(OLD), deployed(status="DRAINING", rolloutState="FAILED")],
            [],
            "failed",
            "ECS gave it up.",
        ),
        (
            [deployed(OLD, rolloutState="COMPLETED")],
            [],
            "failed",
            "ECS has gone back to the release",
        ),
    ],
)
def test_a_service_of_ecs(
    deployments: list[dict[str, Any]], stopped: list[dict[str, Any]], health: str, sentence: str
) -> None:
    look = ecs.read({"serviceName": "shop", "deployments": deployments}, OURS, stopped)
    assert look.health == health
    assert sentence in look.sentence


def test_visitors_meet_the_last_release_that_came_to_its_end() -> None:
    deployments = [deployed(), deployed(OLD, "ACTIVE", rolloutState="COMPLETED")]
    assert ecs.serving({"deployments": deployments, "taskDefinition": OURS}) == OLD
    assert ecs.serving({"deployments": deployments[:1], "taskDefinition": OURS}) == OURS
    assert not ecs.serving({})


def test_what_has_failed_is_started_again_and_what_runs_is_left_alone() -> None:
    service = {"taskDefinition": OURS, "deployments": [deployed(rolloutState="FAILED")]}
    assert ecs.order(service, OURS) == {"forceNewDeployment": True}
    assert ecs.order(service, OLD) == {"taskDefinition": OLD}
    assert ecs.order(service | {"deployments": [deployed()]}, OURS) is None


def test_a_task_that_is_killed_says_by_what() -> None:
    task = ended(lastStatus="STOPPED", stoppedReason="OutOfMemoryError: killed.")
    look = ecs.read_task(task, "backend")
    assert look.sentence == "backend ended with exit code 137; OutOfMemoryError: killed."
    assert ecs.read_task(task | {"lastStatus": "PENDING"}, "backend").sentence == "It is pending."


def test_a_service_of_cloud_run_waits_until_its_change_is_seen() -> None:
    name = "projects/p/locations/l/services/shop"
    ready = {"state": "CONDITION_SUCCEEDED"}
    service = {
        "name": name,
        "generation": "3",
        "observedGeneration": "2",
        "latestCreatedRevision": f"{name}/revisions/shop-2",
        "latestReadyRevision": f"{name}/revisions/shop-2",
        "terminalCondition": ready,
    }
    assert cloud_run.read(service).health is Health.WAITING
    assert cloud_run.read(service | {"observedGeneration": "3"}).health is Health.HEALTHY


def test_a_revision_whose_instances_are_away_for_lack_of_visitors_is_well() -> None:
    app = {"name": "shop", "properties": {"provisioningState": "Succeeded"}}
    seen = {"provisioningState": "Provisioned", "healthState": "Healthy"}
    revision = {"name": "shop--1", "properties": seen | {"runningState": "ScaledToZero"}}
    assert container_apps.read(app, revision, []).health is Health.HEALTHY
    revision = {"name": "shop--1", "properties": seen | {"runningState": "ActivationFailed"}}
    assert container_apps.read(app, revision, []).sentence == "It cannot be started."
    app = {"name": "shop", "properties": {"provisioningState": "Failed"}}
    assert container_apps.read(app, None, []).health is Health.FAILED


@pytest.mark.parametrize(
    ("image", "block"),
    [
        ("nginx", {"registry_type": "DOCKER_HUB", "registry": "library", "repository": "nginx"}),
        (
            "docker.io/ada/shop:2",
            {"registry_type": "DOCKER_HUB", "registry": "ada", "repository": "shop", "tag": "2"},
        ),
        (
            "ghcr.io/ada/shop/api@sha256:ab",
            {
                "registry_type": "GHCR",
                "registry": "ada",
                "repository": "shop/api",
                "digest": "sha256:ab",
            },
        ),
        (
            "registry.digitalocean.com/ada/shop:2",
            {"registry_type": "DOCR", "repository": "shop", "tag": "2"},
        ),
    ],
)
def test_images_in_the_words_of_app_platform(image: str, block: dict[str, str]) -> None:
    found = app_platform.image_block(image)
    assert found == ({"tag": "latest"} if image == "nginx" else {}) | block
    if image != "nginx":
        back = app_platform.reference_of(found, "registry.digitalocean.com/ada")
        assert back == image.removeprefix("docker.io/")


def test_credentials_of_a_registry_stay_as_long_as_it_is_the_same() -> None:
    before = app_platform.image_block("ghcr.io/ada/shop:1") | {"registry_credentials": "EV[1:x]"}
    spec = {"services": [{"name": "app", "image": before}]}
    for image, kept in (("ghcr.io/ada/shop:2", True), ("ghcr.io/bob/shop:2", False)):
        made = app_platform.next_spec(spec, "app", "migrate", image, {})
        assert ("registry_credentials" in made["services"][0]["image"]) is kept


def test_what_is_on_its_way_when_time_is_up_has_failed() -> None:
    look = waiting("1 of 2 instances run.")
    assert judge(look, 59, 60).health is Health.WAITING
    late = judge(look, 60, 60)
    assert (late.health, late.left_s) == (Health.FAILED, 0)
    assert late.sentence == "It was not done within 60 s: 1 of 2 instances run."


def test_a_budget_has_room_for_health_drain_and_provider() -> None:
    assert budget_s(Deployment(name="shop")) == 300 + 2 * 120 + 2 * 30


def test_lines_lose_secrets_and_passwords() -> None:
    assert hide("redis://:pw@cache/0 and key-1", ["key-1"]) == "redis://:…@cache/0 and …"
    assert last_lines(["", "a\n", "  ", "b" * 900]) == ("a", "b" * 500)
