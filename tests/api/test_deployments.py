"""Deployments over the API: kept by name, changed by nobody unseen, and looked at before anything is planned."""

from typing import Any

import pytest

from app.api.deployments import EXAMPLES, draft_of
from app.storage.deployments import Stored
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"


async def test_a_deployment_is_made_listed_changed_and_removed(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _place(ann)
    made = await ann("POST", place, {"name": "shop"})
    stored = Stored.model_validate(made.json())
    assert (made.status_code, stored.revision, made.headers["etag"]) == (201, 1, '"1"')
    its = made.headers["location"].removeprefix("/api/v1")
    known = await ann("GET", its, headers={"If-None-Match": '"1"'})
    assert (known.status_code, known.content) == (304, b"")
    await ann("POST", place, {"name": "a-first"})
    listed = (await ann("GET", place)).json()["deployments"]
    assert [one["name"] for one in listed] == ["a-first", "shop"]
    world.clock.passes(minutes=1)
    wanted = {"name": "store", "cloud": {"target": "aws", "region": "eu-central-1"}}
    changed = await ann("PUT", its, wanted, {"If-Match": '"1"'})
    assert (changed.json()["name"], changed.headers["etag"]) == ("store", '"2"')
    assert is_problem(await ann("PUT", its, {"name": "late"}, {"If-Match": '"1"'}), 412)
    assert is_problem(await ann("DELETE", its, headers={"If-Match": '"1"'}), 412)
    again = await ann("PUT", its, wanted)
    assert again.json() == changed.json()
    assert (await ann("DELETE", its, headers={"If-Match": '"2"'})).status_code == 204
    assert is_problem(await ann("GET", its), 404)


async def test_the_deployments_of_all_projects_are_listed_page_by_page(world: World) -> None:
    ann = await world.person("ann@example.org")
    for name in ("first", "second", "third"):
        await ann("POST", await _place(ann), {"name": name})
        world.clock.passes(minutes=1)
    page = (await ann("GET", "/deployments?limit=2")).json()
    assert [one["name"] for one in page["deployments"]] == ["third", "second"]
    assert page["deployments"][0]["project"]
    rest = (await ann("GET", f"/deployments?limit=2&cursor={page['next']}")).json()
    assert [one["name"] for one in rest["deployments"]] == ["first"]
    assert rest["next"] is None
    stranger = await world.person("eve@example.org")
    assert (await stranger("GET", "/deployments")).json()["deployments"] == []


async def test_two_of_a_project_never_share_a_name(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _place(ann)
    await ann("POST", place, {"name": "shop"})
    other = (await ann("POST", place, {"name": "store"})).json()["id"]
    for answer in (
        await ann("POST", place, {"name": "shop"}),
        await ann("PUT", f"/deployments/{other}", {"name": "shop"}),
    ):
        assert is_problem(answer, 409)
        assert answer.json()["findings"][0]["where"] == "body.name"
    assert (await ann("POST", await _place(ann), {"name": "shop"})).status_code == 201


async def test_what_is_not_possible_is_refused_at_its_place(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _place(ann)
    answer = await ann("POST", place, {"name": "shop", "scaling": {"minimum": 0}})
    assert is_problem(answer, 422)
    assert answer.json()["findings"][0]["where"] == "body.scaling.minimum"
    nul = {"name": "shop", "setting": {"variables": {"A": "\x00"}}}
    assert is_problem(await ann("POST", place, nul), 422)


async def test_a_look_finds_and_bills_and_keeps_nothing(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _place(ann)
    await ann("POST", place, EXAMPLES["local"]["value"])
    new = (await ann("POST", f"{place}/review", EXAMPLES["production"]["value"])).json()
    assert (new["can_be_planned"], new["bill"]["state"]) == (True, "partly")
    assert new["bill"]["usd_per_month"] > 50
    assert new["bill"]["delta_usd_per_month"] is None
    (stored,) = (await ann("GET", place)).json()["deployments"]
    its = f"/deployments/{stored['id']}"
    saved = (await ann("POST", f"{its}/review", {})).json()
    assert (saved["bill"]["state"], saved["bill"]["usd_per_month"]) == ("nothing", 0)
    config = {**stored["config"], "cloud": {"target": "azure"}, "database": {"engine": "mysql"}}
    other = (await ann("POST", f"{its}/review", {"config": config})).json()
    assert not other["can_be_planned"]
    wheres = [one["where"] for one in other["findings"] if one["level"] == "error"]
    assert wheres == ["cloud.region", "cloud.credentials", "database.engine"]
    assert other["bill"]["delta_usd_per_month"] == other["bill"]["usd_per_month"] > 0
    config["review"] = {"budget_usd_per_month": 1}
    dear = (await ann("POST", f"{its}/review", {"config": config})).json()
    assert dear["findings"][0]["where"] == "review.budget_usd_per_month"
    assert (await ann("GET", its)).json() == stored


async def test_removing_it_takes_along_what_was_typed_and_is_told_in_the_audit(
    world: World,
) -> None:
    ann = await world.person("ann@example.org")
    place = await _place(ann)
    stored = Stored.model_validate((await ann("POST", place, {"name": "shop"})).json())
    draft = f"/projects/{stored.project_id}/drafts/{draft_of(stored.id)}"
    assert (await ann("PUT", draft, {"name": "half"})).status_code == 200
    assert (await ann("DELETE", f"/deployments/{stored.id}")).status_code == 204
    assert is_problem(await ann("GET", draft), 404)
    root = await _admin(world)
    told = [one["action"] for one in (await root("GET", "/audit")).json()["entries"]]
    assert {"deployment.make", "deployment.remove"} <= {*told}


async def _admin(world: World) -> Visitor:
    from stackwright.access.rights import Role

    return await world.person("root@example.org", Role.ADMIN)


async def _place(owner: Any) -> str:
    made = await owner("POST", "/projects", {"name": "Tags", "model": {"text": MODEL}})
    return f"/projects/{made.json()['id']}/deployments"
