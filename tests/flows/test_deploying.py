"""Deployments as flows: they wait for a yes to exactly their plan, survive kills, and are looked after."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from pydantic import SecretStr

from app import runs
from app.cli.commands import run as say
from flows.marks import EVENTS, PLAN
from stackwright.deployment.events import Events
from stackwright.deployment.plan import Plan
from stackwright.deployment.release import ReleaseState
from stackwright.errors import ProjectError
from tasks import hosting
from tasks.hosting_place import known_site
from tests.deployment.hosting.test_project import ADDED, FIELD, ROOT
from tests.flows.processes import process_of
from tests.flows.serving import Served, free_port, serving

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.services,
    pytest.mark.toolchain,
    pytest.mark.slow,
]

DEPLOY, BACK = "deploy-project/deploy", "roll-back/back"
WATCH, DRIFT = "watch-health/watch", "detect-drift/drift"
SITE = "notes-staging"
CANARY = "canary-4f1d9a7be0"


class Place:
    """An installation, a project, and where it is deployed."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served, self.folder, self.port = served, folder, free_port()
        self.root = served.data / "host"

    def generate(self, *, changed: bool = False) -> Path:
        text = (ROOT / "examples" / "notes.stackwright.yaml").read_text("utf-8")
        model = self.folder / "notes.stackwright.yaml"
        model.write_text(text.replace(FIELD, ADDED) if changed else text, "utf-8")
        project = self.folder / "notes"
        assert say(["generate", str(model), "--out", str(project)]) == 0
        return project

    async def deploy(self, project: Path, approval: str) -> runs.Run:
        given: dict[str, Any] = {
            "deployment": {"name": "notes"},
            "source": str(project),
            "approval": approval,
            "port": self.port,
        }
        return await runs.start(DEPLOY, given)

    def answer(self) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/", trust_env=False)

    def states(self) -> dict[int, ReleaseState]:
        _, history = known_site(self.root, SITE)
        return {one.number: one.state for one in history.releases}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("deploying")
    with serving(folder / "data") as served:
        made = Place(served, folder)
        try:
            yield made
        finally:
            hosting.end_host(made.root)


@asynccontextmanager
async def on(place: Place) -> AsyncIterator[None]:
    with runs.on(place.served.address):
        yield


async def settled(run: runs.Run, *states: str) -> runs.Run:
    """The run once it has ended, or is in one of these states."""
    deadline = time.monotonic() + 120
    while not run.final and run.state not in states:
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.1)
        run = await runs.look(run)
    return run


async def test_a_release_waits_for_a_yes_to_its_plan_and_survives_kills(place: Place) -> None:
    project = place.generate()
    async with on(place):
        run = await settled(await place.deploy(project, "ask"), "Suspended")
        assert run.state == "Suspended"
        plan = await runs.left(run, PLAN, Plan)
        assert plan is not None
        assert plan.title == "Deploy release 1 of notes"
        with pytest.raises(ProjectError, match="does not wait for this"):
            await runs.resume(run, _yes("0" * 64))
        with pytest.raises(ProjectError, match="does not wait for this"):
            await runs.resume(run, {"digest": plan.digest})  # nobody says so
        await runs.resume(run, _yes(plan.digest))
        run = await settled(run)
        assert run.message == f"Release 1 serves at http://127.0.0.1:{place.port}."
        said = await runs.left(run, EVENTS, Events)
        assert said is not None
        assert [one.seq for one in said.events] == list(range(1, len(said.events) + 1))
        assert said.events[-1].message == "Release 1 serves."
        assert place.answer().status_code == 200

        project = place.generate(changed=True)
        run = await place.deploy(project, "policy")
        await _kill_when(run, "Start release 2")
        run = await settled(run)
        assert run.state == "Crashed"
        assert place.answer().headers["X-Release"] == "1"
        watched = await settled(await runs.start(WATCH, {}))
        assert watched.state == "Completed", watched.message
        assert place.states() == {1: ReleaseState.SERVING, 2: ReleaseState.FAILED}

        run = await settled(await place.deploy(project, "ask"), "Suspended")
        plan = await runs.left(run, PLAN, Plan)
        assert plan is not None
        assert plan.release == 3
        await runs.resume(run, _yes(plan.digest))
        run = await settled(run)
        assert run.message.startswith("Release 3 serves"), run.message
        assert " 0 dropped" in run.message


async def test_secrets_come_by_reference_and_are_written_nowhere(place: Place) -> None:
    project = place.generate(changed=True)
    saved = {"name": "notes", "setting": {"secrets": {"MAIL_KEY": {"store": "mail", "key": "key"}}}}
    given = {"source": str(project), "approval": "policy", "port": place.port, "deployment": saved}
    async with on(place):
        refused = await settled(await runs.start(DEPLOY, given))
        assert "none of that name is saved" in refused.message
        await Secret(value=SecretStr(json.dumps({"key": CANARY}))).save("mail")
        run = await settled(await runs.start(DEPLOY, given))
        assert run.state == "Completed", run.message
        lines = await runs.log(run.id)
        plan = await runs.left(run, PLAN, Plan)
    site, history = known_site(place.root, SITE)
    number = max(one.number for one in history.releases)
    host = hosting.host_status(place.root).of(site.backend(number))
    assert host is not None
    assert psutil.Process(host.seen.pid).environ()["MAIL_KEY"] == CANARY
    said = "".join(one.text for one in lines) + str(plan)
    assert CANARY not in said
    private = {place.root / "secrets", site.folder / "given.json"}
    logs = [*(place.served.data / "log").iterdir(), *(place.root / "log").iterdir()]
    records = [path for path in site.folder.glob("*.json") if path not in private]
    releases = [*(site.folder / "releases").glob("*.json"), *(place.root / "wanted").iterdir()]
    for path in (*logs, *records, *releases):
        assert CANARY not in path.read_text("utf-8", errors="replace"), path
    assert (site.folder / "given.json").stat().st_mode & 0o077 == 0


async def test_what_differs_is_found_and_a_person_can_go_back(place: Place) -> None:
    async with on(place):
        same = await settled(await runs.start(DRIFT, {"site": SITE}))
        assert same.state == "Completed", same.message
        file = place.root / "sites" / SITE / "releases" / "4" / "backend" / "app" / "main.py"
        before = file.read_text("utf-8")
        file.write_text(f"{before}\n# changed by hand\n", "utf-8")
        found = await settled(await runs.start(DRIFT, {}))
        assert found.state == "Failed"
        assert f"{SITE}: build/" in found.message
        file.write_text(before, "utf-8")

        ended = await settled(await runs.start(BACK, {"site": SITE, "approval": "policy"}))
        assert ended.message.startswith("Release 5 serves"), ended.message
        assert place.states()[5] is ReleaseState.SERVING
        wrong = await settled(await runs.start(BACK, {"site": SITE, "release": 2}))
        assert "Release 2 has never served." in wrong.message


async def test_a_failed_release_lets_the_watch_look_at_once(place: Place) -> None:
    """The trigger of prefect.yaml: an event of ours starts a run of another flow."""
    project = place.generate(changed=True)
    main = project / "backend" / "app" / "main.py"
    whole = main.read_text("utf-8")
    main.write_text(f"{whole}\nraise RuntimeError('nobody can start this')\n", "utf-8")
    async with on(place), get_client() as client:
        deployment = await client.read_deployment_by_name(WATCH)
        its = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]))
        before = {one.id for one in await client.read_flow_runs(flow_run_filter=its)}
        ended = await settled(await place.deploy(project, "policy"))
        assert ended.message.startswith("Release 6 was taken back. Release 5 serves on.")
        deadline = time.monotonic() + 60
        while True:
            found = await client.read_flow_runs(flow_run_filter=its)
            new = [one for one in found if one.id not in before and one.state_name == "Completed"]
            if new:
                break
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.5)


async def test_a_deployment_outlives_whoever_made_it(place: Place) -> None:
    place.served.process.terminate()
    place.served.process.wait(60)
    assert place.answer().headers["X-Release"] == "5"


def _yes(digest: str) -> dict[str, str]:
    return {"digest": digest, "by": "ada@example.org", "confirmation": ""}


async def _kill_when(run: runs.Run, title: str) -> None:
    """Kill the process of a run as soon as this step has begun."""
    async with get_client() as client:
        process = await process_of(client, run.id)
    deadline = time.monotonic() + 60
    while True:
        said = await runs.left(run, EVENTS, Events)
        if said and any(one.message.startswith(title) for one in said.events):
            break
        assert time.monotonic() < deadline, said
        await asyncio.sleep(0.05)
    process.kill()
