"""The rehearsal provider's answers, call by call, without Terraform."""

import json
from pathlib import Path
from typing import Any

import pytest

from stackwright.deployment.rehearsal.schema import read_document
from stackwright.deployment.rehearsal.values import UNKNOWN, conform
from stackwright.deployment.rehearsal.wishes import Expected, Fault, Wishes
from stackwright.errors import ProjectError
from tasks.rehearsal import cloud
from tasks.rehearsal.messages import CALLS, MESSAGES
from tasks.rehearsal.mirror import make_mirror, mirror_settings
from tasks.rehearsal.provider import RehearsalProvider
from tasks.rehearsal.wire import decoded, encoded, type_of
from tests.deployment.rehearsal.schemas import SCHEMAS

SCHEMA = read_document(json.loads((SCHEMAS / "aws.json").read_bytes()))


class Asked:
    """A provider that is asked as Terraform asks it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._calls = RehearsalProvider(SCHEMA, cloud.Cloud(folder, "aws")).calls()

    def __call__(self, call: str, **fields: Any) -> Any:
        request, answer = (MESSAGES[name] for name in CALLS[call])
        packed = {
            name: encoded(value) if isinstance(value, dict) or value is None else value
            for name, value in fields.items()
        }
        found = self._calls[call](request.FromString(request(**packed).SerializeToString()))
        return answer.FromString(found.SerializeToString())

    def apply(self, prior: Any, planned: Any, private: bytes = b"", kind: str = "aws_vpc") -> Any:
        return self(
            "ApplyResourceChange",
            type_name=kind,
            prior_state=prior,
            planned_state=planned,
            planned_private=private,
        )


@pytest.fixture
def ask(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def vpc(**given: Any) -> dict[str, Any]:
    return conform(SCHEMA.resources["aws_vpc"], given)


def test_the_schema_is_told_with_its_types_and_blocks(ask: Asked) -> None:
    told = ask("GetProviderSchema")
    found = {one.key: one.value.block for one in told.resource_schemas}
    vpc_types = {one.name: json.loads(one.type) for one in found["aws_vpc"].attributes}
    assert vpc_types["tags"] == ["map", "string"]
    group = {one.name: one for one in found["aws_security_group"].attributes}
    assert json.loads(group["ingress"].type)[0] == "set"
    version = {one.name: one for one in found["aws_secretsmanager_secret_version"].attributes}
    assert version["secret_string_wo"].write_only
    assert version["secret_string"].sensitive
    assert {one.key for one in told.data_source_schemas} == set(SCHEMA.data)
    assert type_of("list(map(string))") == ["list", ["map", "string"]]


def test_a_resource_is_made_read_changed_and_taken_away(ask: Asked) -> None:
    ask("ConfigureProvider", config={"region": "eu-west-1", "default_tags": [{"tags": {"p": "s"}}]})
    wanted = ask(
        "PlanResourceChange",
        type_name="aws_vpc",
        prior_state=None,
        proposed_new_state=vpc(cidr_block="10.0.0.0/16"),
    )
    planned = decoded(wanted.planned_state)
    assert planned["id"] is UNKNOWN
    assert planned["tags_all"] == {"p": "s"}
    answer = ask.apply(None, planned)
    made = decoded(answer.new_state)
    assert made["id"].startswith("vpc-")
    assert answer.private

    read = ask("ReadResource", type_name="aws_vpc", current_state=made, private=answer.private)
    assert decoded(read.new_state) == made
    changed = {**made, "cidr_block": "10.1.0.0/16"}
    replaced = ask(
        "PlanResourceChange",
        type_name="aws_vpc",
        prior_state=made,
        proposed_new_state=changed,
        prior_private=answer.private,
    )
    assert [path.steps[0].attribute_name for path in replaced.requires_replace] == ["cidr_block"]
    after = ask.apply(made, {**made, "enable_dns_support": True}, answer.private)
    assert decoded(after.new_state)["enable_dns_support"] is True
    gone = ask.apply(made, None, answer.private)
    assert decoded(gone.new_state) is None
    read = ask("ReadResource", type_name="aws_vpc", current_state=made, private=answer.private)
    assert decoded(read.new_state) is None


def test_what_others_made_is_left_as_it_is(ask: Asked) -> None:
    state = vpc(id="vpc-1")
    read = ask("ReadResource", type_name="aws_vpc", current_state=state)
    assert decoded(read.new_state) == state


def test_a_state_of_an_older_schema_gets_all_names(ask: Asked) -> None:
    raw = json.dumps({"id": "vpc-1", "gone": 1}).encode()
    found = ask(
        "UpgradeResourceState", type_name="aws_vpc", raw_state=MESSAGES["RawState"](json=raw)
    )
    assert decoded(found.upgraded_state) == vpc(id="vpc-1")


def test_a_wished_failure_happens_once_and_changes_nothing(ask: Asked) -> None:
    expected = Expected(address="aws_vpc.main", kind="aws_vpc")
    wishes = Wishes(expected=(expected,), faults=(Fault(address="aws_vpc.main", message="Full."),))
    cloud.wish(ask.folder, wishes)
    planned = {**vpc(), "id": UNKNOWN}
    failed = ask.apply(None, planned)
    assert [(one.summary, one.detail) for one in failed.diagnostics] == [
        ("Rehearsed failure", "Full.")
    ]
    assert decoded(failed.new_state) is None
    assert not ask.apply(None, planned).diagnostics
    cloud.wish(ask.folder, wishes)  # failures of before are forgotten
    assert ask.apply(None, planned).diagnostics


def test_whoever_waits_is_stopped(ask: Asked) -> None:
    cloud.wish(ask.folder, Wishes(delay_s=60))
    ask("StopProvider")
    (said,) = ask.apply(None, vpc()).diagnostics
    assert said.summary == "Stopped"


def test_nothing_is_said_against_what_terraform_checks_itself(ask: Asked) -> None:
    for call in ("ValidateProviderConfig", "ValidateResourceConfig", "ValidateDataResourceConfig"):
        assert not ask(call).diagnostics


def test_a_data_source_answers_for_the_region(ask: Asked) -> None:
    ask("ConfigureProvider", config={"region": "eu-west-1"})
    config = dict.fromkeys(SCHEMA.data["aws_availability_zones"].attributes)
    found = ask("ReadDataSource", type_name="aws_availability_zones", config=config)
    assert decoded(found.state)["names"][0] == "eu-west-1a"


def test_somebody_else_changes_or_deletes_what_is_there(ask: Asked) -> None:
    expected = Expected(address="module.a.aws_vpc.main[0]", kind="aws_vpc")
    cloud.wish(ask.folder, Wishes(expected=(expected,)))
    made = ask.apply(None, vpc(cidr_block="10.0.0.0/16"))
    cloud.drift(ask.folder, expected.address, "cidr_block", "10.9.0.0/16")
    state = decoded(made.new_state)
    read = ask("ReadResource", type_name="aws_vpc", current_state=state, private=made.private)
    assert decoded(read.new_state)["cidr_block"] == "10.9.0.0/16"
    assert cloud.Cloud(ask.folder, "aws").addresses() == {expected.address}
    cloud.lose(ask.folder, expected.address)
    with pytest.raises(ProjectError, match="has no"):
        cloud.lose(ask.folder, expected.address)
    with pytest.raises(ProjectError, match="has no"):
        cloud.drift(ask.folder, expected.address, "cidr_block", "x")


def test_the_mirror_is_laid_out_as_terraform_looks_for_it(tmp_path: Path) -> None:
    found = make_mirror(SCHEMAS, tmp_path)
    assert set(found) == {"hashicorp/aws", "digitalocean/digitalocean"}
    program = next(tmp_path.glob(f"*/hashicorp/aws/{SCHEMA.version}/*/terraform-provider-aws_v*"))
    assert program.stat().st_mode & 0o111
    assert str(tmp_path) in mirror_settings(tmp_path)
