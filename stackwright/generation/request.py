"""What is asked of a generation, and what it answers."""

from pydantic import Field

from stackwright.errors import Finding, ProjectError
from stackwright.generation.config import Config
from stackwright.generation.plan import Plan
from stackwright.generation.receipt import WriteReceipt
from stackwright.value import Value


class GenerateRequest(Value):
    """One generation: which model, with which choices, into which folder."""

    model: str = Field(description="Path of a *.stackwright.yaml file, or its whole text.")
    out: str = Field(description="The project's folder; it is made if it does not exist.")
    config: Config = Config()
    file: str = Field(
        "", description="The name that findings call the model by, when it is a text."
    )
    renamed_from: str = Field("", description="The name under which the folder may know it.")
    verify: bool = Field(default=False, description="Run the tools of the generated project on it.")

    @property
    def is_text(self) -> bool:
        """Whether the model itself is given rather than its path."""
        return "\n" in self.model


class StepTime(Value):
    """How long one step took."""

    name: str
    seconds: float


class GenerationReport(Value):
    """What a generation did."""

    project: str
    plan: dict[str, int]  # action → number of files, as decided before anything was written
    receipt: WriteReceipt
    seconds: float
    steps: tuple[StepTime, ...] = ()
    notes: tuple[str, ...] = ()  # what to know or do now


def plan_rows(plan: Plan) -> list[dict[str, str | int]]:
    """A plan as a table: one row a part of the product, one column an action."""
    actions = list(plan.counts())
    rows: list[dict[str, str | int]] = []
    for pack in sorted({file.pack for file in plan.files}):
        own = [file for file in plan.files if file.pack == pack]
        found = [file.action.value for file in own]
        rows.append(
            {
                "part": pack,
                **{action: found.count(action) for action in actions},
                "files": len(own),
            }
        )
    return rows


class Refusal(Value):
    """A `ProjectError` on its way between two processes."""

    message: str
    hint: str = ""
    findings: tuple[Finding, ...] = ()
    exit_code: int = 1
    http_status: int = 500

    @classmethod
    def of(cls, error: ProjectError) -> "Refusal":
        """The error as data."""
        return cls(
            message=error.message,
            hint=error.hint,
            findings=error.findings,
            exit_code=error.exit_code,
            http_status=error.http_status,
        )

    def error(self) -> ProjectError:
        """The data as an error."""
        return ProjectError(
            self.message,
            hint=self.hint,
            findings=self.findings,
            exit_code=self.exit_code,
            http_status=self.http_status,
        )


def report_markdown(report: GenerationReport) -> str:
    """A report as a page: figures, what changed, how long it took, what to do next."""
    receipt = report.receipt
    changes = [
        f"| {word} | {len(paths)} |"
        for word, paths in (
            ("created", receipt.created),
            ("updated", receipt.updated),
            ("deleted", receipt.deleted),
            ("kept as you left them", receipt.kept),
        )
        if paths
    ]
    totals = f"{receipt.files} files, {receipt.lines} lines, {receipt.tests} tests"
    kept = [f"* `{path}`: {reason}" for path, reason in receipt.kept.items()]
    return "\n".join(
        [
            f"# {report.project}",
            "",
            f"**{totals}** in `{receipt.out}`",
            "",
            "| files | number |",
            "|---|---:|",
            *changes,
            f"| unchanged | {receipt.unchanged} |",
            "",
            "| step | seconds |",
            "|---|---:|",
            *(f"| {step.name} | {step.seconds:.2f} |" for step in report.steps),
            f"| **together** | **{report.seconds:.2f}** |",
            *(["", "## Kept", "", *kept] if kept else []),
            *(line for note in report.notes for line in ("", note)),
            "",
            f"What to do next stands in `{receipt.out}/README.md`.",
            "",
        ]
    )
