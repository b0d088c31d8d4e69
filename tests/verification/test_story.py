"""The story of a verification, told to a road that answers without touching the world."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.road import Rows
from flows.stories.verification import verify, verify_locally
from stackwright.errors import ProjectError
from stackwright.generation.checks import Choice, Places, checks
from stackwright.generation.config import Database, Platform
from stackwright.generation.progress import MessageKind, News
from stackwright.generation.quality import Check, Facts, Figures, Outcome, QualityReport
from tasks import live, verification, workbench
from tasks.workbench import Bench

BENCH = Bench(root=Path("/b"), project=Path("/b/p"), places=Places(scratch="/s", cache="/c"))
FACTS = Facts(
    name="shop",
    platforms=(Platform.BACKEND, Platform.FRONTEND),
    database=Database.POSTGRESQL,
    migrations=True,
    python_tests=True,
    script_tests=True,
)


class Rehearsal:
    """A road that knows the answer to every effect and notes what it was asked for."""

    is_resumed = False

    def __init__(self, failing: str = "", broken: str = "") -> None:
        self.failing, self.broken = failing, broken
        self.asked: list[str] = []
        self.told: list[News] = []
        self.rows: Rows = []

    async def do(
        self,
        effect: Callable[..., Any],
        *args: object,
        name: str,
        still_holds: Callable[[Any], bool] | None = None,
    ) -> Any:
        self.asked.append(name)
        await asyncio.sleep(0)
        if name == self.broken:
            raise ProjectError("The registry is away.")
        answers: dict[Callable[..., Any], Callable[..., Any]] = {
            workbench.look_at: lambda _: FACTS,
            workbench.set_up: lambda *_: BENCH,
            workbench.prepare_python: lambda *_: Path("/py"),
            workbench.prepare_node: lambda *_: (Path("/node"), Path("/mod")),
            workbench.clear_away: lambda _: None,
            verification.measure_project: lambda *_: {Platform.BACKEND: Figures(files=3)},
            verification.run_check: self.outcome,
            verification.check_migrations: lambda _, database: outcome(f"migrations.{database}"),
            live.check_live: lambda *_: (outcome("start"), outcome("talk")),
        }
        return answers[effect](*args)

    def outcome(self, check: Check, _: Bench) -> Outcome:
        return outcome(check.id, "failed" if check.id == self.failing else "ok")

    async def may_pause(self) -> None:
        """Nobody pauses a rehearsal."""

    async def tell(self, news: News) -> None:
        self.told.append(news)

    async def table(self, key: str, rows: Rows, text: str) -> None:
        self.rows = rows


def outcome(name: str, state: str = "ok") -> Outcome:
    platform = Platform.FRONTEND if name.startswith("frontend") else Platform.BACKEND
    return Outcome.model_validate(
        {"id": name, "platform": platform, "title": name, "proves": "It is right.", "state": state}
    )


def play(road: Rehearsal, choice: Choice | None = None) -> QualityReport:
    return asyncio.run(verify(Path("/shop"), choice or Choice(), road))


def test_everything_is_checked_and_reported_in_the_order_of_the_plan() -> None:
    road = Rehearsal()
    report = play(road)
    planned = [check.id for check in checks(FACTS, Choice(), BENCH.places)]
    more = ["migrations.sqlite", "migrations.postgresql", "start", "talk"]
    assert [done.id for done in report.outcomes] == planned + more
    assert report.ok
    assert report.figures[Platform.BACKEND].files == 3
    assert [row["check"] for row in road.rows] == planned + more
    assert road.asked[-1] == "Clear the workbench away"
    assert road.told[-1].kind is MessageKind.COMPLETE


def test_progress_counts_to_the_end() -> None:
    road = Rehearsal()
    play(road)
    counts = [(news.done, news.total) for news in road.told if news.step == "check"]
    assert [done for done, _ in counts] == sorted(done for done, _ in counts)
    assert counts[-1][0] == counts[-1][1]


def test_one_failure_makes_the_report_fail_and_all_others_are_still_checked() -> None:
    report = play(Rehearsal(failing="backend.types"))
    assert not report.ok
    assert [failed.id for failed in report.failures] == ["backend.types"]
    assert len(report.outcomes) == 13


def test_a_quick_verification_needs_no_server() -> None:
    road = Rehearsal()
    found = {done.id for done in play(road, Choice(quick=True)).outcomes}
    assert not found & {"migrations.postgresql", "start", "talk", "frontend.build"}


def test_only_the_chosen_platform_gets_tools() -> None:
    road = Rehearsal()
    report = play(road, Choice(only=(Platform.FRONTEND,)))
    assert {done.platform for done in report.outcomes} == {Platform.FRONTEND}
    assert "Python environment" not in road.asked


def test_the_workbench_is_cleared_away_when_something_breaks() -> None:
    road = Rehearsal(broken="Node.js packages")
    with pytest.raises(ProjectError, match="registry"):
        play(road)
    assert road.asked[-1] == "Clear the workbench away"


def test_a_platform_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(ProjectError, match="has no frontend") as caught:
        verify_locally(tmp_path, Choice(only=(Platform.FRONTEND,)), lambda _: None)
    assert caught.value.exit_code == 2
