"""What a provider would plan and answer: decided from the schema alone."""

import json
from typing import Any

import pytest

from stackwright.deployment.drift import Drift, DriftKind
from stackwright.deployment.rehearsal.answers import ACCOUNT, answer, facts
from stackwright.deployment.rehearsal.report import judge, pick_failure, services_of
from stackwright.deployment.rehearsal.schema import Attribute, Block, NestedBlock
from stackwright.deployment.rehearsal.values import (
    UNKNOWN,
    applied,
    changed_names,
    conform,
    is_known,
    planned,
    read,
)
from stackwright.deployment.rehearsal.wishes import (
    Expected,
    Fault,
    Wishes,
    expected_of,
    recognise,
)
from stackwright.deployment.targets.terraform import read_plan
from stackwright.errors import ProjectError
from tests.deployment.examples import change, terraform

NAMED = Attribute(type="string", required=True)
MADE = Attribute(type="string", computed=True)
THING = Block(
    attributes={
        "name": NAMED,
        "id": MADE,
        "tags": Attribute(type="map(string)", optional=True),
        "tags_all": Attribute(type="map(string)", optional=True, computed=True),
        "secret_wo": Attribute(type="string", optional=True, write_only=True),
        "parts": Attribute(
            type="list",
            computed=True,
            optional=True,
            members={"port": Attribute(type="number", computed=True)},
        ),
        "one": Attribute(type="object", optional=True, members={"id": MADE}),
        "each": Attribute(type="map", optional=True, members={"id": MADE}),
    },
    blocks={
        "rule": NestedBlock(nesting="set", block=Block(attributes={"id": MADE, "path": NAMED})),
        "timeouts": NestedBlock(
            nesting="single",
            block=Block(attributes={"create": Attribute(type="string", optional=True)}),
        ),
        "by_key": NestedBlock(nesting="map", block=Block(attributes={"id": MADE})),
    },
)


def thing(**given: Any) -> dict[str, Any]:
    return conform(THING, {"name": "a", **given})


def test_what_only_the_provider_writes_is_unknown_until_it_is_made() -> None:
    found = planned("aws_thing", THING, thing(rule=[{"path": "/"}], one={}, each={"a": {}}), None)
    assert found is not None
    assert found["id"] is UNKNOWN
    assert found["parts"] is UNKNOWN
    assert found["rule"] == [{"id": UNKNOWN, "path": "/"}]
    assert found["one"] == {"id": UNKNOWN}
    assert found["each"] == {"a": {"id": UNKNOWN}}
    assert found["timeouts"] is None
    assert not is_known(found)


def test_what_was_made_is_whole_and_always_the_same() -> None:
    wanted = planned("aws_thing", THING, thing(rule=[{"path": "/"}], by_key={"a": {}}), None)
    assert wanted is not None
    made = applied("aws_thing", THING, wanted, "seed")
    assert is_known(made)
    assert made == applied("aws_thing", THING, wanted, "seed")
    assert made["id"] != applied("aws_thing", THING, wanted, "other")["id"]
    assert made["parts"] == [{"port": 443}]
    again = planned("aws_thing", THING, made, made)
    assert again == made


def test_a_list_that_is_known_in_part_is_completed() -> None:
    block = Block(
        attributes={"urls": Attribute(type="list(string)"), "by": Attribute(type="map(string)")}
    )
    made = applied("aws_thing", block, {"urls": ["a", UNKNOWN], "by": {"x": UNKNOWN}}, "seed")
    assert made["urls"][0] == "a"
    assert is_known(made)


def test_blocks_that_are_not_known_yet_are_none_in_the_end() -> None:
    made = applied("aws_thing", THING, {**thing(), "rule": UNKNOWN, "timeouts": UNKNOWN}, "seed")
    assert (made["rule"], made["timeouts"]) == ([], None)


def test_a_write_only_value_never_reaches_the_state() -> None:
    found = planned("aws_thing", THING, thing(secret_wo="hunter2"), None)
    assert found is not None
    assert found["secret_wo"] is None


def test_tags_of_the_provider_are_on_everything() -> None:
    found = planned("aws_thing", THING, thing(tags={"a": "1"}), None, {"project": "shop"})
    assert found is not None
    assert found["tags_all"] == {"project": "shop", "a": "1"}
    unknown = planned("aws_thing", THING, thing(tags={"a": UNKNOWN}), None)
    assert unknown is not None
    assert unknown["tags_all"] is UNKNOWN


def test_nothing_is_planned_for_what_goes() -> None:
    assert planned("aws_thing", THING, None, thing()) is None


def test_a_certificate_knows_its_domains_before_it_is_made() -> None:
    block = Block(
        attributes={
            "domain_name": NAMED,
            "subject_alternative_names": Attribute(type="set(string)", optional=True),
        }
    )
    values = {"domain_name": "b.example", "subject_alternative_names": ["a.example"]}
    found = planned("aws_acm_certificate", block, values, None)
    assert found is not None
    names = [one["domain_name"] for one in found["domain_validation_options"]]
    assert names == ["a.example", "b.example"]


def test_changes_are_named() -> None:
    assert changed_names({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ("b", "c")


@pytest.mark.parametrize(
    ("kind", "name", "type_", "pattern"),
    [
        ("aws_vpc", "id", "string", "vpc-"),
        ("aws_vpc", "arn", "string", "arn:aws:"),
        ("aws_vpc", "owner_id", "string", ACCOUNT),
        ("aws_lb", "dns_name", "string", ".lb.rehearsal.example"),
        ("aws_eip", "public_ip", "string", "192.0.2."),
        ("google_run", "uri", "string", "https://"),
        ("google_run", "create_time", "string", "2026-01-01T00:00:00Z"),
        ("azurerm_resource_group", "id", "string", "/subscriptions/"),
        ("azurerm_subnet", "id", "string", "/providers/"),
        ("azurerm_app", "principal_id", "string", "00000000-"),
    ],
)
def test_answers_look_like_what_they_are(kind: str, name: str, type_: str, pattern: str) -> None:
    assert pattern in answer(kind, name, type_, "seed")


def test_answers_have_their_types() -> None:
    assert answer("a_b", "port", "number", "s") == 443
    assert answer("a_b", "size", "number", "s") == 1
    assert answer("a_b", "ready", "bool", "s") is False
    assert answer("a_b", "labels", "map(string)", "s") == {}
    assert len(set(answer("a_b", "name_servers", "list(string)", "s"))) == 4


def test_data_sources_that_others_build_on_are_answered_truly() -> None:
    block = Block(attributes={"names": Attribute(type="list(string)", computed=True)})
    zones = read("aws_availability_zones", block, {"names": None, "_region": "eu-west-1"}, "s")
    assert zones["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    policy = facts(
        "aws_iam_policy_document",
        {
            "statement": [
                {
                    "effect": "Deny",
                    "actions": ["s3:*"],
                    "principals": [{"type": "AWS", "identifiers": ["*"]}],
                    "condition": [
                        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}
                    ],
                }
            ]
        },
    )
    (statement,) = json.loads(policy["json"])["Statement"]
    assert statement == {
        "Effect": "Deny",
        "Action": ["s3:*"],
        "Principal": {"AWS": ["*"]},
        "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
    }
    assert facts("google_project", {"project_id": "ours"})["project_id"] == "ours"
    assert facts("aws_region", {})["region"] == "eu-central-1"
    for kind in ("aws_caller_identity", "aws_partition", "azurerm_client_config"):
        assert facts(kind, {})
    assert facts("aws_vpc", {}) == {}


def test_a_resource_is_recognised_by_what_the_plan_knows_of_it() -> None:
    document = terraform(
        change(
            "aws_subnet", ["create"], name="a", after={"cidr": "10.0.0.0/24", "tags": {"n": "1"}}
        ),
        change("aws_subnet", ["create"], name="b", after={"cidr": "10.0.1.0/24", "list": [1]}),
        change("aws_subnet", ["delete"], name="c", before={}),
    )
    expected = expected_of(document)
    assert [one.address for one in expected] == ["aws_subnet.a", "aws_subnet.b"]
    assert recognise(expected, "aws_subnet", {"cidr": "10.0.1.0/24"}, frozenset()) == "aws_subnet.b"
    assert recognise(expected, "aws_subnet", {"cidr": "10.0.2.0/24"}, frozenset()) == ""
    alike = tuple(Expected(address=name, kind="k") for name in ("x", "y"))
    assert recognise(alike, "k", {}, frozenset({"x"})) == "y"
    assert recognise(alike, "k", {}, frozenset({"x", "y"})) == "x"


def test_what_is_secret_is_not_written_down_to_recognise_it() -> None:
    entry = change(
        "aws_thing",
        ["create"],
        after={"password": "p", "name": "a"},
        after_sensitive={"password": True},
    )
    assert expected_of(terraform(entry))[0].known == {"name": "a"}


def test_a_failure_happens_as_often_as_it_was_wished_for() -> None:
    fault = Fault(address="a.b", times=2)
    wishes = Wishes(faults=(fault,), delay_s=1, delays_s={"a.b": 3})
    assert wishes.fault_of("a.b", "create", {"0": 1}) == fault
    assert wishes.fault_of("a.b", "create", {"0": 2}) is None
    assert wishes.fault_of("a.b", "update", {}) is None
    assert (wishes.delay_of("a.b"), wishes.delay_of("a.c")) == (3, 1)


def test_what_the_product_runs_in_is_made_to_fail() -> None:
    steps = read_plan(
        terraform(
            change("aws_ecs_service", ["create"], after={"a": 1}),
            change("aws_vpc", ["create"], after={"a": 1}),
            change("aws_lb", ["delete"], before={"a": 1}),
        )
    ).steps
    assert pick_failure(steps) == "aws_ecs_service.main"
    assert pick_failure(steps[1:]) == "aws_vpc.main"
    assert pick_failure(steps, "aws_vpc.main") == "aws_vpc.main"
    with pytest.raises(ProjectError, match=r"does not change aws_lb\.main"):
        pick_failure(steps, "aws_lb.main")
    with pytest.raises(ProjectError, match="changes nothing"):
        pick_failure(())
    assert services_of(steps) == {"Back end": 1, "Network": 1, "Traffic": 1}


def test_what_is_missing_or_changed_is_not_healthy() -> None:
    assert judge(["a", "b"], ["a", "b"], ()).health == "healthy"
    missing = judge(["a", "b"], ["a"], ())
    assert (missing.health, missing.resource) == ("failed", "b")
    drift = Drift(kind=DriftKind.CHANGED, address="a", path="x", was=1, found=2)
    assert "x was 1 and is 2" in judge(["a"], ["a"], (drift,)).sentence
