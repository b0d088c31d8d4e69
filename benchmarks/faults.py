"""`python -m benchmarks.faults`: every program killed in every step of a build, and what came of the run.

A real installation, in which the web application, the worker, Prefect's server and the process of the run itself are
killed with signal 9 while the run is in each of its steps. Whatever happens, the run must come to its end once, with
one retry at most, and nothing of it may be lost, doubled or left behind; `tests/flows/breaking.py` says what is
looked at. At last a check of a build fails, as its tool is gone, and is tried again.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

from rich.console import Console
from rich.table import Table

from tests.flows.breaking import BEGINS, RUN, VICTIMS, Broken, broken, unproven
from tests.flows.following import Person, a_person
from tests.flows.serving import Served, serving

STEPS = ("queued", *(step for step in BEGINS if step != "verify"), "paused", "verify")
WITHOUT_PROCESS = frozenset({"queued", "paused"})
CAUSE_SHOWN = 60  # characters
ENTITIES = 30  # so that each step takes long enough to be killed in
LITTLE = {"platforms": ["backend"], "tests": False, "docs": False, "docker": False}


def main() -> int:
    """Break everything; 0 when all that must be true is."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults", description=__doc__)
    parser.add_argument("--steps", default=",".join(STEPS), help="the steps that are broken")
    chosen = parser.parse_args()
    found = asyncio.run(_all(chosen.steps.split(",")))
    _show(found)
    return int(any(one.wrong for one in found))


async def _all(steps: Sequence[str]) -> Sequence[Broken]:
    with tempfile.TemporaryDirectory(prefix="stackwright-faults-") as folder:
        cache = Path(folder) / "cache"  # of its own, as tools in it are broken
        with serving(Path(folder) / "data", XDG_CACHE_HOME=str(cache)) as served:
            async with a_person(served) as person:
                found: list[Broken] = []
                for step in steps:
                    found += await _step(served, person, step, cache)
        return found


async def _step(served: Served, person: Person, step: str, cache: Path) -> Sequence[Broken]:
    """This step broken by each victim, all in one project, so that there is an output to go on from."""
    verify = step == "verify"
    entities = 1 if verify else ENTITIES
    project_id = await person.project(_model(1, entities), LITTLE if verify else {})
    first = await person.start(project_id, verify=verify)
    await person.until(first["id"], "done")
    found = []
    victims = [*VICTIMS] if step in WITHOUT_PROCESS else [*VICTIMS, RUN]
    for version, victim in enumerate(victims, 2):
        await person("POST", f"/projects/{project_id}/models", {"text": _model(version, entities)})
        one = await broken(served, person, project_id, step, victim, verify=verify)
        print(_line(one), file=sys.stderr)
        found.append(one)
    if verify:
        tools = (cache / "stackwright" / "verification" / "python").glob("*/bin/ruff")
        found.append(await unproven(served, person, project_id, next(tools)))
    return found


def _model(version: int, entities: int) -> str:
    """A model whose every file changes from version to version."""
    lines = ["stackwright: 1", "name: faults", "entities:"]
    for number in range(entities):
        lines += [f"  Thing{number}:", "    fields:", "      name: {type: string, required: true}"]
        lines += [f"      note{n}: {{type: text}}" for n in range(2 + version)]
    return "\n".join(lines) + "\n"


def _line(one: Broken) -> str:
    return f"{one.step}, {one.victim}: {_end(one)}, {one.seconds:.1f} s {'; '.join(one.wrong)}"


def _end(one: Broken) -> str:
    state = str(one.run["state"])
    return f"{state}, retried after: {shorten(one.cause, CAUSE_SHOWN)}" if one.cause else state


def _show(found: Sequence[Broken]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("step", "killed", "was in", "ended", "attempts", "seconds", "untrue"):
        table.add_column(name)
    for one in found:
        seconds, attempts = f"{one.seconds:.1f}", str(one.run["attempt"])
        cells = one.step, one.victim, one.was_in, _end(one), attempts, seconds
        table.add_row(*cells, "; ".join(one.wrong), style="bold red" if one.wrong else "")
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
