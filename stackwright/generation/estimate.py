"""The bill before the order: what a generation will produce, how long it takes, what may go wrong."""

from collections.abc import Iterable, Sequence
from statistics import median, quantiles
from typing import Literal

from stackwright.domain.project import Project
from stackwright.generation.plan import NOTHING_NEW, Action, Plan
from stackwright.generation.receipt import Rendered
from stackwright.value import Value

Risk = Literal["low", "medium", "high"]
MANY_ENTITIES = 50
MANY_FIELDS = 40
MIN_SPREAD_RUNS = 4  # fewer runs give a range, not quartiles


class PastRun(Value):
    """One recorded generation of this installation."""

    files: int  # written
    lines: int  # written
    seconds: float  # wall clock
    cpu_seconds: float


class Amount(Value):
    """How much of one sort of file there will be."""

    files: int = 0
    lines: int = 0
    tests: int = 0
    size_bytes: int = 0


class Duration(Value):
    """Expected time with its spread, from past runs scaled to this one's number of files."""

    seconds: float  # median
    low_seconds: float  # lower quartile, or the least with fewer than four runs
    high_seconds: float
    runs: int  # how many past runs it stands on


class Estimate(Value):
    """What a configuration costs and yields."""

    project: str
    entities: int
    fields: int
    relations: int
    total: Amount
    by_kind: dict[str, Amount]
    by_platform: dict[str, Amount]
    duration: Duration | None = None  # None: nothing was generated here yet
    risk: Risk = "low"
    risk_reasons: tuple[str, ...] = ()


def estimate(
    project: Project, plan: Plan, rendered: Iterable[Rendered], history: Sequence[PastRun]
) -> Estimate:
    """Add up what was rendered and judge it.

    Args:
        project: With the selected entities only.
        plan: What generating would do to the folder.
        rendered: Every file of the project as it would be.
        history: Past generations of this installation, in any order.
    """
    files = list(rendered)
    reasons, risk = _risk(project, plan)
    return Estimate(
        project=project.name,
        entities=len(project.entities),
        fields=sum(len(entity.fields) for entity in project.entities),
        relations=sum(len(entity.relations) for entity in project.entities),
        total=_amount(files),
        by_kind={
            kind: _amount(f for f in files if f.kind == kind)
            for kind in sorted({f.kind for f in files})
        },
        by_platform={
            pack: _amount(f for f in files if f.pack == pack)
            for pack in sorted({f.pack for f in files})
        },
        duration=_duration(len(plan.having(Action.CREATE, Action.UPDATE)), history),
        risk=risk,
        risk_reasons=reasons,
    )


def _amount(files: Iterable[Rendered]) -> Amount:
    found = list(files)
    return Amount(
        files=len(found),
        lines=sum(file.lines for file in found),
        tests=sum(file.tests for file in found),
        size_bytes=sum(file.size_bytes for file in found),
    )


def _duration(files: int, history: Sequence[PastRun]) -> Duration | None:
    rates = sorted(run.seconds / run.files for run in history if run.files)
    if not rates:
        return None
    low, high = rates[0], rates[-1]
    if len(rates) >= MIN_SPREAD_RUNS:
        low, _, high = quantiles(rates, n=4)
    middle = median(rates)
    return Duration(
        seconds=round(middle * files, 2),
        low_seconds=round(max(0.0, low) * files, 2),
        high_seconds=round(high * files, 2),
        runs=len(rates),
    )


def _risk(project: Project, plan: Plan) -> tuple[tuple[str, ...], Risk]:
    """What deserves a look first: lost or unapplied files are high, an unusual size is medium."""
    high, medium = [], []
    deleted = plan.having(Action.DELETE)
    behind = [file for file in plan.having(Action.KEPT) if not file.reason.endswith(NOTHING_NEW)]
    if deleted:
        high.append(f"{len(deleted)} generated files are deleted, {deleted[0].path} for one")
    if behind:
        high.append(f"{len(behind)} files of yours stay as they are and miss what is new")
    if len(project.entities) > MANY_ENTITIES:
        medium.append(f"{len(project.entities)} entities: consider splitting the product")
    medium.extend(
        f"{entity.name} has {len(entity.fields)} fields: its form and its tests get long"
        for entity in project.entities
        if len(entity.fields) > MANY_FIELDS
    )
    return (*high, *medium), "high" if high else "medium" if medium else "low"
