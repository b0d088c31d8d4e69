from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.desired import Infrastructure, Observed
from stackwright.deployment.drift import Drift, DriftKind, matters
from stackwright.deployment.plan import outcome, reverse
from stackwright.deployment.planning import make_plan
from stackwright.deployment.risk import HOLDS_DATA, REPLACING, Risk
from stackwright.deployment.step import Resource, Step, Undo
from stackwright.deployment.targets.terraform import (
    flatten,
    left_alone,
    read_plan,
    service_of,
)
from stackwright.errors import ProjectError
from tests.deployment.examples import change, production, terraform, wanted

CANARY = "hunter2"  # appears nowhere


def step(entry: dict[str, Any]) -> Step:
    (found,) = read_plan(terraform(entry)).steps
    return found


def updated(kind: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> Step:
    return step(change(kind, ["update"], before=before, after=after, **more))


@pytest.mark.parametrize(
    ("entry", "action", "risk", "undo"),
    [
        (change("aws_vpc", ["create"], after={"a": 1}), "create", "safe", "reverse"),
        (change("aws_db_instance", ["create"], after={"a": 1}), "create", "safe", "keep"),
        (change("aws_lb", ["delete"], before={"a": 1}), "delete", "replace", "reverse"),
        (change("aws_db_instance", ["delete"], before={"a": 1}), "delete", "data_loss", "never"),
        (
            change("aws_lb", ["delete", "create"], before={"a": 1}, after={"a": 2}),
            "replace",
            "replace",
            "reverse",
        ),
        (
            change("aws_s3_bucket", ["create", "delete"], before={"a": 1}, after={"a": 2}),
            "replace",
            "data_loss",
            "never",
        ),
        (
            change("aws_ecs_task_definition", ["create", "delete"], before={"cpu": 1}, after={}),
            "replace",
            "safe",
            "reverse",
        ),
    ],
)
def test_an_action_of_terraform_becomes_a_step(
    entry: dict[str, Any], action: str, risk: str, undo: str
) -> None:
    found = step(entry)
    assert (found.action, found.risk, found.undo) == (action, risk, undo)


def test_nothing_is_done_about_what_stays_is_read_or_is_let_go() -> None:
    found = read_plan(
        terraform(
            change("aws_vpc", ["no-op"], before={"a": 1}, after={"a": 1}),
            change("aws_lb", ["forget"], before={"a": 1}),
            {**change("aws_ami", ["read"]), "mode": "data"},
        )
    )
    assert found.steps == ()
    assert [resource.kind for resource in found.after] == ["aws_vpc"]


def test_an_update_that_the_provider_cannot_do_in_place_is_a_replacement() -> None:
    found = updated("aws_security_group", {"name": "a"}, {"name": "b"})
    assert found.action == "replace"
    assert found.risk is Risk.REPLACE
    assert found.reasons[0] == "name cannot be changed in place."
    assert updated("aws_security_group", {"tags": {"a": "1"}}, {"tags": {}}).risk is Risk.SAFE


@pytest.mark.parametrize("kind", sorted(HOLDS_DATA.keys() & REPLACING.keys()))
def test_replacing_what_holds_data_loses_it(kind: str) -> None:
    path = min(REPLACING[kind])
    names = path.split(".")
    before: Any = "a"
    after: Any = "b"
    for name in reversed(names):
        inner = [before], [after]
        before, after = inner if name == "0" else ({name: before}, {name: after})
    found = updated(kind, before, after)
    assert (found.risk, found.undo) == (Risk.DATA_LOSS, Undo.NEVER)
    assert HOLDS_DATA[kind] in found.reasons[-1]


def test_a_table_with_a_version_in_its_name_is_known() -> None:
    before, after = ({"metadata": [{"name": name}]} for name in "ab")
    assert updated("kubernetes_deployment_v1", before, after).action == "replace"


def test_an_update_that_empties_is_a_loss() -> None:
    kept = {"backup_retention_period": 7}
    found = updated("aws_db_instance", kept, {"backup_retention_period": 0})
    assert (found.action, found.risk) == ("update", Risk.DATA_LOSS)
    assert "all automatic backups" in found.reasons[0]
    assert updated("aws_db_instance", kept, {"backup_retention_period": 3}).risk is Risk.SAFE


def test_no_secret_leaves_the_plan_and_a_new_one_is_seen() -> None:
    values = {"password": CANARY, "user": {"key": CANARY}, "name": "a"}
    marks = {"password": True, "user": True}
    found = updated(
        "aws_thing",
        values,
        {**values, "password": f"{CANARY}!"},
        before_sensitive=marks,
        after_sensitive=marks,
    )
    assert CANARY not in found.model_dump_json()
    (changed,) = found.changes
    assert (changed.path, changed.before, changed.after) == (
        "password",
        "(secret)",
        "(another secret)",
    )


def test_a_value_that_becomes_secret_was_one_before() -> None:
    found = updated(
        "aws_thing", {"a": CANARY, "b": 1}, {"a": CANARY, "b": 2}, after_sensitive={"a": True}
    )
    assert CANARY not in found.model_dump_json()


def test_what_only_the_provider_knows_is_said_so() -> None:
    entry = change("aws_vpc", ["create"], after={"a": None}, after_unknown={"id": True, "a": False})
    assert step(entry).after == {"id": "(known after it is made)"}


def test_a_leftover_has_an_address_of_its_own() -> None:
    entry = {**change("aws_lb", ["delete"], before={"a": 1}), "deposed": "ab12"}
    assert step(entry).address == "aws_lb.main (left over ab12)"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "format unknown"),
        ({"format_version": "2.0"}, "format 2.0"),
        ({"format_version": "1.2", "errored": True}, "failed"),
    ],
)
def test_what_cannot_be_read_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        read_plan(document)


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("aws_db_instance", "Database"),
        ("aws_elasticache_replication_group", "Cache"),
        ("aws_cloudfront_distribution", "CDN"),
        ("aws_route53_record", "Domain and TLS"),
        ("aws_cloudwatch_metric_alarm", "Monitoring"),
        ("aws_secretsmanager_secret", "Secrets"),
        ("aws_iam_role", "Permissions"),
        ("aws_s3_bucket", "Files"),
        ("aws_lb", "Traffic"),
        ("aws_lb_listener", "Traffic"),
        ("aws_vpc", "Network"),
        ("aws_ecs_service", "Back end"),
        ("google_sql_database_instance", "Database"),
        ("google_cloud_run_v2_service", "Back end"),
        ("azurerm_postgresql_flexible_server", "Database"),
        ("azurerm_container_app", "Back end"),
        ("digitalocean_database_cluster", "Database"),
        ("digitalocean_app", "Back end"),
        ("kubernetes_deployment", "Back end"),
        ("random_pet", "More"),
    ],
)
def test_a_plan_is_grouped_by_service(kind: str, service: str) -> None:
    assert service_of(kind) == service


def test_paths_are_as_people_write_them() -> None:
    assert dict(flatten({"a": [{"b": 1}, {"b": None}], "c": True})) == {"a.0.b": 1, "c": True}


VALUES = st.dictionaries(
    st.sampled_from(["name", "cidr_block", "size", "tags"]),
    st.one_of(st.none(), st.booleans(), st.text("ab", max_size=2), st.just({"x": "y"})),
)


@given(st.lists(st.tuples(st.sampled_from(["aws_vpc", "aws_lb"]), VALUES, VALUES), max_size=5))
def test_carrying_out_and_taking_back_gives_what_was_there(
    changes: list[tuple[str, dict[str, Any], dict[str, Any]]],
) -> None:
    entries = [
        change(kind, ["update"], before=old, after=new, name=f"n{number}")
        for number, (kind, old, new) in enumerate(changes)
    ]
    found = read_plan(terraform(*entries))
    world = {resource.address: resource for resource in found.before}
    plan = make_plan(
        wanted(deployment=production(), infrastructure=found), Observed(resources=world)
    )
    after = outcome(world, plan)
    assert {one.address: one for one in found.after}.items() <= after.items()
    back = outcome(after, reverse(plan, {one.key for one in plan.steps}))
    assert {address: back[address] for address in world} == world


def test_sixty_resources_are_one_plan_with_its_price_and_its_findings() -> None:
    entries = [change("aws_subnet", ["create"], after={"n": n}, name=f"n{n}") for n in range(58)]
    database = {
        "instance_class": "db.t4g.small",
        "allocated_storage": 20,
        "publicly_accessible": True,
    }
    entries += [
        change("aws_db_instance", ["create"], after=database),
        change("aws_thing", ["create"], after={}),
    ]
    infrastructure = read_plan(terraform(*entries))
    plan = make_plan(
        wanted(deployment=production(), infrastructure=infrastructure), Observed(resources={})
    )
    assert plan.counts()["create"] == 62
    assert plan.cost is not None
    assert plan.cost.delta_usd_per_month == 25.66
    assert plan.cost.unknown == ("aws_thing.main",)
    place = next(one for one in plan.steps if one.kind == "aws_db_instance")
    assert any("internet" in finding.message for finding in plan.findings_at(place))


def test_infrastructure_is_a_value() -> None:
    found = Infrastructure(before=(Resource(kind="a", address="b"),))
    assert Infrastructure.model_validate_json(found.model_dump_json()) == found


STACK = """
resource "aws_ecs_service" "main" {
  desired_count = 2

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
"""


@pytest.mark.parametrize(
    ("kind", "address", "path", "heard"),
    [
        ("changed", "aws_ecs_service.main", "desired_count", False),
        ("changed", "aws_ecs_service.main[0]", "task_definition", False),
        ("changed", "aws_ecs_service.main", "cluster", True),
        ("changed", "aws_ecs_service.other", "desired_count", True),
        ("changed", "aws_vpc.main", "cidr_block", True),
        ("changed", "aws_db_instance.main[0]", "latest_restorable_time", False),
        ("missing", "aws_ecs_service.main", "", True),
    ],
)
def test_nobody_hears_of_what_a_stack_leaves_to_others(
    kind: str, address: str, path: str, heard: bool
) -> None:
    alone = left_alone(STACK)
    assert alone == {
        ("aws_ecs_service.main", "task_definition"),
        ("aws_ecs_service.main", "desired_count"),
    }
    assert matters(Drift(kind=DriftKind(kind), address=address, path=path), alone) is heard
