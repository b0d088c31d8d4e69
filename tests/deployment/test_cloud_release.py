"""A release in a cloud is an image: its name, the plan for it, and what the plan says."""

import pytest

from stackwright.deployment.desired import Infrastructure, Observed, observed
from stackwright.deployment.image import build_of, image_findings, short_name
from stackwright.deployment.plan import Plan, reverse
from stackwright.deployment.planning import make_plan
from stackwright.deployment.release import Snapshot
from stackwright.deployment.request import DeployRequest
from stackwright.deployment.targets.cloud import left_as_made, service
from stackwright.deployment.targets.terraform import read_plan
from tests.deployment.examples import change, production, release, terraform, wanted

DIGEST = "a" * 64
PINNED = f"registry.example.com:5000/team/bookshop:1.4@sha256:{DIGEST}"
OLD = "registry.example.com/team/bookshop:1.3"


def plan_of(image: str, seen: Observed, **more: object) -> Plan:
    desired = wanted("b", deployment=production(**more.pop("choices", {})), **more)  # type: ignore[arg-type]  # named by each test
    snapshot = Snapshot(build=build_of(image), settings="s1", image=image)
    return make_plan(desired.model_copy(update={"snapshot": snapshot}), seen)


def serving(image: str = OLD, recorded: str = OLD) -> Observed:
    snapshot = Snapshot(build=build_of(recorded), settings="s1", image=recorded)
    return observed(service(image, release(1, "serving", snapshot=snapshot)))


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (PINNED, "bookshop:1.4"),
        (OLD, "bookshop:1.3"),
        (f"bookshop@sha256:{DIGEST}", "bookshop@aaaaaaaaaaaa"),
        ("localhost:5000/bookshop", "bookshop"),
    ],
)
def test_an_image_has_a_short_name_and_a_build(image: str, name: str) -> None:
    assert short_name(image) == name
    assert len(build_of(image)) == 64
    assert bool(list(image_findings(image))) == ("@" not in image)
    assert DeployRequest(deployment=production(), image=image).image == image


@pytest.mark.parametrize(
    "image", ["Bookshop:1", "a b", "shop:1@sha256:12", "https://x.example/shop:1", "shop:", "-x"]
)
def test_what_is_no_image_is_refused(image: str) -> None:
    with pytest.raises(ValueError, match="image"):
        DeployRequest(deployment=production(), image=image)


def test_an_image_is_migrated_rolled_out_and_taken_back() -> None:
    plan = plan_of(PINNED, serving())
    assert [step.key for step in plan.steps] == [
        "migrate schema",
        "roll_out service",
        "probe service",
        "record release/2",
    ]
    back = reverse(plan, {step.key for step in plan.steps}).steps
    assert [(step.title, (step.after or {})["image"]) for step in back] == [
        ("Roll bookshop:1.3 out again", OLD)
    ]
    assert plan_of(OLD, serving()).changes_nothing


def test_nobody_migrates_backwards_or_documents() -> None:
    for plan in (
        plan_of(OLD, serving(PINNED, PINNED), restores=1),
        plan_of(PINNED, serving(), choices={"database": {"engine": "mongodb"}}),
    ):
        assert [step.verb for step in plan.steps] == ["roll_out", "probe", "record"]


def test_an_image_that_nobody_recorded_is_in_the_plan() -> None:
    said = [one.message for one in plan_of(PINNED, serving("stranger:1")).findings]
    assert any("stranger:1 runs there" in one for one in said)
    assert "roll_out service" in {step.key for step in plan_of(OLD, serving("stranger:1")).steps}


def test_infrastructure_stays_when_an_image_is_taken_back() -> None:
    made = read_plan(terraform(change("aws_vpc", ["create"], after={"cidr_block": "10.0.0.0/16"})))
    kept = left_as_made(made)
    plan = plan_of(PINNED, serving(), infrastructure=kept)
    assert plan.steps[0].key == "apply aws_vpc.main"
    back = reverse(plan, {step.key for step in plan.steps})
    assert [step.verb for step in back.steps] == ["roll_out"]
    assert any("stays as it is" in one.message for one in back.findings)
    assert left_as_made(Infrastructure()) == Infrastructure()
