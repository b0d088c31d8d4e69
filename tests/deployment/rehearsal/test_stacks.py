"""Every Terraform template that we ship: checked with its provider's schema, carried out in a rehearsed cloud."""

from pathlib import Path

import pytest

from stackwright.deployment.rehearsal.wishes import Fault
from stackwright.deployment.targets.terraform import read_plan
from tasks import terraform
from tasks.rehearsal.cloud import lose
from tasks.stacks import stack_folders, stack_variables
from tasks.terraform_folder import Place, lay_out
from tests.deployment.examples import production
from tests.deployment.rehearsal.conftest import ignore, plan_with

pytestmark = pytest.mark.toolchain
IMAGE = "example.com/shop@sha256:" + "0" * 64
REGIONS = {
    "aws": "eu-central-1",
    "azure": "germanywestcentral",
    "digitalocean": "fra1",
    "gcp": "europe-west3",
}


@pytest.mark.parametrize("stack", [*stack_folders()], ids=lambda folder: folder.parent.name)
def test_a_stack_comes_up_fails_goes_on_drifts_and_goes_away(stack: Path, tmp_path: Path) -> None:
    target = stack.parent.name
    deployment = production(target, cloud={"region": REGIONS[target]})
    place = Place(folder=tmp_path / "work", rehearses=True)
    lay_out(place, stack, stack_variables(deployment, IMAGE))
    terraform.init(place)
    assert terraform.unformatted(place) == ()
    assert terraform.validate(place) == ()

    steps = read_plan(terraform.plan(place)).steps
    running = [one.address for one in steps if one.group == "Back end"][-1]
    plan_with(place, Fault(address=running))
    failed = terraform.apply(place, ignore)
    assert failed.errors[0].where == running
    plan_with(place)
    done = terraform.apply(place, ignore)
    assert done.is_done, done.sentence
    assert failed.added + done.added == len(steps)

    lose(place.rehearsal, running)
    assert [one.sentence for one in terraform.drift(place)] == [f"{running} is gone."]
    gone = terraform.destroy(place, ignore)
    assert gone.is_done, gone.sentence
    assert terraform.addresses(place) == ()


def test_there_are_stacks_for_four_clouds() -> None:
    assert {folder.parent.name for folder in stack_folders()} == set(REGIONS)
