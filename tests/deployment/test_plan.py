from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackwright.deployment.approval import approve
from stackwright.deployment.desired import Desired, Infrastructure, Observed, observed
from stackwright.deployment.plan import Plan, outcome, reverse
from stackwright.deployment.planning import make_plan
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Resource, Undo, applied, is_done
from stackwright.deployment.targets.application import schema
from stackwright.deployment.targets.local import back_end, build, database, proxy
from stackwright.errors import ProjectError
from tests.deployment.examples import ADDS, DROPS, FIRST, NOON, production, running, shop, wanted


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    """Anything that a machine may look like, also after something was killed."""
    there: list[Resource] = []
    if draw(st.booleans()):
        there.append(database())
        if draw(st.booleans()):
            there.append(schema("0001"))
    there += [build(digest) for digest in ("b1", "b2") if draw(st.booleans())]
    for number in (1, 2):
        if draw(st.booleans()):
            digest = draw(st.sampled_from(["b1", "b2"]))
            there.append(back_end(number, build=digest, settings="s1"))
    number = draw(st.sampled_from([1, 0]))
    return observed(*there, *([proxy(number)] if number else []))


@st.composite
def wishes(draw: st.DrawFn) -> Desired:
    migrations = draw(st.sampled_from([(), (ADDS,)]))
    return wanted(draw(st.sampled_from(["b1", "b2"])), *migrations)


def test_the_first_release_makes_all_that_is_missing() -> None:
    plan = make_plan(wanted("b1", FIRST, release=1), observed())
    assert keys(plan) == [
        "create database",
        "migrate schema",
        "unpack build/b1",
        "start backend/1",
        "probe backend/1",
        "switch proxy",
        "probe proxy",
        "record release/1",
    ]
    assert plan.risk is Risk.SAFE
    assert plan.automatic_rollback
    assert not plan.findings


def test_the_next_release_starts_beside_and_stops_the_old_one_last() -> None:
    plan = make_plan(wanted("b2", ADDS), running())
    assert keys(plan) == [
        "backup database",
        "migrate schema",
        "unpack build/b2",
        "start backend/2",
        "probe backend/2",
        "switch proxy",
        "probe proxy",
        "drain backend/1",
        "stop backend/1",
        "record release/2",
    ]


def test_taking_it_back_probes_the_old_one_before_it_gets_visitors() -> None:
    plan = make_plan(wanted("b2", ADDS), running())
    back = reverse(plan, set(keys(plan)))
    assert keys(back) == [
        "start backend/1",
        "probe backend/1",
        "switch proxy",
        "stop backend/2",
        "remove build/b2",
    ]
    assert {finding.where for finding in back.findings} == {"schema", "release/2"}
    assert not back.automatic_rollback


def test_a_plan_is_empty_when_what_is_wanted_serves() -> None:
    plan = make_plan(wanted("b1"), running())
    assert plan.changes_nothing
    assert plan.release == 0


def test_what_an_earlier_attempt_left_is_cleared_away() -> None:
    left = back_end(2, build="b9", settings="s1")
    world = observed(*running().resources.values(), left)
    plan = make_plan(wanted("b2"), world)
    assert keys(plan).index("clear backend/2") < keys(plan).index("start backend/2")


def test_a_dead_back_end_is_replaced_without_being_stopped() -> None:
    world = observed(*(one for one in running().resources.values() if "backend" not in one.address))
    plan = make_plan(wanted("b1"), world)
    assert keys(plan)[0] == "start backend/2"
    assert not any(key.startswith(("stop", "drain")) for key in keys(plan))


@given(worlds(), wishes(), st.data())
def test_taking_back_what_was_done_gives_what_was_there(
    world: Observed, wish: Desired, data: st.DataObject
) -> None:
    plan = make_plan(wish, world)
    count = data.draw(st.integers(0, len(plan.steps)))
    state = dict(world.resources)
    for step in plan.steps[:count]:
        state = applied(state, step)
    back = reverse(plan, {step.key for step in plan.steps[:count]})
    after = dict(outcome(state, back))
    kept = {step.address for step in plan.steps[:count] if step.undo is Undo.KEEP}
    for address in world.resources.keys() | after.keys():
        if address not in kept:
            assert after.get(address) == world.resources.get(address)


@given(worlds(), wishes())
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(world: Observed, wish: Desired) -> None:
    plan = make_plan(wish, world)
    after = outcome(world.resources, plan)
    again = wish.model_copy(update={"migrations": ()})
    assert make_plan(again, Observed(resources=dict(after))).changes_nothing
    number = after["proxy"].facts["release"]
    assert after[f"backend/{number}"].facts["build"] == wish.snapshot.build


@given(worlds(), wishes(), st.data())
def test_visitors_always_meet_a_back_end_while_a_plan_is_carried_out_and_taken_back(
    world: Observed, wish: Desired, data: st.DataObject
) -> None:
    state = dict(world.resources)
    served = f"backend/{world.fact('proxy', 'release')}" in state
    plan = make_plan(wish, world)
    done = plan.steps[: data.draw(st.integers(0, len(plan.steps)))]
    for step in (*done, *reverse(plan, {one.key for one in done}).steps):
        state = applied(state, step)
        if served:
            assert f"backend/{state['proxy'].facts['release']}" in state


@given(worlds(), wishes())
def test_a_step_that_was_carried_out_is_seen_to_be_done(world: Observed, wish: Desired) -> None:
    state = dict(world.resources)
    for step in make_plan(wish, world).steps:
        before, state = state, applied(state, step)
        if step.before is not None or step.after is not None:
            assert not is_done(before, step)
            assert is_done(state, step)


def test_a_plan_that_is_out_of_date_is_not_carried_out() -> None:
    plan = make_plan(wanted("b2"), running(1))
    with pytest.raises(ProjectError, match="not as the plan found it") as caught:
        outcome(running(9).resources, plan)
    assert caught.value.http_status == 409


def test_a_destructive_migration_blocks_the_rollback_and_says_so() -> None:
    careless = shop(recovery={"before_migrations": False})
    plan = make_plan(wanted("b2", DROPS, deployment=careless), running())
    assert plan.risk is Risk.DATA_LOSS
    assert not plan.automatic_rollback
    assert [step.key for step in plan.blockers] == ["migrate schema"]
    assert keys(plan)[0] == "backup database"
    assert any("drops book.isbn" in one.message for one in plan.findings_at(plan.blockers[0]))
    with pytest.raises(ProjectError, match="cannot be taken back") as caught:
        reverse(plan, {"backup database", "migrate schema"})
    assert caught.value.http_status == 409
    assert keys(reverse(plan, {"backup database"})) == []


def test_a_database_without_tables_has_nothing_to_lose() -> None:
    first = DROPS.model_copy(update={"down_revision": ""})
    assert make_plan(wanted("b1", first), observed(database())).risk is Risk.SAFE


def test_migrations_that_do_not_follow_on_are_an_error() -> None:
    later = ADDS.model_copy(update={"down_revision": "0007"})
    plan = make_plan(wanted("b2", later), running())
    assert [finding.where for finding in plan.errors] == ["schema"]


def test_going_back_is_a_deployment_that_is_never_taken_back_by_itself() -> None:
    plan = make_plan(wanted("b0", restores=1, release=3), running())
    assert "probe backend/3" in keys(plan)
    assert not plan.automatic_rollback
    assert plan.title == "Go back to release 1 of bookshop"


def test_taking_back_steps_of_another_plan_is_refused() -> None:
    with pytest.raises(ProjectError, match="no step called stop everything"):
        reverse(make_plan(wanted("b2"), running()), {"stop everything"})


def test_a_cloud_gets_infrastructure_tables_build_and_health_in_this_order() -> None:
    plan = make_plan(wanted("b2", ADDS, deployment=production()), observed(schema("0001")))
    assert keys(plan) == [
        "backup database",
        "migrate schema",
        "roll_out service",
        "probe service",
        "record release/2",
    ]
    back = reverse(plan, set(keys(plan)))
    assert keys(back) == ["roll_out service"]


def test_stopping_first_is_a_risk() -> None:
    first = make_plan(wanted("b1", deployment=production()), observed())
    world = Observed(resources=dict(outcome({}, first)))
    careless = production(scaling={"rollout": "recreate"})
    assert make_plan(wanted("b2", deployment=careless), world).risk is Risk.REPLACE


PLAN = make_plan(wanted("b2", ADDS, deployment=production()), observed(schema("0001")))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, (*path, key))]
    if isinstance(value, list):
        return [leaf for key, one in enumerate(value) for leaf in leaves(one, (*path, key))]
    return [path]


FREE_TEXT = [
    path for path in leaves(PLAN.model_dump(mode="json")) if path[-1] in {"title", "head", "build"}
]


@given(st.sampled_from(FREE_TEXT), st.text())
@settings(max_examples=50)
def test_the_digest_changes_when_anything_that_is_shown_does(
    path: tuple[Any, ...], text: str
) -> None:
    content = PLAN.model_dump(mode="json")
    place = content
    for key in path[:-1]:
        place = place[key]
    same = place[path[-1]] == text
    place[path[-1]] = text
    assert (Plan.model_validate(content).digest == PLAN.digest) is same


def test_the_digest_does_not_change_with_the_order_of_facts() -> None:
    content = PLAN.model_dump(mode="json")
    for step in content["steps"]:
        if step["after"]:
            step["after"] = dict(reversed(step["after"].items()))
    assert Plan.model_validate(content).digest == PLAN.digest


def test_every_field_of_a_plan_is_part_of_its_digest() -> None:
    changes: dict[str, Any] = {
        "deployment": "other",
        "target": "gcp",
        "environment": "staging",
        "release": 77,
        "title": "other",
        "steps": (),
        "findings": PLAN.blockers or make_plan(wanted("b2", DROPS), running()).findings,
        "cost": None,
        "automatic_rollback": not PLAN.automatic_rollback,
    }
    assert changes.keys() == Plan.model_fields.keys()
    content = PLAN.model_dump()
    digests = {Plan.model_validate({**content, name: new}).digest for name, new in changes.items()}
    assert len(digests - {PLAN.digest}) == len(changes)


def test_a_plan_survives_being_kept() -> None:
    kept = Plan.model_validate_json(PLAN.model_dump_json())
    assert (kept, kept.digest) == (PLAN, PLAN.digest)


def test_an_approval_is_of_exactly_one_plan() -> None:
    other = make_plan(wanted("b3"), running())
    assert approve(other, other.digest, "ada", NOON).approval.by == "ada"
    with pytest.raises(ProjectError, match="has changed") as caught:
        approve(other, PLAN.digest, "ada", NOON)
    assert caught.value.http_status == 409


def test_a_plan_with_errors_cannot_be_approved() -> None:
    plan = make_plan(wanted("b2", deployment=production(database={"public": True})), observed())
    with pytest.raises(ProjectError, match="reached from the internet"):
        approve(plan, plan.digest, "ada", NOON)


def test_losing_data_has_to_be_confirmed_by_name() -> None:
    plan = make_plan(wanted("b2", DROPS), running())
    with pytest.raises(ProjectError, match="loses data"):
        approve(plan, plan.digest, "ada", NOON)
    assert approve(plan, plan.digest, "ada", NOON, confirmation="bookshop").plan == plan


def test_a_plan_names_each_step_once() -> None:
    step = PLAN.steps[0]
    with pytest.raises(ValueError, match="named twice"):
        Plan.model_validate({**PLAN.model_dump(), "steps": (step, step)})


def test_a_plan_is_read_by_service() -> None:
    assert list(PLAN.groups()) == ["Database", "Back end", "History"]
    assert PLAN.counts() == {"create": 2, "update": 1, "run": 2}


def test_a_wish_without_infrastructure_costs_nothing_new() -> None:
    assert Infrastructure() == wanted().infrastructure
    assert PLAN.cost is not None
    assert PLAN.cost.delta_usd_per_month == 0
