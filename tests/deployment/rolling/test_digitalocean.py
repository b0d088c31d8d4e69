"""An image is carried to App Platform, over HTTP to one that stands in on this machine."""

import json
from collections.abc import Iterator

import pytest

from stackwright.deployment.events import Event
from stackwright.deployment.health import Health
from stackwright.errors import ProjectError
from tasks.rolling import migrate, roll_out, running
from tests.blocks.providers import CANARY
from tests.blocks.standin import Answer, StandIn, standing_in
from tests.deployment.rolling.app_platform import APP, FIRST, SECRET, AppPlatform, a_service

NEXT = FIRST.replace(":1", ":2")


@pytest.fixture
def platform() -> AppPlatform:
    return AppPlatform()


@pytest.fixture
def cloud(platform: AppPlatform) -> Iterator[StandIn]:
    with standing_in({}, platform.answer) as found:
        platform.url = found.url
        yield found


def heard(_: Event) -> None:
    return


def test_the_app_gets_the_image_and_is_followed(platform: AppPlatform, cloud: StandIn) -> None:
    service, told, before = a_service(cloud.url), list[Event](), platform.spec
    assert running(service) == FIRST
    judged = roll_out(service, NEXT, told.append, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert running(service) == NEXT
    sent = json.loads(next(one.body for one in cloud.asked if one.method == "PUT"))["spec"]
    image = {"registry_type": "DOCR", "repository": "shop", "tag": "2"}
    assert sent["services"] == [before["services"][0] | {"image": image}, before["services"][1]]
    assert sent["jobs"] == [before["jobs"][0] | {"image": image}]
    assert told[0].message == "1 of 6 steps are done (Waiting for service app)."


def test_values_of_secrets_are_set_encrypted_and_others_stay(
    platform: AppPlatform, cloud: StandIn
) -> None:
    told = list[Event]()
    roll_out(a_service(cloud.url, MAIL_KEY="canary-mail"), NEXT, told.append, budget_s=60)
    ours = {"key": "MAIL_KEY", "value": "canary-mail", "scope": "RUN_TIME", "type": "SECRET"}
    assert platform.spec["services"][0]["envs"] == [SECRET, ours]
    assert platform.spec["jobs"][0]["envs"] == [ours]
    assert "canary-mail" not in "".join(one.model_dump_json() for one in told)


def test_the_first_release_makes_a_key_to_sign_with(platform: AppPlatform, cloud: StandIn) -> None:
    platform.spec["services"][0]["envs"] = []
    told = list[Event]()
    roll_out(a_service(cloud.url), NEXT, told.append, budget_s=60)
    (made,) = platform.spec["services"][0]["envs"]
    assert platform.spec["jobs"][0]["envs"] == [made]
    assert (made["key"], made["type"]) == ("SECRET_KEY", "SECRET")
    assert len(made["value"]) >= 32
    assert made["value"] not in "".join(one.model_dump_json() for one in told)
    roll_out(a_service(cloud.url), FIRST, heard, budget_s=60)
    assert platform.spec["services"][0]["envs"] == [made]


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("crashes", "app: Your container exited with a non-zero exit code."),
        ("no-tables", "migrate: Your deploy job failed."),
    ],
)
def test_a_release_that_fails_says_why_and_the_one_before_serves(
    cloud: StandIn, tag: str, sentence: str
) -> None:
    service, told = a_service(cloud.url), list[Event]()
    judged = roll_out(service, NEXT.replace(":2", f":{tag}"), told.append, budget_s=600)
    assert judged.health is Health.FAILED
    assert judged.sentence == sentence
    assert judged.log[-1] == "postgresql://app:…@db/shop: no table orders"
    assert running(service) == FIRST
    again = roll_out(service, NEXT.replace(":2", f":{tag}"), heard, budget_s=600)
    assert again.sentence == sentence  # the definition is there already, and serves nobody
    assert roll_out(service, FIRST, heard, budget_s=600).health is Health.HEALTHY
    assert CANARY not in judged.model_dump_json() + "".join(one.model_dump_json() for one in told)


def test_what_serves_already_is_only_looked_at(cloud: StandIn) -> None:
    assert roll_out(a_service(cloud.url), FIRST, heard, budget_s=60).health is Health.HEALTHY
    assert {one.method for one in cloud.asked} == {"GET"}


def test_migrations_are_a_job_of_the_app(platform: AppPlatform, cloud: StandIn) -> None:
    told = list[Event]()
    migrate(a_service(cloud.url), NEXT, told.append, budget_s=60)
    assert "before the switch" in told[0].message
    platform.spec["jobs"] = []
    with pytest.raises(ProjectError, match="has no job migrate"):
        migrate(a_service(cloud.url), NEXT, heard, budget_s=60)


def test_a_registry_that_app_platform_does_not_read(cloud: StandIn) -> None:
    for effect in (migrate, roll_out):
        with pytest.raises(ProjectError, match=r"no image from quay\.io") as caught:
            effect(a_service(cloud.url), "quay.io/ada/shop:1", heard, budget_s=60)
        assert caught.value.http_status == 422


def test_what_it_refuses_is_said_without_our_secrets(cloud: StandIn) -> None:
    cloud.answers[f"PUT {APP}"] = Answer(400, {"id": "bad_request", "message": f"not {CANARY}"})
    with pytest.raises(ProjectError, match=r"DigitalOcean refuses it: not …\."):
        roll_out(a_service(cloud.url), NEXT, heard, budget_s=60)
