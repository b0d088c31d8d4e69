"""Terraform itself, driven as our deployments drive it, against clouds that are files."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from stackwright.deployment.events import Event, EventType
from stackwright.deployment.rehearsal.wishes import Fault
from stackwright.deployment.targets.terraform import read_plan
from stackwright.errors import ProjectError
from tasks import terraform
from tasks.rehearsal.cloud import drift, lose
from tasks.terraform_folder import Backend, Place, http_backend, lay_out
from tests.deployment.rehearsal.conftest import Prepare, ignore, plan_with, until
from tests.deployment.rehearsal.schemas import STACK
from tests.deployment.rehearsal.state_server import StateServer

if TYPE_CHECKING:
    from tasks.terraform import Applied

pytestmark = pytest.mark.toolchain


def test_a_failed_apply_is_gone_on_with_and_drift_is_seen(prepare: Prepare) -> None:
    place = prepare()
    assert terraform.unformatted(place) == ()
    assert terraform.validate(place) == ()
    document = terraform.plan(place)
    steps = read_plan(document).steps
    plan_with(place, Fault(address="aws_subnet.main[1]", message="No more addresses."))
    heard: list[Event] = []
    failed = terraform.apply(place, heard.append)
    assert not failed.is_done
    assert failed.sentence == "aws_subnet.main[1]: Rehearsed failure: No more addresses."
    assert [one.seq for one in heard] == [*range(1, len(heard) + 1)]
    assert {one.address for one in heard if one.type is EventType.FAILED} == {"aws_subnet.main[1]"}
    assert len(terraform.addresses(place)) == len(steps) - 1

    (left,) = read_plan(terraform.plan(place)).steps
    assert left.address == "aws_subnet.main[1]"
    done = terraform.apply(place, ignore)
    assert (done.is_done, done.added) == (True, 1)
    assert done.outputs["network"].startswith("vpc-")
    assert json.loads(done.outputs["policy"])["Statement"][0]["Action"] == ["s3:GetObject"]
    assert "password" not in done.outputs

    drift(place.rehearsal, "aws_vpc.main", "cidr_block", "10.1.0.0/16")
    lose(place.rehearsal, "aws_subnet.main[2]")
    found = {one.address: one.sentence for one in terraform.drift(place)}
    assert found == {
        "aws_subnet.main[2]": "aws_subnet.main[2] is gone.",
        "aws_vpc.main": "aws_vpc.main: cidr_block was “10.0.0.0/16” and is “10.1.0.0/16”.",
    }
    state = (place.folder / "terraform.tfstate").read_text("utf-8")
    assert "never in a state" not in state
    gone = terraform.destroy(place, ignore)
    assert gone.is_done
    assert terraform.addresses(place) == ()


def test_what_a_schema_does_not_have_is_found_before_anything_is_planned(
    prepare: Prepare, tmp_path: Path
) -> None:
    place = prepare()
    (place.folder / "wrong.tf").write_text(
        'resource "aws_vpc" "no" {\n  cidr = "10.0.0.0/16"\n}\n'
        'resource "aws_s3_bucket" "no" {\n  tags = ["a"]\n}\n'
        'resource "aws_acm_certificate" "no" {\n  name {}\n}\n'
        'resource "aws_secretsmanager_secret_version" "no" {}\n'
        'output "no" {\n  value = digitalocean_database_cluster.main.nothing\n}\n',
        "utf-8",
    )
    found = {one.line: one.message.split(":")[0] for one in terraform.validate(place)}
    assert found == {
        2: "Unsupported argument",
        5: "Incorrect attribute value type",
        8: "Unsupported block type",
        10: "Missing required argument",
        12: "Unsupported attribute",
    }


def test_a_state_that_is_held_is_refused_with_who_holds_it(prepare: Prepare) -> None:
    place = prepare()
    state = place.folder / "terraform.tfstate"
    other = prepare("other")
    (other.folder / "backend_override.tf.json").write_text(
        json.dumps({"terraform": {"backend": {"local": {"path": str(state)}}}}), "utf-8"
    )
    terraform.init(other)
    plan_with(place, aws_vpc__main=20.0)
    heard: list[Event] = []
    applied: list[Applied] = []
    run = threading.Thread(target=lambda: applied.append(terraform.apply(place, heard.append)))
    run.start()
    until(lambda: any(one.address == "aws_vpc.main" for one in heard))
    with pytest.raises(ProjectError, match=r"terraform apply runs there now") as same:
        terraform.plan(place)
    with pytest.raises(ProjectError, match=r"The state is held by \S+@\S+ since .*apply") as held:
        terraform.plan(other)
    assert (same.value.http_status, held.value.http_status) == (423, 423)

    assert terraform.cancel(place)
    run.join(30)
    assert applied[0].stopped
    assert not applied[0].is_done
    assert "aws_vpc.main" not in terraform.addresses(place)
    assert not terraform.cancel(place)
    terraform.plan(other)  # nobody holds it any more


def test_an_apply_that_is_killed_leaves_a_true_state_and_no_lock(prepare: Prepare) -> None:
    place = prepare()
    plan_with(place, aws_vpc__main=20.0)
    heard: list[Event] = []
    applied: list[Applied] = []
    run = threading.Thread(target=lambda: applied.append(terraform.apply(place, heard.append)))
    run.start()
    until(
        lambda: any(
            (one.type, one.address) == ("done", "digitalocean_database_cluster.main")
            for one in heard
        )
    )
    pid = json.loads((place.folder / "running.json").read_text("utf-8"))["pid"]
    os.kill(pid, signal.SIGKILL)
    run.join(30)
    assert not applied[0].is_done
    assert "killed" in applied[0].sentence
    there = terraform.addresses(place)
    assert "digitalocean_database_cluster.main" in there
    assert "aws_vpc.main" not in there
    plan_with(place)
    assert terraform.apply(place, ignore).is_done
    assert terraform.drift(place) == ()


def test_terraform_stops_with_whoever_started_it_and_its_state_is_true(prepare: Prepare) -> None:
    place = prepare()
    plan_with(place, aws_vpc__main=60.0)
    program = (
        "import sys; from tasks import terraform; from tasks.terraform_folder import Place\n"
        "place = Place.model_validate_json(sys.argv[1])\n"
        "terraform.apply(place, lambda event: print(event.type, event.address, flush=True))"
    )
    words = [sys.executable, "-c", program, place.model_dump_json()]
    caller = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    with caller.stdout as lines:
        done = next(line for line in lines if "done digitalocean_database_cluster.main" in line)
        assert done
        pid = json.loads((place.folder / "running.json").read_text("utf-8"))["pid"]
        caller.kill()
        caller.wait()
    until(lambda: not Path(f"/proc/{pid}").exists())
    there = terraform.addresses(place)
    assert "digitalocean_database_cluster.main" in there  # which was told to have come up
    assert "aws_vpc.main" not in there
    terraform.plan(place)  # nobody holds the state


def test_a_plan_is_refused_when_the_state_has_changed_since(prepare: Prepare) -> None:
    place = prepare()
    plan_with(place)
    kept = (place.folder / terraform.PLAN).read_bytes()
    terraform.apply(place, ignore)
    (place.folder / terraform.PLAN).write_bytes(kept)
    with pytest.raises(ProjectError, match="changed since the plan was made") as stale:
        terraform.apply(place, ignore)
    assert stale.value.http_status == 409


def test_the_state_can_lie_at_an_api_that_locks_it(
    prepare: Prepare, state_server: StateServer
) -> None:
    secrets = {
        "TF_HTTP_USERNAME": SecretStr("us"),
        "TF_HTTP_PASSWORD": SecretStr(state_server.password),
    }
    place = prepare(backend=http_backend(state_server.address), secrets=secrets)
    plan_with(place)
    assert terraform.apply(place, ignore).is_done
    assert state_server.serial >= 1
    assert not state_server.lock
    assert not (place.folder / "terraform.tfstate").exists()
    state_server.lock = {"ID": "1", "Who": "ci@runner", "Operation": "OperationTypeApply"}
    with pytest.raises(ProjectError, match="held by ci@runner") as held:
        terraform.plan(place)
    assert held.value.http_status == 423
    for path in place.folder.rglob("*"):
        if path.is_file():
            assert state_server.password.encode() not in path.read_bytes(), path


def test_the_working_folder_is_private_and_follows_the_template(
    schemas: Path, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path / "work", rehearses=True)
    lay_out(place, STACK, {"name": "shop"})
    (place.folder / "old.tf").write_text("", "utf-8")
    (place.folder / "terraform.tfstate").write_text("{}", "utf-8")
    lay_out(place, STACK, {"name": "other"})
    assert not (place.folder / "old.tf").exists()
    assert (place.folder / "terraform.tfstate").exists()
    assert json.loads((place.folder / "terraform.tfvars.json").read_text("utf-8")) == {
        "name": "other"
    }
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((place.folder / "terraform.tfvars.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["s3", "gcs", "azurerm"])
def test_a_backend_of_a_cloud_takes_no_credential(kind: str, schemas: Path, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, rehearses=True)
    lay_out(place, STACK, {}, Backend.model_validate({"kind": kind, "settings": {"key": "a"}}))
    written = json.loads((tmp_path / "backend_override.tf.json").read_text("utf-8"))
    assert written == {"terraform": {"backend": {kind: {"key": "a"}}}}
    backend = Backend.model_validate({"kind": kind, "settings": {"access_key": "x"}})
    with pytest.raises(ProjectError, match="is a credential"):
        lay_out(place, STACK, {}, backend)


def test_a_program_that_is_not_there_is_named(schemas: Path, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, rehearses=True, program=("/nowhere/tofu",))
    lay_out(place, STACK, {})
    with pytest.raises(ProjectError, match="/nowhere/tofu cannot be run"):
        terraform.version(place)


def test_a_program_of_the_users_is_called_in_the_same_way(schemas: Path, tmp_path: Path) -> None:
    program = tmp_path / "tofu"
    program.write_text('#!/bin/sh\necho "OpenTofu v1.11.0 $1"\n', "utf-8")
    program.chmod(0o755)
    place = Place(folder=tmp_path / "work", rehearses=True, program=(str(program),))
    lay_out(place, STACK, {})
    assert terraform.version(place) == "OpenTofu 1.11.0 version"


def test_a_provider_that_cannot_be_had_is_named(schemas: Path, tmp_path: Path) -> None:
    place = Place(folder=tmp_path / "work", rehearses=True)
    lay_out(place, STACK, {"name": "shop"})
    versions = '{"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}}}'
    (place.folder / "versions_override.tf.json").write_text(versions, "utf-8")
    with pytest.raises(ProjectError, match="Failed to query available provider packages") as failed:
        terraform.init(place)
    assert "hashicorp/aws" in failed.value.hint
