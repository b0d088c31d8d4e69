"""A run as it is kept and shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, computed_field

from stackwright.errors import Finding
from stackwright.generation.config import Config
from stackwright.generation.quality import QualityReport
from stackwright.generation.request import GenerationReport, Refusal, StepTime
from stackwright.runs.state import RunState, Steer, possible
from stackwright.value import Value


class Checks(Value):
    """How the checks of a generated project went."""

    passed: int
    failed: int


class Outcome(Value):
    """What a run that has ended did."""

    files: int = 0
    lines: int = 0
    tests: int = 0
    size_bytes: int = 0
    changes: dict[str, int] = Field({}, description="What was done to files → how many.")
    notes: tuple[str, ...] = Field((), description="What to know or do now.")
    steps: tuple[StepTime, ...] = ()
    checks: Checks | None = Field(None, description="Null: nothing was checked.")
    warnings: int = Field(0, description="Warnings in its log.")
    cause: str = Field("", description="Why it failed.")
    fix: str = Field("", description="What to do about it.")
    findings: tuple[Finding, ...] = ()


class Run(Value):
    """A run, from the moment it was asked for."""

    id: UUID = Field(description="Also the session_id of /ws/generation/{session_id}.")
    project_id: UUID
    owner_id: UUID
    number: int = Field(description="Counts the runs of its project, from 1.")
    kind: str = "generation"
    title: str
    model: int = Field(description="The version of the model it was started with.")
    config: Config
    verify: bool = Field(description="Whether the tools of the generated project are run on it.")
    base: UUID | None = Field(None, description="The run whose output it goes on from.")
    flow_run_id: UUID | None = Field(None, description="The orchestrator's; null: not there yet.")
    state: RunState
    message: str = Field("", description="What the orchestrator says about the state.")
    attempt: int = Field(1, description="Counts from 1; every retry is one more.")
    published: bool = Field(default=False, description="Whether its output can be looked at.")
    outcome: Outcome | None = Field(None, description="Null while it has not ended.")
    made_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @computed_field(description="What can be done to it now.")  # type: ignore[prop-decorator]  # mypy knows no decorated properties; this is pydantic's documented way
    @property
    def possible(self) -> tuple[Steer, ...]:
        """What can be done to it now."""
        return possible(self.state)

    @property
    def place(self) -> str:
        """Where its output lies in the store of artifacts."""
        return output_place(self.project_id, self.id)

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds(), 3)


def output_place(project_id: UUID, run_id: UUID) -> str:
    """Where the output of a run lies in the store of artifacts."""
    return f"projects/{project_id}/{run_id}"


def outcome_of(
    report: GenerationReport | None,
    quality: QualityReport | None,
    refusal: Refusal | None,
    steps: tuple[StepTime, ...],
    warnings: int = 0,
) -> Outcome:
    """What a run did, from what it left behind."""
    checks = None
    if quality is not None:
        failed = len(quality.failures)
        passed = sum(one.state == "ok" for one in quality.outcomes)
        checks = Checks(passed=passed, failed=failed)
    receipt = report.receipt if report else None
    return Outcome(
        files=receipt.files if receipt else 0,
        lines=receipt.lines if receipt else 0,
        tests=receipt.tests if receipt else 0,
        size_bytes=receipt.size_bytes if receipt else 0,
        changes=report.plan if report else {},
        notes=report.notes if report else (),
        steps=steps,
        checks=checks,
        warnings=warnings,
        cause=refusal.message if refusal else "",
        fix=refusal.hint if refusal else "",
        findings=refusal.findings if refusal else (),
    )
