"""Programs of an installation that are killed while a run is in one of its steps, and what must be true afterwards."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

from stackwright.runs.envelope import Said, heard
from stackwright.runs.steps import after, beginning
from tests.flows.following import ENDS, Person
from tests.flows.serving import Served, program

VICTIMS: Mapping[str, str] = {  # who → a word of its command
    "web app": "app.web_server",
    "worker": "flows.worker",
    "Prefect": "server",
}
RUN = "the run"  # a victim, too: its own process
END_S = 300  # a busy machine takes a minute to start a program again
UNSAID = "nothing that anybody says"
CAUSED = frozenset({"failed", "crashed"})
AFTER_A_CRASH = 1_000_000  # the number of what is said for an attempt that could not say it itself

# Step → whether a message says that it has just begun; a run that goes on from an output begins with `restore`.
BEGINS: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "restore": lambda told: told["step"] == "restore",
    "read": lambda told: told["step"] == "read",
    "plan": lambda told: told["type"] == "VALIDATION_COMPLETE",
    "render": lambda told: told["step"] == "render",
    "write": lambda told: 0 < told["total"] == told["done"],
    "publish": lambda told: told["step"] == "publish",
    "verify": lambda told: told["step"] == "verify",
}


class Witness:
    """Hears everything that a run says, over lost connections and attempts."""

    def __init__(self, person: Person, run_id: str) -> None:
        self.told: list[dict[str, Any]] = []
        self._person, self._run_id = person, run_id
        self._listening = asyncio.create_task(self._listen())

    @property
    def said(self) -> Sequence[dict[str, Any]]:
        """What the run itself said."""
        return [one for one in self.told if "step" in one]

    async def hears(self, moment: Callable[[dict[str, Any]], bool]) -> bool:
        """Wait for this; False: the run ended without it."""
        while not any(map(moment, self.said)):
            if self._listening.done():
                return False
            await asyncio.sleep(0.002)
        return True

    async def ends(self) -> Mapping[str, Any]:
        """The run once it has ended and all that it said was heard."""
        await asyncio.wait_for(self._listening, END_S)
        return await self._person.until(self._run_id, *ENDS)

    async def again(self) -> Mapping[str, Any]:
        """The same after another attempt."""
        await self._person("POST", f"/runs/{self._run_id}/retry")
        self._listening = asyncio.create_task(self._listen())
        return await self.ends()

    def close(self) -> None:
        """Listen no more."""
        self._listening.cancel()

    async def _listen(self) -> None:
        seen = self.said[-1]["sequence"] if self.said else 0
        async for one in self._person.watch(self._run_id, seen):
            self.told.append(one)


class Broken(NamedTuple):
    """A run during which a program was killed."""

    step: str
    victim: str
    was_in: str  # the step that it was really in
    run: Mapping[str, Any]
    said: Sequence[dict[str, Any]]
    cause: str  # why its first attempt ended; empty: it went through
    seconds: float  # from the kill to the end, with the retry
    wrong: Sequence[str]


async def broken(
    served: Served, person: Person, project_id: str, step: str, victim: str, *, verify: bool = False
) -> Broken:
    """Ask for a run of this project, kill a program in a step of it, and see it through with one retry at most."""
    known = (await person("GET", f"/runs?project={project_id}"))["runs"]
    before = outputs(served, project_id)
    run_id = (await person.start(project_id, verify=verify))["id"]
    witness = Witness(person, run_id)
    try:
        await _reach(step, person, run_id, witness)
        killed = await _process_of(served, person, run_id, victim)
        at, known_then = datetime.now(UTC), len(witness.said)
        killed.kill()
        if step == "paused":
            await is_back(served, victim, killed)
            await person("POST", f"/runs/{run_id}/resume")
        run, cause = await witness.ends(), ""
        if run["state"] in CAUSED:
            cause = run["outcome"]["cause"] or run["message"] or UNSAID
            run = await witness.again()
        seconds = (datetime.now(UTC) - at).total_seconds()
        was_in = step if step in {"queued", "paused"} else ""
        was_in = was_in or await _step_at(person, run, witness.said, known_then, at)
        if victim != RUN:
            await is_back(served, victim, killed)
    except TimeoutError:
        run = await person.run(run_id)
        return Broken(
            step,
            victim,
            "",
            run,
            witness.said,
            "",
            END_S,
            [f"it is {run['state']} after {END_S} s"],
        )
    finally:
        witness.close()
    wrong = [*await untrue(served, person, run, len(known) + 1), *gaps(witness.said)]
    if not witness.said or witness.said[-1]["type"] != "GENERATION_COMPLETE":
        wrong += ["its last word was not heard"]
    if cause == UNSAID:
        wrong += ["nobody says why it ended"]
    if run["attempt"] > 1 and not cause and step != "paused":
        wrong += ["it began twice"]
    if {**outputs(served, project_id), **before} != outputs(served, project_id):
        wrong += ["an earlier output is not as it was"]
    return Broken(step, victim, was_in, run, witness.said, cause, seconds, wrong)


async def unproven(served: Served, person: Person, project_id: str, tool: Path) -> Broken:
    """Ask for a verified run while a tool of its environment is gone, put it back, and see the run through."""
    known = (await person("GET", f"/runs?project={project_id}"))["runs"]
    away = await asyncio.to_thread(tool.rename, tool.with_suffix(".away"))
    run_id = (await person.start(project_id, verify=True))["id"]
    witness, wrong = Witness(person, run_id), []
    try:
        first = await witness.ends()
        at, published = datetime.now(UTC), outputs(served, project_id)
        if (first["state"], first["published"]) != ("failed", True):
            wrong += [
                f"without {tool.name} it is {first['state']}, published: {first['published']}"
            ]
        await asyncio.to_thread(away.rename, tool)
        run = await witness.again()
    finally:
        witness.close()
    seconds = (datetime.now(UTC) - at).total_seconds()
    wrong += [*await untrue(served, person, run, len(known) + 1), *gaps(witness.said)]
    steps = {one["step"] for one in witness.said if one["attempt"] > 1}
    if again := steps & {"restore", "read", "plan", "render"}:
        wrong += [f"done again: {', '.join(again)}"]
    if outputs(served, project_id) != published:
        wrong += ["the output is not as it was"]
    cause = first["outcome"]["cause"] if first["outcome"] else ""
    return Broken("verify", tool.name, "verify", run, witness.said, cause, seconds, wrong)


async def untrue(
    served: Served, person: Person, run: Mapping[str, Any], runs: int
) -> Sequence[str]:
    """What is not as it must be once a run is done and no other runs."""
    wrong = []
    if run["state"] != "done" or not run["published"]:
        return [f"it is {run['state']}: {run['message'] or run['outcome']}"]
    found = (await person("GET", f"/runs?project={run['project_id']}"))["runs"]
    if len(found) != runs:
        wrong += [f"the project has {len(found)} runs instead of {runs}"]
    content = await person.content(f"/runs/{run['id']}/archive")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [name for name in archive.namelist() if not name.startswith(".stackwright/")]
        if damaged := archive.testzip():
            wrong += [f"{damaged} in the archive is damaged"]
    if len(files) != run["outcome"]["files"]:
        wrong += [f"{len(files)} files in the archive, {run['outcome']['files']} in the outcome"]
    if left := [one.name for one in (served.data / "work").glob("*") if one.is_dir()]:
        wrong += [f"left in the workspaces: {', '.join(left)}"]
    return wrong


def gaps(said: Sequence[dict[str, Any]]) -> Sequence[str]:
    """Where the numbers of what was said leave one out, go back or come twice."""
    wrong, attempt, last = [], 0, 0
    for one in said:
        number = one["sequence"] - one["attempt"] * 1_000_000
        begins = one["attempt"] > attempt and number == 1
        goes_on = one["attempt"] == attempt and number in {last + 1, AFTER_A_CRASH}
        if not begins and not goes_on:
            wrong += [f"{attempt}/{last} is followed by {one['attempt']}/{number}"]
        attempt, last = one["attempt"], number
    return wrong


def outputs(served: Served, project_id: str) -> Mapping[str, str]:
    """Name → digest of every file that was published for a project."""
    folder = served.data / "artifacts" / "projects" / project_id
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.glob("*")}


async def is_back(served: Served, victim: str, killed: psutil.Process) -> None:
    """Wait until a program that was killed has been started again."""
    async with asyncio.timeout(END_S):
        while program(served, VICTIMS[victim]).pid == killed.pid:  # noqa: ASYNC110 - a process
            await asyncio.sleep(0.1)


async def _reach(step: str, person: Person, run_id: str, witness: Witness) -> None:
    if step == "paused":
        await witness.hears(BEGINS["render"])
        await person("POST", f"/runs/{run_id}/pause")
    elif step != "queued":
        await witness.hears(BEGINS[step])


async def _process_of(served: Served, person: Person, run_id: str, victim: str) -> psutil.Process:
    if victim != RUN:
        return program(served, VICTIMS[victim])
    flow_run_id = (await person.run(run_id))["flow_run_id"]
    async with httpx.AsyncClient(base_url=f"{served.address}/api") as prefect:
        asked = await prefect.get(f"/flow_runs/{flow_run_id}")
    return psutil.Process(int(asked.json()["infrastructure_pid"]))


async def _step_at(
    person: Person,
    run: Mapping[str, Any],
    said: Sequence[dict[str, Any]],
    known: int,
    at: datetime,
) -> str:
    """The step in which a run was at a moment, by what was heard until then and by its log, which may lack lines."""
    lines = (await person("GET", f"/runs/{run['id']}/log?limit=1000"))["lines"]
    before = [line["text"] for line in lines if datetime.fromisoformat(line["at"]) <= at]
    texts = [one["text"] for one in said]
    logged = max((texts.index(text) + 1 for text in before if text in texts), default=0)
    messages = [heard(Said.model_validate(one)) for one in said[: max(known, logged)]]
    start = beginning(restores=run["base"] is not None, verifies=run["verify"])
    current = after(start, messages).current
    return current.name if current else "end"
