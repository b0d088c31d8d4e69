"""An image is carried to Cloud Run, over HTTP to one that stands in on this machine."""

import json
from collections.abc import Iterator

import pytest

from stackwright.deployment.events import Event, EventType
from stackwright.deployment.health import Health
from stackwright.errors import ProjectError
from tasks.rolling import migrate, roll_out, running
from tests.blocks.providers import CANARY, a_key
from tests.blocks.standin import Answer, StandIn, standing_in
from tests.deployment.rolling.cloud_run import FIRST, JOB, SERVICE, CloudRun, a_service

NEXT = FIRST.replace(":1", ":2")


@pytest.fixture
def run() -> CloudRun:
    return CloudRun()


@pytest.fixture
def cloud(run: CloudRun) -> Iterator[StandIn]:
    with standing_in({}, run.answer) as found:
        yield found


def heard(_: Event) -> None:
    return


def test_a_new_revision_serves_when_it_is_ready(run: CloudRun, cloud: StandIn) -> None:
    service, told = a_service(cloud.url), list[Event]()
    assert running(service) == FIRST
    judged = roll_out(service, NEXT, told.append, budget_s=60)
    assert judged.health is Health.HEALTHY
    assert judged.sentence == "revision shop-2 is ready and has the visitors."
    assert running(service) == NEXT
    assert [one.type for one in told] == [EventType.PROGRESS, EventType.DONE]
    sent = [one for one in cloud.asked if one.method == "PATCH"]
    assert len(sent) == 1
    template = json.loads(sent[0].body)["template"]
    before = run.revisions[0]
    app, *others = template["containers"]
    assert app == before["containers"][0] | {"image": NEXT}
    assert [*others] == before["containers"][1:]
    assert template.keys() == before.keys()  # no annotation, no name of a revision


def test_what_serves_already_is_only_looked_at(cloud: StandIn) -> None:
    assert roll_out(a_service(cloud.url), FIRST, heard, budget_s=60).health is Health.HEALTHY
    assert {one.method for one in cloud.asked if one.path != "/token"} == {"GET"}


def test_a_revision_that_is_not_ready_has_failed_and_the_one_before_serves(
    run: CloudRun, cloud: StandIn
) -> None:
    service, told = a_service(cloud.url), list[Event]()
    judged = roll_out(service, "shop:crashes", told.append, budget_s=600)
    assert judged.health is Health.FAILED
    assert judged.sentence == "Revision 'shop-2' is not ready and cannot serve traffic."
    assert judged.log[0] == "shop-2: Traceback (most recent call last):"
    seen = judged.model_dump_json() + "".join(one.model_dump_json() for one in told)
    assert CANARY not in seen
    assert running(service) == FIRST
    roll_out(service, "shop:crashes", heard, budget_s=600)
    assert run.template["annotations"] == {"stackwright-attempt": "3"}  # tried again in its own one


def test_the_job_gets_the_image_and_is_run(run: CloudRun, cloud: StandIn) -> None:
    told = list[Event]()
    migrate(a_service(cloud.url), NEXT, told.append, budget_s=60)
    assert run.job["template"] == {
        "maxRetries": 0,
        "containers": [{"name": "migrate", "image": NEXT}],
    }
    assert run.runs == 1
    assert [one.message for one in told] == ["It runs.", "It ended well."]


def test_migrations_that_fail_say_why(cloud: StandIn) -> None:
    with pytest.raises(ProjectError) as caught:
        migrate(a_service(cloud.url), "shop:no-tables", heard, budget_s=60)
    assert caught.value.http_status == 409
    assert "failed with exit code: 1" in caught.value.message
    assert "e1: postgresql://app:…@db/shop: no table orders" in caught.value.message
    assert CANARY not in str(caught.value)


def test_a_token_that_ends_is_renewed_once(run: CloudRun, cloud: StandIn) -> None:
    service = a_service(cloud.url)
    run.is_expired = True  # and good again with the next one
    assert running(service) == FIRST
    assert run.tokens == 1


def test_what_google_refuses_is_said_without_our_secrets(cloud: StandIn) -> None:
    words = {"error": {"message": f"no right for {CANARY} {a_key()[0]}"}}
    cloud.answers[f"GET /v2/{SERVICE}"] = Answer(403, words)
    cloud.answers[f"GET /v2/{JOB}"] = Answer(403, words)
    for effect in (migrate, roll_out):
        with pytest.raises(ProjectError, match="Google Cloud refuses it") as caught:
            effect(a_service(cloud.url), NEXT, heard, budget_s=60)
        assert caught.value.http_status == 403
        assert "PRIVATE" not in str(caught.value)


def test_a_moment_without_answers_is_waited_out(run: CloudRun, cloud: StandIn) -> None:
    service, told = a_service(cloud.url), list[Event]()
    run.outages = [False, False, True, True]  # not while it is changed, twice while it is looked at
    assert roll_out(service, NEXT, told.append, budget_s=60).health is Health.HEALTHY
    assert told[0].message.startswith("Google Cloud answers 503")
