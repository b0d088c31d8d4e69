"""Runs over the API while no orchestrator is there: kept, listed, counted, withdrawn."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.storage import runs
from stackwright.access.rights import Role
from stackwright.generation.config import Platform
from stackwright.generation.quality import Outcome, QualityReport
from tests.api.world import Visitor, World, is_problem

pytestmark = pytest.mark.services

MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"


async def project(owner: Visitor) -> str:
    made = await owner("POST", "/projects", {"name": "Tags", "model": {"text": MODEL}})
    return str(made.json()["id"])


async def start(owner: Visitor, project_id: str, key: str = "") -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await owner("POST", "/runs", {"project_id": project_id}, headers)
    assert answer.status_code == 202, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def test_a_run_is_kept_before_it_is_answered(world: World) -> None:
    ann = await world.person("ann@example.org")
    project_id = await project(ann)
    run = await start(ann, project_id)
    assert (run["number"], run["model"], run["state"]) == (1, 1, "queued")
    assert run["possible"] == ["cancel"]
    read = await ann("GET", f"/runs/{run['id']}")
    assert read.json() == run
    again = await ann("GET", f"/runs/{run['id']}", headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    progress = (await ann("GET", f"/runs/{run['id']}/progress")).json()
    names = [step["name"] for step in progress["progress"]["steps"]]
    assert names == ["read", "plan", "render", "write", "publish"]
    assert (await ann("GET", f"/runs/{run['id']}/log")).json()["lines"] == []


async def test_asking_twice_with_one_key_starts_one_run(world: World) -> None:
    ann = await world.person("ann@example.org")
    project_id = await project(ann)
    first, second = await start(ann, project_id, "k"), await start(ann, project_id, "k")
    assert first == second
    other = await ann(
        "POST", "/runs", {"project_id": project_id, "verify": True}, {"Idempotency-Key": "k"}
    )
    assert is_problem(other, 422)
    assert (await start(ann, project_id))["number"] == 2


async def test_a_project_without_a_model_starts_nothing(world: World) -> None:
    ann = await world.person("ann@example.org")
    made = (await ann("POST", "/projects", {"name": "Empty"})).json()
    answer = await ann("POST", "/runs", {"project_id": made["id"]})
    assert is_problem(answer, 409)
    assert answer.json()["detail"] == "The project has no model yet."
    assert is_problem(await ann("POST", "/runs", {"project_id": str(uuid4())}), 404)


async def test_runs_are_listed_by_project_and_state_page_by_page(world: World) -> None:
    ann = await world.person("ann@example.org")
    one, other = await project(ann), await project(ann)
    ids = []
    for project_id in (one, other, one):
        world.clock.passes(seconds=1)
        ids.append((await start(ann, project_id))["id"])
    await ann("POST", f"/runs/{ids[0]}/cancel")

    async def listed(query: str) -> list[str]:
        return [run["id"] for run in (await ann("GET", f"/runs{query}")).json()["runs"]]

    assert await listed("") == ids[::-1]
    assert await listed(f"?project={one}") == [ids[2], ids[0]]
    assert await listed("?state=cancelled&state=done") == [ids[0]]
    first = (await ann("GET", "/runs?limit=2")).json()
    assert await listed(f"?cursor={first['next']}") == [ids[0]]
    counted = (await ann("GET", f"/runs/statistics?project={one}")).json()
    assert (counted["runs"], counted["by_state"]) == (2, {"queued": 1, "cancelled": 1})
    assert counted["days"][-1] == {"day": "2026-03-01", "done": 0, "not_done": 1}


async def test_what_has_not_begun_is_withdrawn_and_cannot_be_steered(world: World) -> None:
    ann = await world.person("ann@example.org")
    run = await start(ann, await project(ann))
    for steer in ("pause", "resume", "retry"):
        answer = await ann("POST", f"/runs/{run['id']}/{steer}")
        assert is_problem(answer, 409)
        assert answer.json()["hint"] == "What is possible now: cancel."
    cancelled = (await ann("POST", f"/runs/{run['id']}/cancel")).json()
    assert (cancelled["state"], cancelled["possible"]) == ("cancelled", [])
    assert is_problem(await ann("POST", f"/runs/{run['id']}/cancel"), 409)
    assert is_problem(await ann("POST", f"/runs/{run['id']}/explode"), 404)
    trail = [entry["action"] for entry in await _audit(world)]
    assert trail[:2] == ["run.cancel", "run.start"]


async def test_a_project_with_an_unfinished_run_stays(world: World) -> None:
    ann = await world.person("ann@example.org")
    project_id = await project(ann)
    run = await start(ann, project_id)
    assert is_problem(await ann("DELETE", f"/projects/{project_id}"), 409)
    await ann("POST", f"/runs/{run['id']}/cancel")
    assert (await ann("DELETE", f"/projects/{project_id}")).status_code == 204
    assert is_problem(await ann("GET", f"/runs/{run['id']}"), 404)


async def test_nobody_starts_more_than_they_wait_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.runs.MOST_ACTIVE", 2)
    ann = await world.person("ann@example.org")
    project_id = await project(ann)
    for _ in range(2):
        await start(ann, project_id)
    assert is_problem(await ann("POST", "/runs", {"project_id": project_id}), 409)


async def test_the_schema_of_messages_is_published(world: World) -> None:
    ann = await world.person("ann@example.org")
    schema = (await ann("GET", "/runs/events/schema")).json()
    kinds = set(schema["$defs"]["MessageKind"]["enum"])
    assert kinds >= {
        "GENERATION_STARTED",
        "ENTITY_PROCESSING",
        "FILE_GENERATED",
        "VALIDATION_COMPLETE",
        "GENERATION_COMPLETE",
        "GENERATION_ERROR",
    }


async def _audit(world: World) -> list[dict[str, Any]]:
    root = await world.person("root@example.org", Role.ADMIN)
    entries = (await root("GET", "/audit")).json()["entries"]
    return [entry for entry in entries if entry["action"].startswith("run.")]


async def test_what_the_checks_found_is_told_check_by_check(world: World) -> None:
    ann = await world.person("ann@example.org")
    run = await start(ann, await project(ann))
    place = f"/runs/{run['id']}/quality"
    assert (await ann("GET", place)).json() == {"asked": False, "report": None}
    found = Outcome(
        id="backend.types",
        platform=Platform.BACKEND,
        title="Types",
        proves="Every call fits.",
        state="ok",
    )
    report = QualityReport(project="tags", ok=True, seconds=1.0, outcomes=(found,), figures={})
    async with world.parts.storage.session() as session:
        await runs.keep_journal(session, UUID(run["id"]), [], report)
    told = (await ann("GET", place)).json()["report"]
    assert [(one["id"], one["state"]) for one in told["outcomes"]] == [("backend.types", "ok")]


async def test_the_plan_of_a_project_is_that_of_its_newest_model_and_choices(world: World) -> None:
    ann = await world.person("ann@example.org")
    project_id = await project(ann)
    await ann("PUT", f"/projects/{project_id}/configuration", {"platforms": ["backend"]})
    told = (await ann("GET", f"/projects/{project_id}/plan")).json()
    assert set(told["counts"]) == {"create"}
    assert told["estimate"]["total"]["files"] == told["counts"]["create"]
    assert not any(one["path"].startswith("frontend") for one in told["plan"]["files"])
    empty = (await ann("POST", "/projects", {"name": "Empty"})).json()
    assert is_problem(await ann("GET", f"/projects/{empty['id']}/plan"), 409)
