"""`python -m benchmarks.upsets`: every program killed in every step of a deployment, and what came of it.

A real installation deploys a real project again and again. While it is in each of its steps, the run, the worker, the
proxy, the database server, the back end that serves or the host is killed with signal 9. Afterwards one release must
serve, whatever was half-started must be gone, nobody may hold the lease, and the next rollout must work.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
from prefect.client.orchestration import get_client
from rich.console import Console
from rich.table import Table

from app import runs
from app.cli.commands import run as say
from flows.marks import EVENTS
from stackwright.deployment.events import Events
from stackwright.deployment.lease import is_held
from stackwright.deployment.release import ReleaseState
from tasks import hosting, hosting_history
from tasks.hosting_place import known_site
from tasks.hosting_site import site_status
from tests.flows.processes import process_of
from tests.flows.serving import Served, free_port, program, serving

ROOT = Path(__file__).parents[1]
STEPS = {
    "migrate": "Run 1 migration",
    "start": "Start release",
    "probe": "Wait until",
    "switch": "Send visitors",
    "drain": "Let release",
}
VICTIMS = ("the run", "the worker", "the proxy", "the database", "the back end", "the host")
SITE = "notes-staging"
FIELD = "      body: {type: text, searchable: true}\n"
PATIENCE_S = 150


class Upset(NamedTuple):
    """What came of one."""

    step: str
    victim: str
    ended: str
    seconds: float
    wrong: tuple[str, ...]


class Place:
    """An installation, a project that grows, and where it is deployed."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served, self.folder, self.port = served, folder, free_port()
        self.root, self.fields = served.data / "host", 0

    def generate(self) -> Path:
        """The project with one more field, so that there is a migration."""
        self.fields += 1
        more = "".join(f"      extra_{n}: {{type: integer}}\n" for n in range(self.fields))
        text = (ROOT / "examples" / "notes.stackwright.yaml").read_text("utf-8")
        model, out = self.folder / "notes.stackwright.yaml", self.folder / "notes"
        model.write_text(text.replace(FIELD, FIELD + more), "utf-8")
        if say(["generate", str(model), "--out", str(out)]):
            raise RuntimeError("the project was not generated")
        return out

    async def deploy(self, project: Path) -> runs.Run:
        """Ask for a rollout that nobody has to approve."""
        given: dict[str, Any] = {"deployment": {"name": "notes"}, "source": str(project)}
        started = {**given, "approval": "policy", "port": self.port}
        return await runs.start("deploy-project/deploy", started)

    def wrong(self) -> list[str]:
        """What is not as it has to be when nothing happens any more."""
        site, history = known_site(self.root, SITE)
        status, found = site_status(site), []
        serving_ = [one.number for one in history.releases if one.state is ReleaseState.SERVING]
        if serving_ != [status.serves]:
            found.append(f"release {status.serves} serves, the history says {serving_}")
        if any(one.state is ReleaseState.DEPLOYING for one in history.releases):
            found.append("a release is being deployed for ever")
        if history.lease and is_held(history.lease, hosting_history.now()):
            found.append("somebody holds the lease")
        extra = [
            one.seen.name
            for one in status.programs
            if one.lives
            and one.seen.name.rpartition(".")[2] not in {str(status.serves), "proxy", "postgresql"}
        ]
        if extra:
            found.append(f"left running: {', '.join(extra)}")
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"{site.url}/api/v1/health", trust_env=False)
            if answer.headers.get("X-Release") == str(status.serves):
                return found
        return [*found, "it does not answer"]


def main() -> int:
    """Upset everything; 0 when all that must be true is."""
    parser = argparse.ArgumentParser(prog="benchmarks.upsets", description=__doc__)
    parser.add_argument("--steps", default=",".join(STEPS), help="the steps that are upset")
    chosen = parser.parse_args()
    found = asyncio.run(_all(chosen.steps.split(",")))
    table = Table("step", "killed", "ended", "seconds", "untrue", box=None, pad_edge=False)
    for one in found:
        cells = (one.step, one.victim, one.ended, f"{one.seconds:.1f}", "; ".join(one.wrong))
        table.add_row(*cells, style="bold red" if one.wrong else "")
    Console(width=160).print(table)
    return int(any(one.wrong for one in found))


async def _all(steps: Sequence[str]) -> Sequence[Upset]:
    with (
        tempfile.TemporaryDirectory(prefix="stackwright-upsets-") as folder,
        serving(Path(folder) / "data") as served,
        runs.on(served.address),
    ):
        place = Place(served, Path(folder))
        try:
            await _ended(await place.deploy(place.generate()))
            return [await _upset(place, step, victim) for step in steps for victim in VICTIMS]
        finally:
            hosting.end_host(place.root)


async def _upset(place: Place, step: str, victim: str) -> Upset:
    began = time.monotonic()
    run = await place.deploy(place.generate())
    await _until(run, STEPS[step])
    (await _victim(place, run, victim)).kill()
    run = await _ended(run)
    await _watch()
    wrong = await _settled(place)
    again = await _ended(await place.deploy(place.generate()))
    if again.state != "Completed":
        wrong.append(f"the next rollout: {again.message[:200]}")
    wrong += place.wrong() if again.state == "Completed" else []
    ended = f"{run.state}: {run.message.splitlines()[0][:70] if run.message else ''}"
    upset = Upset(step, victim, ended, time.monotonic() - began, tuple(wrong))
    print(f"{step}, {victim}: {upset.ended}; {'; '.join(wrong) or 'all is well'}", flush=True)
    return upset


async def _settled(place: Place) -> list[str]:
    """What is wrong once the host has started again what was killed."""
    deadline = time.monotonic() + 30
    while (wrong := place.wrong()) and time.monotonic() < deadline:  # noqa: ASYNC110 - files tell
        await asyncio.sleep(0.5)
    return wrong


async def _victim(place: Place, run: runs.Run, victim: str) -> psutil.Process:
    if victim == "the run":
        async with get_client() as client:
            return await process_of(client, run.id)
    if victim == "the worker":
        return program(place.served, "flows.worker")
    host = hosting.host_status(place.root)
    if victim == "the host":
        return psutil.Process(host.pid)
    site, _ = known_site(place.root, SITE)
    names = {
        "the proxy": site.proxy,
        "the database": "postgresql",
        "the back end": site.backend(site_status(site).serves),
    }
    found = host.of(names[victim])
    if found is None:
        raise RuntimeError(f"{victim} does not run")
    return psutil.Process(found.seen.pid)


async def _watch() -> None:
    """Look after all deployments, as is done every five minutes."""
    await _ended(await runs.start("watch-health/watch", {}))


async def _until(run: runs.Run, title: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        said = await runs.left(run, EVENTS, Events)
        if said and any(one.message.startswith(title) for one in said.events):
            return
        run = await runs.look(run)
        if run.final or time.monotonic() > deadline:
            raise RuntimeError(f"{title} was not reached: {run.message}")
        await asyncio.sleep(0.02)


async def _ended(run: runs.Run) -> runs.Run:
    deadline = time.monotonic() + PATIENCE_S
    while not run.final:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{run.name} does not end: {run.state}")
        await asyncio.sleep(0.2)
        run = await runs.look(run)
    return run


if __name__ == "__main__":
    sys.exit(main())
