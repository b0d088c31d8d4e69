"""Runs in an installation, as programs ask for them, watch them and steer them, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.flows.breaking import broken
from tests.flows.following import ENDS, Person, a_person, big_model
from tests.flows.serving import Served, program, serving

pytestmark = [pytest.mark.services, pytest.mark.slow]

LITTLE = {"platforms": ["backend"], "tests": False, "docs": False, "docker": False}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The installation of this module."""
    with serving(tmp_path_factory.mktemp("runs") / "data") as running:
        yield running


@pytest.fixture
async def ada(served: Served) -> AsyncIterator[Person]:
    """Somebody in it."""
    async with a_person(served) as person:
        yield person


def is_rendering(told: dict[str, Any]) -> bool:
    return bool(told["type"] == "FILE_GENERATED")


async def test_a_run_is_asked_for_watched_and_done(ada: Person) -> None:
    project_id = await ada.project(big_model(3), LITTLE)
    run = await ada.start(project_id)
    told = [one async for one in ada.watch(run["id"])]
    assert told[0]["type"] == "SNAPSHOT"
    said = [one for one in told if "step" in one]
    assert [one["sequence"] for one in said] == list(range(1_000_001, 1_000_001 + len(said)))
    assert (said[0]["type"], said[-1]["type"]) == ("GENERATION_STARTED", "GENERATION_COMPLETE")
    assert told[-1]["run"]["state"] == "done"
    ended = await ada.run(run["id"])
    assert ended["published"]
    assert ended["outcome"]["files"] > 30
    names = [step["name"] for step in ended["outcome"]["steps"]]
    assert names == ["read", "plan", "render", "write", "publish"]
    again = [one async for one in ada.watch(run["id"], said[3]["sequence"]) if "step" in one]
    assert again == said[4:]
    log = await ada("GET", f"/runs/{run['id']}/log?text=published")
    assert log["lines"]
    assert (log["warnings"], log["errors"]) == (0, 0)


async def test_the_next_run_goes_on_from_the_last_output(ada: Person) -> None:
    project_id = await ada.project(big_model(2), LITTLE)
    first = await ada.start(project_id)
    await ada.until(first["id"], "done")
    second = await ada.start(project_id)
    ended = await ada.until(second["id"], *ENDS)
    assert ended["base"] == first["id"]
    assert set(ended["outcome"]["changes"]) == {"unchanged"}
    assert ended["outcome"]["steps"][0]["name"] == "restore"


async def test_a_paused_run_rests_and_goes_on_without_doing_it_again(ada: Person) -> None:
    run = await ada.start(await ada.project(big_model(60)))
    before = [one for one in await ada.heard(run["id"], is_rendering) if "step" in one]
    paused = await ada("POST", f"/runs/{run['id']}/pause")
    assert paused["state"] == "paused"  # how soon: benchmarks/starting.py
    await asyncio.sleep(1.5)
    rested = (await ada("GET", f"/runs/{run['id']}/progress"))["progress"]
    await asyncio.sleep(1.0)
    assert (await ada("GET", f"/runs/{run['id']}/progress"))["progress"] == rested
    assert before[-1]["done"] <= rested["done"] < rested["total"]
    await ada("POST", f"/runs/{run['id']}/resume")
    ended = await ada.until(run["id"], *ENDS)
    assert ended["state"] == "done", ended
    log = await ada("GET", f"/runs/{run['id']}/log?text=Cached&limit=1000")
    assert log["lines"], "what was rendered before the pause is not rendered again"


async def test_a_run_that_is_resumed_at_once_waits_for_its_own_last_step(ada: Person) -> None:
    run = await ada.start(await ada.project(big_model(40)))
    await ada.heard(run["id"], is_rendering)
    for _ in range(3):
        await ada("POST", f"/runs/{run['id']}/pause")
        await ada("POST", f"/runs/{run['id']}/resume")
        await ada.until(run["id"], "running", *ENDS)
    assert (await ada.until(run["id"], *ENDS))["state"] == "done"


async def test_a_cancelled_run_leaves_the_last_output(ada: Person) -> None:
    project_id = await ada.project(big_model(60))
    first = await ada.start(project_id)
    assert (await ada.until(first["id"], *ENDS))["state"] == "done"
    await ada("POST", f"/projects/{project_id}/models", {"text": big_model(61)})
    second = await ada.start(project_id)
    await ada.heard(second["id"], is_rendering)
    await ada("POST", f"/runs/{second['id']}/cancel")
    ended = await ada.until(second["id"], *ENDS)
    assert (ended["state"], ended["published"]) == ("cancelled", False)
    assert (await ada.run(first["id"]))["published"]
    third = await ada.start(project_id)
    ended = await ada.until(third["id"], *ENDS)
    assert (ended["state"], ended["base"]) == ("done", first["id"])


async def test_twenty_runs_at_once_are_all_done_in_the_order_they_were_asked_for(
    ada: Person,
) -> None:
    project_id = await ada.project(big_model(1), LITTLE)
    asked = [(await ada.start(project_id))["id"] for _ in range(20)]
    ended = [await ada.until(run_id, *ENDS) for run_id in asked]
    assert {run["state"] for run in ended} == {"done"}
    taken = [(await ada("GET", f"/runs/{run_id}/log"))["lines"][0]["at"] for run_id in asked]
    assert taken == sorted(taken)  # by the worker
    assert [run["number"] for run in ended] == list(range(1, 21))


@pytest.mark.parametrize(
    ("step", "victim"),
    [
        ("queued", "worker"),
        ("queued", "Prefect"),
        ("render", "web app"),
        ("render", "worker"),
        ("publish", "Prefect"),
        ("paused", "worker"),
    ],
)  # the whole table: benchmarks/faults.py
async def test_whoever_is_killed_a_run_ends_once_and_truthfully(
    served: Served, ada: Person, step: str, victim: str
) -> None:
    project_id = await ada.project(big_model(40))
    assert (await broken(served, ada, project_id, step, victim)).wrong == []


async def test_checks_go_on_when_the_worker_is_killed(served: Served, ada: Person) -> None:
    project_id = await ada.project(big_model(1), LITTLE)
    found = await broken(served, ada, project_id, "verify", "worker", verify=True)
    assert found.wrong == []
    assert found.run["outcome"]["checks"]["failed"] == 0


async def test_a_killed_run_is_crashed_and_a_retry_goes_on(served: Served, ada: Person) -> None:
    run = await ada.start(await ada.project(big_model(60)))
    await ada.heard(run["id"], is_rendering)
    worker = program(served, "flows.worker")
    forks = [one for one in worker.children(recursive=True) if one.memory_info().rss > 60_000_000]
    for fork in forks:
        fork.kill()
    ended = await ada.until(run["id"], *ENDS)
    assert ended["state"] in {"crashed", "failed"}
    assert ended["message"]
    await ada("POST", f"/runs/{run['id']}/retry")
    assert (await ada.until(run["id"], *ENDS))["state"] == "done"


def test_nothing_of_what_was_asked_is_left_in_the_workspaces(served: Served) -> None:
    assert [one for one in (served.data / "work").glob("*") if one.is_dir()] == []
