"""What the demo says it found is what the run found."""

from uuid import uuid4

from app.cli.demo import _figures
from app.runs import Run
from stackwright.generation.config import Database, Platform
from stackwright.generation.quality import Facts, Outcome, QualityReport, report
from stackwright.generation.receipt import WriteReceipt
from stackwright.generation.request import GenerationReport, StepTime

WRITTEN = GenerationReport(
    project="shop",
    plan={"create": 3},
    receipt=WriteReceipt(out="/tmp/shop", created=("a", "b", "c"), files=3, lines=30, tests=4),
    seconds=1.0,
    steps=(StepTime(name="read", seconds=0.1), StepTime(name="plan", seconds=0.2)),
)


def _run(state: str) -> Run:
    return Run(id=uuid4(), name="shop", state=state, final=True)


def _quality(*states: str) -> QualityReport:
    facts = Facts(name="shop", platforms=(Platform.BACKEND,), database=Database.SQLITE)
    outcomes = [
        Outcome.model_validate(
            {
                "id": f"backend.{n}",
                "platform": "backend",
                "title": "T",
                "proves": "P",
                "state": state,
            }
        )
        for n, state in enumerate(states)
    ]
    return report(facts, outcomes, {}, 5.0)


def test_all_is_well_when_the_run_succeeded_and_its_checks_are_passed() -> None:
    figures = _figures(_run("Completed"), WRITTEN, _quality("ok", "skipped"), 7.0, 13.0)
    assert figures["ok"] is True
    assert figures["seconds"] == {
        "start": 7.0,
        "read": 0.1,
        "plan": 0.2,
        "verify": 5.0,
        "together": 13.0,
    }
    assert (figures["files"], figures["lines"], figures["tests"]) == (3, 30, 4)


def test_a_failed_check_is_not_well() -> None:
    assert _figures(_run("Failed"), WRITTEN, _quality("ok", "failed"), 7, 13)["ok"] is False


def test_nothing_checked_is_not_well() -> None:
    assert _figures(_run("Completed"), WRITTEN, _quality("skipped"), 7, 13)["ok"] is False
    assert _figures(_run("Completed"), WRITTEN, None, 7, 13)["ok"] is False


def test_a_run_that_wrote_nothing_is_not_well() -> None:
    figures = _figures(_run("Crashed"), None, None, 7, 13)
    assert figures["ok"] is False
    assert figures["files"] == 0
