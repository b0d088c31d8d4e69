"""An image is carried to ECS: over HTTP to a cluster on this machine, and its task definitions to moto."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.aws import AwsAccount, client
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.health import Health
from stackwright.errors import ProjectError
from tasks.rolling import migrate, roll_out, running
from tests.blocks.standin import Answer, StandIn
from tests.deployment.rolling.ecs import CANARY, FIRST, OUTPUTS, Ecs, a_cluster, a_service

NEXT = "registry.example/shop:2"


def heard(_: Event) -> None:
    return


@pytest.fixture
def ecs() -> Ecs:
    return Ecs()


@pytest.fixture
def cloud(ecs: Ecs) -> Iterator[StandIn]:
    with a_cluster(ecs) as found:
        yield found


def calls(cloud: StandIn) -> list[str]:
    return [one.headers["X-Amz-Target"].rpartition(".")[2] for one in cloud.asked]


def test_a_new_image_serves_when_the_service_is_steady(ecs: Ecs, cloud: StandIn) -> None:
    service, told = a_service(cloud.url), list[Event]()
    assert running(service) == FIRST
    judged = roll_out(service, NEXT, told.append, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert judged.sentence == "2 instances of it run."
    assert running(service) == NEXT
    assert [one.seq for one in told] == [1, 2, 3, 4]
    assert told[0].message == "0 of 2 instances run, 2 of the one before."
    assert told[-1].type is EventType.DONE
    assert {(one.address, one.action) for one in told} == {("service", "roll_out")}


def test_only_the_image_of_the_container_changes(ecs: Ecs, cloud: StandIn) -> None:
    roll_out(a_service(cloud.url), NEXT, heard, budget_s=60)
    asked = next(one for one in cloud.asked if "Register" in one.headers["X-Amz-Target"])
    sent = json.loads(asked.body)
    before, after = ecs.definitions[0], sent["containerDefinitions"]
    assert after[0] == before["containerDefinitions"][0] | {"image": NEXT}
    assert after[1] == before["containerDefinitions"][1]
    assert sent["tags"] == ecs.tags
    assert sent.keys() == {"family", "cpu", "containerDefinitions", "tags"}


def test_what_runs_already_is_only_looked_at(cloud: StandIn) -> None:
    judged = roll_out(a_service(cloud.url), FIRST, heard, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert not {"RegisterTaskDefinition", "UpdateService"} & {*calls(cloud)}


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("shop:crashes", "It does not stay up: backend ended with exit code 3"),
        ("shop:unwell", "It does not stay up: Task failed ELB health checks"),
    ],
)
def test_a_release_that_does_not_stay_up_fails_at_once(
    ecs: Ecs, cloud: StandIn, image: str, sentence: str
) -> None:
    told = list[Event]()
    judged = roll_out(a_service(cloud.url), image, told.append, budget_s=600)
    assert judged.health is Health.FAILED
    assert judged.sentence.startswith(sentence)
    assert judged.log[0].startswith("backend/backend/202: Traceback")
    assert told[-1].type is EventType.FAILED
    seen = judged.model_dump_json() + "".join(one.model_dump_json() for one in told)
    assert CANARY not in seen
    assert ecs.deployments[0].ended < 4  # before ECS itself gave it up
    assert running(a_service(cloud.url)) == FIRST


def test_the_one_before_is_rolled_out_again_after_a_failure(ecs: Ecs, cloud: StandIn) -> None:
    service = a_service(cloud.url)
    roll_out(service, "shop:crashes", heard, budget_s=60)
    assert roll_out(service, FIRST, heard, budget_s=60).health is Health.HEALTHY
    assert running(service) == FIRST


def test_a_service_that_is_switched_as_a_whole(ecs: Ecs, cloud: StandIn) -> None:
    ecs.strategy = "BLUE_GREEN"
    service, told = a_service(cloud.url), list[Event]()
    assert running(service) == FIRST
    judged = roll_out(service, NEXT, told.append, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert running(service) == NEXT
    assert [one.message for one in told] == [
        "ECS has not begun it yet.",
        "The new instances start: 1 of 2 run.",
        "The visitors are switched: 2 of 2 run.",
        "All visitors meet it.",
    ]
    again = list[Event]()
    roll_out(service, NEXT, again.append, budget_s=60)
    assert [one.message for one in again] == ["All visitors meet it."]


def test_a_switch_that_fails_is_begun_anew_when_it_is_asked_for_again(
    ecs: Ecs, cloud: StandIn
) -> None:
    ecs.strategy = "BLUE_GREEN"
    service = a_service(cloud.url)
    for _ in range(2):
        judged = roll_out(service, "shop:crashes", heard, budget_s=60)
        assert judged.health is Health.FAILED
        assert judged.sentence.startswith("It does not stay up: backend ended with exit code 3")
        assert judged.log
        assert running(service) == FIRST
        last = ecs.switches[-1]
        ecs.switches[-1] = last._replace(state="ROLLBACK_SUCCESSFUL")  # while nobody looks
    assert [one.definition[-2:] for one in ecs.switches] == [":1", ":2", ":2"]
    assert roll_out(service, FIRST, heard, budget_s=60).health is Health.HEALTHY


def test_time_is_up(ecs: Ecs, cloud: StandIn) -> None:
    judged = roll_out(a_service(cloud.url), NEXT, heard, budget_s=0)
    assert judged.sentence.startswith("It was not done within 0 s: 0 of 2 instances run")
    assert judged.health is Health.FAILED


def test_migrations_run_as_a_task_with_the_new_image(ecs: Ecs, cloud: StandIn) -> None:
    told = list[Event]()
    migrate(a_service(cloud.url), NEXT, told.append, budget_s=60)
    order = ecs.migrated[0]
    assert ecs.image(order["taskDefinition"]) == NEXT
    command = {"name": "backend", "command": ["alembic", "upgrade", "head"]}
    assert order["overrides"] == {"containerOverrides": [command]}
    network = order["networkConfiguration"]["awsvpcConfiguration"]
    assert network["subnets"] == OUTPUTS["task_subnets"]
    assert told[-1].model_dump(include={"address", "action", "type"}) == {
        "address": "schema",
        "action": "migrate",
        "type": EventType.DONE,
    }
    roll_out(a_service(cloud.url), NEXT, heard, budget_s=60)
    assert len(ecs.definitions) == 2  # the same revision


def test_migrations_that_fail_say_why(cloud: StandIn) -> None:
    with pytest.raises(ProjectError) as caught:
        migrate(a_service(cloud.url), "shop:no-tables", heard, budget_s=60)
    assert caught.value.http_status == 409
    assert "backend ended with exit code 1" in caught.value.message
    assert "no table orders" in caught.value.message
    assert CANARY not in str(caught.value)


def test_the_first_release_makes_the_key_that_the_stack_has_a_place_for(
    ecs: Ecs, cloud: StandIn
) -> None:
    service, told = a_service(cloud.url), list[Event]()
    migrate(service, NEXT, told.append, budget_s=60)
    roll_out(service, NEXT, told.append, budget_s=60)
    (made,) = ecs.secrets
    key = json.loads(made)["SECRET_KEY"]
    assert len(key) >= 32
    assert key not in "".join(one.model_dump_json() for one in told)
    roll_out(a_service(cloud.url, {**OUTPUTS, "application_secret": ""}), NEXT, heard, budget_s=60)
    assert len(ecs.secrets) == 1


def test_what_refuses_does_not_tell_our_secrets(cloud: StandIn) -> None:
    words = {"__type": "AccessDeniedException", "message": f"not for {CANARY}"}
    cloud.answers["POST /"] = Answer(400, words)
    with pytest.raises(ProjectError, match="AWS says “not for …”") as caught:
        roll_out(a_service(cloud.url), NEXT, heard, budget_s=60)
    assert CANARY not in str(caught.value)


def test_a_stack_that_was_never_applied_serves_nothing() -> None:
    assert not running(a_service("http://127.0.0.1:9", {}))
    with pytest.raises(ProjectError, match="does not say container"):
        migrate(a_service("http://127.0.0.1:9", {}), NEXT, heard, budget_s=1)


def test_moto_takes_the_next_revision() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        account = AwsAccount(
            region="eu-central-1", key_id="AKIATEST", key=SecretStr(CANARY), endpoint=url
        )
        _moved(client(account, "ecs"), client(account, "secretsmanager"), url)
    finally:
        server.stop()


def _moved(api: Any, vault: Any, url: str) -> None:
    name = OUTPUTS["cluster"]
    api.create_cluster(clusterName=name)
    first = Ecs().definitions[0]["containerDefinitions"]
    api.register_task_definition(
        family=name,
        cpu="256",
        memory="512",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        containerDefinitions=first,
        tags=[{"key": "project", "value": "shop"}],
    )
    api.create_service(cluster=name, serviceName=name, taskDefinition=name, desiredCount=0)
    assert running(a_service(url)) == FIRST
    vault.create_secret(Name=OUTPUTS["application_secret"])
    roll_out(a_service(url), NEXT, heard, budget_s=0)
    kept = vault.get_secret_value(SecretId=OUTPUTS["application_secret"])["SecretString"]
    assert json.loads(kept).keys() == {"SECRET_KEY"}
    found = api.describe_services(cluster=name, services=[name])["services"][0]
    assert found["taskDefinition"].endswith(f"{name}:2")
    made = api.describe_task_definition(taskDefinition=f"{name}:2", include=["TAGS"])
    containers = made["taskDefinition"]["containerDefinitions"]
    assert [one["image"] for one in containers] == [NEXT, "registry.example/pages:1"]
    assert made["tags"] == [{"key": "project", "value": "shop"}]
