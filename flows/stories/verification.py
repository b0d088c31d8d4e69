"""How a generated project is verified: a copy, environments, its own tools, and a talk with its back end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from flows.road import LocalRoad, Road, Rows
from stackwright.errors import ProjectError
from stackwright.generation.checks import Choice, Places
from stackwright.generation.config import Database, Platform
from stackwright.generation.progress import Message, MessageKind, News
from stackwright.generation.quality import Check, Facts, Outcome, QualityReport, report
from tasks import verification, workbench
from tasks.live import check_live
from tasks.workbench import Bench

AT_ONCE = 2  # commands; each keeps a core busy
R = TypeVar("R")


async def verify(folder: Path, choice: Choice, road: Road, known_as: str = "") -> QualityReport:
    """Prove a generated project with its own tools.

    Args:
        folder: The project.
        choice: What to prove.
        road: Who carries it out.
        known_as: The name by which tools find again what they kept; none: the folder's.

    Raises:
        ProjectError: There is no project in the folder, or an environment cannot be installed.
    """
    began = time.monotonic()
    facts = await road.do(workbench.look_at, folder, name="Look at the project")
    bench = await road.do(workbench.set_up, folder, known_as, name="Set the workbench up")
    try:
        bench = await _equip(bench, facts, choice, road)
        measured = await road.do(verification.measure_project, bench, facts, name="Measure")
        outcomes = await _check(bench, facts, choice, road)
    finally:
        await road.do(workbench.clear_away, bench, name="Clear the workbench away")
    made = report(facts, outcomes, measured, time.monotonic() - began)
    rows: Rows = [
        {"check": o.id, "state": o.state, "seconds": o.seconds, "cause": o.cause}
        for o in made.outcomes
    ]
    await road.table("quality", rows, f"{facts.name}: {_sum(made)}")
    await road.tell(News(kind=MessageKind.COMPLETE, step="done", text=_sum(made)))
    return made


def verify_locally(
    folder: Path, choice: Choice, on_message: Callable[[Message], None]
) -> QualityReport:
    """Verify in this process, without an orchestrator; nothing goes on when it is interrupted.

    Raises:
        ProjectError: There is no project in the folder, or an environment cannot be installed.
    """
    return asyncio.run(verify(folder, choice, SideBySide(on_message)))


class SideBySide(LocalRoad):
    """The local road with effects in threads: while one waits for its command, another goes on."""

    async def do(
        self,
        effect: Callable[..., R],
        *args: object,
        name: str,
        still_holds: Callable[[R], bool] | None = None,
    ) -> R:
        """Call the effect in a thread."""
        return await asyncio.to_thread(effect, *args)


async def _equip(bench: Bench, facts: Facts, choice: Choice, road: Road) -> Bench:
    """The workbench with the environments of all chosen platforms, made side by side."""
    wanted = set(choice.only or facts.platforms) & set(facts.platforms)
    if not wanted:
        raise ProjectError.bad_input(
            f"{facts.name} has no {' and no '.join(choice.only)}.",
            hint=f"It has {' and '.join(facts.platforms)}.",
        )
    await road.tell(
        News(
            kind=MessageKind.CHECKING,
            step="equip",
            text=f"Installing the tools of the {' and the '.join(sorted(wanted))}; they are kept.",
        )
    )
    places: dict[str, str] = dict(bench.places)

    async def python() -> None:
        made = await road.do(workbench.prepare_python, bench, facts, name="Python environment")
        places["python"] = str(made)

    async def node() -> None:
        made = await road.do(workbench.prepare_node, bench, facts, name="Node.js packages")
        places["node"], places["modules"] = map(str, made)

    chosen = [(Platform.BACKEND, python), (Platform.FRONTEND, node)]
    await asyncio.gather(*(make() for platform, make in chosen if platform in wanted))
    return bench.model_copy(update={"places": Places.model_validate(places)})


async def _check(bench: Bench, facts: Facts, choice: Choice, road: Road) -> list[Outcome]:
    """Every check, in the order of the plan."""
    planned = verification.plan_checks(facts, choice, bench.places)
    lanes = asyncio.Semaphore(AT_ONCE)
    done: list[Outcome] = []

    def one(check: Check) -> Callable[[], Awaitable[Sequence[Outcome]]]:
        async def start() -> Sequence[Outcome]:
            return [await road.do(verification.run_check, check, bench, name=_name(check))]

        return start

    async def migrate(database: Database) -> Sequence[Outcome]:
        name = f"Migrations on {database}"
        return [await road.do(verification.check_migrations, bench, database, name=name)]

    async def live() -> Sequence[Outcome]:
        return await road.do(check_live, bench, choice, name="Talk to the back end")

    steps = [one(check) for check in planned]
    if bench.places.python and facts.migrations:
        steps += [lambda: migrate(Database.SQLITE)]
        if facts.database is not Database.SQLITE and not choice.quick:
            steps += [lambda: migrate(facts.database)]
    if bench.places.python and choice.live and not choice.quick:
        steps += [live]

    async def tell(step: Callable[[], Awaitable[Sequence[Outcome]]]) -> Sequence[Outcome]:
        async with lanes:
            outcomes = await step()
        done.extend(outcomes)
        for outcome in outcomes:
            text = f"{outcome.platform} {outcome.title.lower()}: {outcome.state}. {outcome.cause}"
            await road.tell(
                News(
                    kind=MessageKind.CHECKING,
                    step="check",
                    text=text.strip(),
                    done=len(done),
                    total=max(len(done), len(steps)),
                )
            )
        return outcomes

    return [outcome for found in await asyncio.gather(*map(tell, steps)) for outcome in found]


def _name(check: Check) -> str:
    return f"{check.platform}: {check.title}"


def _sum(made: QualityReport) -> str:
    ok = sum(outcome.state == "ok" for outcome in made.outcomes)
    passed_over = sum(outcome.state == "skipped" for outcome in made.outcomes)
    left_out = f", {passed_over} skipped" if passed_over else ""
    return f"{ok} checks ok, {len(made.failures)} failed{left_out} in {made.seconds:.0f} s."
