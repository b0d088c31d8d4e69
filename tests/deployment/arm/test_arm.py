"""Templates of Azure, carried out by our driver through Azure's own library against a stand-in on this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr

from stackwright.deployment.events import Event, EventType, replay
from stackwright.deployment.plan import Plan
from stackwright.deployment.policy import policies
from stackwright.deployment.stacks.azure_arm import parameters
from stackwright.deployment.step import SECRET, Action, Undo
from stackwright.errors import ProjectError
from tasks import arm
from tasks.arm_account import Account, connect, make_group
from tests.deployment.arm.cloud import GROUP, SUBSCRIPTION, Cloud
from tests.deployment.arm.standin import TOKEN, served
from tests.deployment.examples import production

FOLDER = Path(__file__).parents[3] / "deployment_templates/azure/arm-templates"
PASSWORD = {"databasePassword": SecretStr("only-the-server-knows")}
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"


class Token(NamedTuple):
    token: str
    expires_on: int


class Somebody:
    """Comes with a token."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token

    def get_token(self, *scopes: str, **options: Any) -> Token:
        return Token(self.token, 4_000_000_000)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def account(cloud: Cloud) -> Iterator[Account]:
    with served(cloud) as address:
        yield Account(
            subscription=SUBSCRIPTION,
            group=GROUP,
            region="westeurope",
            address=address,
            poll_s=0.02,
        )


def order(name: str, image: str = "shop:1", **choices: Any) -> arm.Order:
    given = parameters(production("azure", **choices), image)
    return arm.Order(name=name, template=arm.read_templates(FOLDER), parameters=given)


def deploy(account: Account, wanted: arm.Order, **more: Any) -> tuple[arm.Applied, list[Event]]:
    heard: list[Event] = []
    applied = arm.carry_out(account, Somebody(), wanted, PASSWORD, heard.append, **more)
    return applied, heard


def test_a_deployment_is_foreseen_carried_out_and_then_changes_nothing(
    account: Account, cloud: Cloud
) -> None:
    wanted = order("shop-r1")
    make_group(account, Somebody(), {"project": "bookshop"})
    assert arm.validate(account, Somebody(), wanted, PASSWORD) == ()

    foreseen = arm.foresee(account, Somebody(), wanted, PASSWORD)
    assert {step.action for step in foreseen.steps} == {Action.CREATE}
    applied, heard = deploy(account, wanted)
    assert (applied.is_done, applied.errors) == (True, ())
    assert applied.outputs["url"] == "https://shop.example.com"
    assert {one.state for one in replay(heard)} == {EventType.DONE}
    assert {one.address for one in replay(heard)} >= {
        step.address for step in foreseen.steps if "@" not in step.address
    }
    assert [event.seq for event in heard] == [*range(1, len(heard) + 1)]

    assert arm.foresee(account, Somebody(), wanted, PASSWORD).steps == ()
    assert arm.drift(account, Somebody(), wanted, PASSWORD) == ()
    assert cloud.groups[GROUP]["tags"] == {"project": "bookshop"}


def test_a_plan_shows_what_changes_and_no_secret(account: Account) -> None:
    deploy(account, order("shop-r1"))
    foreseen = arm.foresee(account, Somebody(), order("shop-r2", "shop:2"), PASSWORD)
    changed = {step.address: step for step in foreseen.steps}
    (app,) = [step for step in foreseen.steps if step.kind == "azurerm_container_app"]
    assert len(changed) == 2, "the back end and the job of its tables have the image"
    assert [(one.before, one.after) for one in app.changes] == [("shop:1", "shop:2")]
    assert (app.group, app.undo) == ("Back end", Undo.REVERSE)

    other = {"databasePassword": SecretStr("another-one-that-nobody-sees")}
    for secrets in (PASSWORD, other):
        told = arm.foresee(account, Somebody(), order("shop-r3"), secrets).model_dump_json()
        assert all(one.get_secret_value() not in told for one in secrets.values())
        assert SECRET in told


def test_the_plan_of_a_deployment_can_be_read_by_people(account: Account) -> None:
    foreseen = arm.foresee(account, Somebody(), order("shop-r1"), PASSWORD)
    plan = Plan(
        deployment="bookshop",
        target=production("azure").cloud.target,
        environment=production("azure").setting.environment,
        release=1,
        title="Deploy",
        steps=foreseen.steps,
    )
    groups = {step.group for step in plan.steps}
    assert groups >= {"Back end", "Database", "Network", "Secrets", "Permissions", "CDN", "Images"}


def test_a_public_database_is_found_in_the_plan(account: Account) -> None:
    for public in (False, True):
        wanted = order("shop-r1", database={"public": public})
        foreseen = arm.foresee(account, Somebody(), wanted, PASSWORD)
        said = [finding.message for finding in policies(foreseen.after, production=True)]
        where = f"{SERVER}/"
        assert bool([one for one in said if one.startswith(where)]) == public


def test_a_failure_names_the_resource_and_azure_goes_back(account: Account, cloud: Cloud) -> None:
    deploy(account, order("shop-r1"))
    before = {key: one for key, one in cloud.resources.items() if "containerApps" in key}
    cloud.refused["shop:2"] = "The quota of cores is used up."
    applied, heard = deploy(account, order("shop-r2", "shop:2"))
    (error,) = applied.errors
    assert error.where == "Microsoft.App/containerApps/bookshop-production"
    assert error.message == "The quota of cores is used up."
    assert applied.restored == "shop-r1"
    assert before == {key: one for key, one in cloud.resources.items() if "containerApps" in key}
    assert applied.took_back
    back = [event for event in heard if event.action == "roll back"]
    assert {event.type for event in back} == {EventType.DONE}
    assert len({event.address for event in back}) > 20


def test_a_first_deployment_that_fails_has_nothing_to_go_back_to(
    account: Account, cloud: Cloud
) -> None:
    cloud.faults[SERVER] = "No zone has room."
    applied, heard = deploy(account, order("shop-r1"))
    assert not applied.is_done
    assert (applied.took_back, applied.restored) == (False, "")
    assert [error.message for error in applied.errors] == ["No zone has room."]
    assert not any(event.action == "roll back" for event in heard)

    cloud.faults.clear()
    applied, _ = deploy(account, order("shop-r2"))
    assert applied.is_done, "the next one finishes what the failed one began"


def test_a_deployment_ends_when_it_is_told_to(account: Account, cloud: Cloud) -> None:
    cloud.delay_s = 0.05
    heard: list[Event] = []
    applied = arm.carry_out(
        account,
        Somebody(),
        order("shop-r1"),
        PASSWORD,
        heard.append,
        stop=lambda: any(event.type is EventType.DONE for event in heard),
    )
    assert (applied.is_done, applied.stopped) == (False, True)
    assert len(cloud.resources) < 20, "most of it was never made"
    assert not arm.cancel(account, Somebody(), "shop-r1"), "it had ended"


def test_what_somebody_changed_by_hand_is_seen(account: Account, cloud: Cloud) -> None:
    deploy(account, order("shop-r1"))
    (app,) = [
        one
        for key, one in cloud.resources.items()
        if key.endswith("bookshop-production") and "containerApps" in key
    ]
    app["properties"]["template"]["scale"]["maxReplicas"] = 50
    (found,) = arm.drift(account, Somebody(), order("shop-r1"), PASSWORD)
    assert (found.path, found.was, found.found) == ("properties.template.scale.maxReplicas", 3, 50)


def test_an_order_that_azure_refuses_says_why(account: Account) -> None:
    wanted = order("shop-r1")
    wrong = wanted.model_copy(
        update={"parameters": {**wanted.parameters, "revisionMode": {"value": "Sometimes"}}}
    )
    (finding,) = arm.validate(account, Somebody(), wrong, PASSWORD)
    assert finding.message == "revisionMode may not be 'Sometimes'."
    with pytest.raises(ProjectError, match="revisionMode may not be") as refused:
        deploy(account, wrong)
    assert refused.value.http_status == 422
    with pytest.raises(ProjectError, match="Nobody knows you") as stranger:
        arm.validate(account, Somebody("nonsense"), wanted, PASSWORD)
    assert stranger.value.http_status == 403


def test_tokens_are_never_sent_to_other_machines_without_tls(account: Account) -> None:
    far = account.model_copy(update={"address": "http://203.0.113.1"})
    with pytest.raises(ProjectError, match="without TLS"), connect(far, Somebody()):
        pass


def test_a_deployment_that_goes_on_is_not_begun_again(account: Account, cloud: Cloud) -> None:
    cloud.deployments["shop-r1"] = {"provisioningState": "Running"}
    with pytest.raises(ProjectError, match="still active") as busy:
        deploy(account, order("shop-r1"))
    assert busy.value.http_status == 409
