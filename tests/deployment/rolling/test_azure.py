"""An image is carried to Container Apps, over HTTP to ones that stand in on this machine."""

import json
from collections.abc import Iterator

import pytest

from stackwright.deployment.events import Event
from stackwright.deployment.health import Health
from stackwright.errors import ProjectError
from tasks.rolling import migrate, roll_out, running
from tests.blocks.providers import CANARY
from tests.blocks.standin import Answer, StandIn, standing_in
from tests.deployment.rolling.container_apps import APP, FIRST, ContainerApps, a_service

NEXT = FIRST.replace(":1", ":2")


@pytest.fixture
def apps() -> ContainerApps:
    return ContainerApps()


@pytest.fixture
def cloud(apps: ContainerApps) -> Iterator[StandIn]:
    with standing_in({}, apps.answer) as found:
        apps.url = found.url
        yield found


def heard(_: Event) -> None:
    return


def test_the_new_revision_gets_the_visitors_when_it_is_healthy(
    apps: ContainerApps, cloud: StandIn
) -> None:
    service, told = a_service(cloud.url), list[Event]()
    assert running(service) == FIRST
    judged = roll_out(service, NEXT, told.append, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert running(service) == NEXT
    first, second = (
        json.loads(one.body)["properties"] for one in cloud.asked if one.method == "PATCH"
    )
    containers = apps.revisions[0]["containers"]
    assert first["template"]["containers"] == [containers[0] | {"image": NEXT}]
    rules = [one["configuration"]["ingress"]["traffic"] for one in (first, second)]
    assert [rule[0]["revisionName"] for rule in rules] == ["shop--0000001", "shop--0000002"]
    assert apps.active == {2}  # what nobody meets costs nothing
    assert [one.message for one in told] == [
        "Azure makes the revision.",
        "It is processing with 1 instance.",
        "revision shop--0000002 is healthy.",
    ]


def test_a_mode_with_one_revision_switches_by_itself(apps: ContainerApps, cloud: StandIn) -> None:
    apps.mode = "Single"
    assert roll_out(a_service(cloud.url), NEXT, heard, budget_s=60).health is Health.HEALTHY
    sent = [json.loads(one.body)["properties"] for one in cloud.asked if one.method == "PATCH"]
    assert [one.keys() for one in sent] == [{"template"}]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("shop:crashes", "It does not stay up: it was started again 2 times (Container crashing)."),
        ("shop:hopeless", "The image cannot be pulled."),
    ],
)
def test_a_revision_that_fails_is_stopped_and_the_one_before_serves(
    apps: ContainerApps, cloud: StandIn, image: str, sentence: str
) -> None:
    service, told = a_service(cloud.url), list[Event]()
    judged = roll_out(service, image, told.append, budget_s=600)
    assert judged.health is Health.FAILED
    assert judged.sentence == sentence
    assert judged.log == (
        "Traceback (most recent call last):",
        "postgresql://app:…@db/shop: no table orders",
    )
    assert apps.active == {1}
    assert running(service) == FIRST
    assert roll_out(service, FIRST, heard, budget_s=600).health is Health.HEALTHY
    assert apps.active == {
        3
    }  # the same image in a revision of its own, as the newest one was another
    seen = judged.model_dump_json() + "".join(one.model_dump_json() for one in told)
    assert CANARY not in seen
    assert "short-lived" not in seen


def test_what_serves_already_is_only_looked_at(cloud: StandIn) -> None:
    assert roll_out(a_service(cloud.url), FIRST, heard, budget_s=60).health is Health.HEALTHY
    assert "PATCH" not in {one.method for one in cloud.asked}


def test_the_job_is_started_with_the_image_and_all_it_has(
    apps: ContainerApps, cloud: StandIn
) -> None:
    told = list[Event]()
    migrate(a_service(cloud.url), NEXT, told.append, budget_s=60)
    container = apps.started[0]["containers"][0]
    assert container["image"] == NEXT
    assert container["command"] == ["alembic", "upgrade", "head"]
    assert container["env"] == [{"name": "DATABASE_URL", "secretRef": "database-url"}]
    assert container.keys() == {"name", "image", "command", "env", "resources"}
    assert [one.message for one in told] == ["It is running.", "It ended well."]


def test_migrations_that_fail_say_why(cloud: StandIn) -> None:
    with pytest.raises(ProjectError) as caught:
        migrate(a_service(cloud.url), "shop:no-tables", heard, budget_s=60)
    assert caught.value.http_status == 409
    assert "The migration failed: It ended as failed." in caught.value.message
    assert "postgresql://app:…@db/shop: no table orders" in caught.value.message
    assert CANARY not in str(caught.value)


def test_what_azure_refuses_is_said_without_our_secrets(cloud: StandIn) -> None:
    cloud.answers[f"PATCH {APP}"] = Answer(400, {"error": {"message": f"not {CANARY}"}})
    with pytest.raises(ProjectError, match=r"Azure refuses it: not …\.") as caught:
        roll_out(a_service(cloud.url), NEXT, heard, budget_s=60)
    assert caught.value.http_status == 422
