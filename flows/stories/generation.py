"""How a project is generated: read, plan, render aside, put in place."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flows.road import LocalRoad, Road, at_once
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.generation.estimate import PastRun
from stackwright.generation.notes import notes
from stackwright.generation.outputs import PROJECT_UNIT
from stackwright.generation.plan import Batch, Plan
from stackwright.generation.progress import Message, MessageKind, News
from stackwright.generation.receipt import BatchReceipt
from stackwright.generation.request import GenerateRequest, GenerationReport, StepTime, plan_rows
from tasks import generation as effects
from tasks.alone import alone
from tasks.history import record
from tasks.model import check_model, read_model
from tasks.staging import discard, still_staged

FILES_TOLD = 100  # paths in one message
LET_GO_S = 60.0  # the process of a run that was paused ends its step before it lets go


async def generate(request: GenerateRequest, road: Road) -> GenerationReport:
    """Generate the project as asked.

    Raises:
        ProjectError: It cannot be done; the message says so and what was left.
    """
    try:
        patience_s = LET_GO_S if road.is_resumed else 0.0
        with alone(out := Path(request.out), patience_s):
            try:
                return await _generate(request, road)
            except ProjectError:
                if not road.is_resumed:  # nobody comes back for what waits aside
                    discard(out)
                raise
    except ProjectError as error:
        sentences = [finding.sentence() for finding in error.findings]
        await road.tell(News(kind=MessageKind.ERROR, text="\n".join([str(error), *sentences])))
        raise


def generate_locally(
    request: GenerateRequest, on_message: Callable[[Message], None]
) -> GenerationReport:
    """Generate in this process, without an orchestrator.

    Raises:
        ProjectError: It cannot be done; the message says so and what was left.
    """
    return at_once(generate(request, LocalRoad(on_message)))


async def _generate(request: GenerateRequest, road: Road) -> GenerationReport:
    out, clock = Path(request.out), _Clock()
    await road.tell(News(kind=MessageKind.STARTED, step="read", text=f"Generating into {out}."))
    project = await _read(request, road)
    clock.lap("read")
    plan = await road.do(
        effects.plan_project, project, request.config, out, request.renamed_from, name="Plan"
    )
    await _show(plan, road)
    clock.lap("plan")
    receipts = await _render(project, request.config, plan, out, road)
    clock.lap("render")
    aside = effects.staging_folder(plan, out)
    receipt = await road.do(
        effects.write_project, project, plan, receipts, aside, out, name="Write"
    )
    clock.lap("write")
    report = GenerationReport(
        project=project.name,
        plan=plan.counts(),
        receipt=receipt,
        seconds=clock.seconds(),
        steps=tuple(clock.laps),
        notes=notes(plan),
    )
    record(_past_run(report, receipts, clock))
    text = f"{receipt.files} files, {receipt.lines} lines and {receipt.tests} tests in {out}."
    kind = MessageKind.WRITTEN if request.verify else MessageKind.COMPLETE
    await road.tell(News(kind=kind, step="write" if request.verify else "done", text=text))
    return report


async def _read(request: GenerateRequest, road: Road) -> Project:
    name = "Read the model"
    if request.is_text:
        content = request.model.encode()
        project, warnings = await road.do(check_model, content, request.file or "model", name=name)
    else:
        project, warnings = await road.do(read_model, Path(request.model), name=name)
    fields = sum(len(entity.fields) for entity in project.entities)
    text = "\n".join(
        [
            f"{project.title}: {len(project.entities)} entities with {fields} fields.",
            *(warning.sentence() for warning in warnings),
        ]
    )
    await road.tell(News(kind=MessageKind.VALIDATED, step="read", text=text))
    return project


async def _show(plan: Plan, road: Road) -> None:
    counts = ", ".join(f"{number} {action}" for action, number in plan.counts().items())
    await road.table("plan", plan_rows(plan), f"{plan.project}: {counts or 'nothing to do'}.")
    text = f"{counts} in {len(plan.batches)} batches." if plan.batches else "Nothing to render."
    await road.tell(News(kind=MessageKind.PLANNED, step="plan", text=text))


async def _render(
    project: Project, config: Config, plan: Plan, out: Path, road: Road
) -> tuple[BatchReceipt, ...]:
    """Render batch after batch into the staging folder; a batch of an earlier attempt is not redone."""
    aside = effects.staging_folder(plan, out)
    total, done = sum(len(batch.paths) for batch in plan.batches), 0
    receipts = []
    for batch in plan.batches:
        text = f"Rendering {_label(batch)}, {len(batch.paths)} files."
        await road.tell(
            News(kind=MessageKind.PROCESSING, step="render", text=text, done=done, total=total)
        )
        receipt = await road.do(
            effects.render_batch,
            project,
            config,
            plan,
            batch,
            aside,
            name=f"Render {_label(batch)}",
            still_holds=partial(still_staged, aside),
        )
        receipts.append(receipt)
        done += len(receipt.files)
        await road.tell(
            News(
                kind=MessageKind.FILES,
                step="render",
                text=f"{done} of {total} files are rendered.",
                done=done,
                total=total,
                files=tuple(file.path for file in receipt.files[:FILES_TOLD]),
            )
        )
    return tuple(receipts)


def _label(batch: Batch) -> str:
    """What people call a batch."""
    part, _, unit = batch.name.partition(": ")
    return f"{part}: files of no entity" if unit == PROJECT_UNIT else batch.name


class _Clock:
    """Seconds since the start, lap by lap."""

    def __init__(self) -> None:
        self.began = self.mark = time.monotonic()
        self.cpu = time.process_time()
        self.laps: list[StepTime] = []

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps.append(StepTime(name=name, seconds=round(now - self.mark, 3)))
        self.mark = now

    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)


def _past_run(
    report: GenerationReport, receipts: tuple[BatchReceipt, ...], clock: _Clock
) -> PastRun:
    files = [file for receipt in receipts for file in receipt.files]
    return PastRun(
        files=len(files),
        lines=sum(file.lines for file in files),
        seconds=report.seconds,
        cpu_seconds=round(time.process_time() - clock.cpu, 3),
    )
