"""How good a generated project is: what was checked, what was found, what was measured."""

import re
from collections.abc import Iterable, Mapping
from statistics import mean
from typing import Literal

from pydantic import Field
from radon.complexity import cc_visit

from stackwright.errors import ProjectError
from stackwright.generation.config import Database, Platform
from stackwright.value import Value

MAX_PROBLEMS = 12  # a check shows the first ones and counts the rest
MAX_LINES = 12  # of raw output, where a tool names no places

Ended = Literal["exited", "timeout", "cancelled", "missing"]
Reader = Literal[
    "plain", "ruff", "ruff_format", "mypy", "pytest", "prettier", "eslint", "tsc", "vitest"
]


class Facts(Value):
    """What lies in a project's folder, as far as verifying it depends on it."""

    name: str
    platforms: tuple[Platform, ...]
    database: Database
    migrations: bool = False  # the back end has Alembic revisions
    python_tests: bool = False
    script_tests: bool = False
    requirements: tuple[str, ...] = ()  # files below `backend/` that name what it needs
    groups: tuple[str, ...] = ()  # dependency groups of its pyproject.toml to install
    extras: tuple[str, ...] = ()  # optional dependencies of it to install
    node_manifest: str = ""  # below `frontend/`: what decides the content of node_modules


class Check(Value):
    """One command and what it proves."""

    id: str  # `backend.types`
    platform: Platform
    title: str
    proves: str = Field(description="What is true of the project when the check is passed.")
    words: tuple[str, ...]
    env: dict[str, str] = {}
    timeout_s: float
    reader: Reader = "plain"
    report: str = ""  # absolute path of the file the tool writes its findings to; "": its output
    coverage: str = ""  # the same for coverage figures
    bundle: str = ""  # the folder whose scripts and styles are weighed afterwards
    hint: str = Field("", description="What to do next when it fails.")
    is_quick: bool = True  # part of a quick verification


class Ran(Value):
    """How a command ended and what it said."""

    ended: Ended
    code: int | None = None
    output: str = ""
    report: str = ""  # content of the file named by `Check.report`
    coverage: str = ""
    seconds: float


class Problem(Value):
    """One place in the generated project that a tool objects to."""

    file: str = ""
    line: int = 0
    rule: str = ""
    message: str

    def sentence(self) -> str:
        """`file:line: message [rule]`."""
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}{f' [{self.rule}]' if self.rule else ''}"


class Figures(Value):
    """What was measured; None: not measured."""

    files: int | None = None
    lines: int | None = None
    size_bytes: int | None = None
    tests: int | None = Field(None, description="Tests that ran, skipped ones left out.")
    failed_tests: int | None = None
    skipped_tests: int | None = None
    coverage_percent: float | None = Field(None, description="Lines that the tests run.")
    lint_findings: int | None = None
    type_errors: int | None = None
    complexity_mean: float | None = Field(None, description="Cyclomatic, over all functions.")
    complexity_max: int | None = None
    complexity_where: str | None = Field(None, description="The most complex function.")
    bundle_bytes: int | None = Field(None, description="Scripts and styles of the built front end.")
    bundle_gzip_bytes: int | None = None

    def merged(self, other: "Figures") -> "Figures":
        """Both together; where both know a figure, `other` is right."""
        known = {name: value for name, value in other if value is not None}
        return self.model_copy(update=known)


class Outcome(Value):
    """What came of one check."""

    id: str
    platform: Platform
    title: str
    proves: str
    state: Literal["ok", "failed", "skipped"]
    seconds: float = 0.0
    cause: str = Field("", description="Why it failed or was skipped, one sentence.")
    problems: tuple[Problem, ...] = Field((), description="The first places it objects to.")
    further: int = Field(0, description="How many more there are.")
    lines: tuple[str, ...] = Field((), description="The tool's own words, when it names no places.")
    hint: str = ""
    figures: Figures = Figures()

    @property
    def failed(self) -> bool:
        """Whether the project is not as it should be."""
        return self.state == "failed"


class QualityReport(Value):
    """All that a verification found out."""

    project: str
    ok: bool
    seconds: float
    outcomes: tuple[Outcome, ...]
    figures: dict[Platform, Figures]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The checks that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)


def report(
    facts: Facts, outcomes: Iterable[Outcome], measured: Mapping[Platform, Figures], seconds: float
) -> QualityReport:
    """Everything together; it is ok when something was checked and nothing failed."""
    done = tuple(outcomes)
    figures = dict(measured)
    for outcome in done:
        figures[outcome.platform] = figures.get(outcome.platform, Figures()).merged(outcome.figures)
    checked = any(outcome.state == "ok" for outcome in done)
    return QualityReport(
        project=facts.name,
        ok=checked and not any(outcome.failed for outcome in done),
        seconds=round(seconds, 2),
        outcomes=done,
        figures=figures,
    )


def objection(quality: QualityReport) -> ProjectError | None:
    """Why a project is not as it should be, with the first place of each failed check; None: it is."""
    if quality.ok:
        return None
    failed = [
        " ".join(
            [f"{one.platform} {one.title}: {one.cause}", *(p.sentence() for p in one.problems[:1])]
        )
        for one in quality.failures
    ]
    found = f"{len(failed)} of its checks failed" if failed else "nothing of it could be checked"
    return ProjectError(
        "\n".join([f"{quality.project} is generated, but {found}.", *failed]),
        hint="The artifact generation-quality lists all checks.",
    )


def skipped(check: Check, why: str, hint: str = "") -> Outcome:
    """A check that this machine cannot do, or that nothing is there for."""
    return Outcome(
        id=check.id,
        platform=check.platform,
        title=check.title,
        proves=check.proves,
        state="skipped",
        cause=why,
        hint=hint,
    )


def measure(texts: Mapping[str, str]) -> Figures:
    """Files, lines and the complexity of the Python functions in these texts (path → content)."""
    functions = [
        function
        for path, text in sorted(texts.items())
        if path.endswith(".py") and not _is_test(path)
        for function in _functions(path, text)
    ]
    worst = max(functions, default=None)
    return Figures(
        files=len(texts),
        lines=sum(text.count("\n") for text in texts.values()),
        size_bytes=sum(len(text.encode()) for text in texts.values()),
        complexity_mean=round(mean(f[0] for f in functions), 2) if functions else None,
        complexity_max=worst[0] if worst else None,
        complexity_where=worst[1] if worst else None,
    )


def _functions(path: str, text: str) -> list[tuple[int, str]]:
    """Complexity and place of each function and method."""
    try:
        blocks = cc_visit(text)
    except SyntaxError:
        return []  # the linter says where
    return [
        (block.complexity, f"{path}:{block.lineno} {block.fullname}")
        for block in blocks
        if block.letter in "FM"
    ]


def _is_test(path: str) -> bool:
    return re.search(r"(^|/)tests?/|(^|/)test_|\.test\.", path) is not None
