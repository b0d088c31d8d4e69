"""The effects of a generation: read the model, look at the folder, render aside, put in place."""

import json
import re
import threading
from collections import OrderedDict
from pathlib import Path

from platformdirs import user_cache_path

from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, select
from stackwright.generation.estimate import Estimate, estimate
from stackwright.generation.lock import Lock, digest
from stackwright.generation.outputs import Output, outputs
from stackwright.generation.plan import Batch, Plan, make_plan, model_digest
from stackwright.generation.receipt import BatchReceipt, Rendered, WriteReceipt
from tasks import staging
from tasks.effect import effect
from tasks.history import read_history
from tasks.observing import lock_for, observe, read_lock
from tasks.placing import Memory, model_text, place
from tasks.pristine import compact

MOST_MEASURES = 20_000  # files, of seven times a hundred entities; some 20 MB
_PY_TEST = re.compile(rb"^\s*(?:async )?def test_", re.MULTILINE)
_TS_TEST = re.compile(rb"^\s*(?:it|test)(?:\.each\(.*\))?\(", re.MULTILINE)


@effect(timeout_s=300)
def plan_project(project: Project, config: Config, out: Path, renamed_from: str = "") -> Plan:
    """What generating this project into `out` will do; finishes a change that was interrupted there.

    Args:
        project: The whole model.
        config: The choices.
        out: The project's folder.
        renamed_from: The name under which the folder may know this project.

    Raises:
        ProjectError: The selection is incomplete, `out` cannot be read, or holds another project.
    """
    chosen = select(project, config)
    lock = lock_for(out, project.name, renamed_from)
    wanted = _wanted(chosen, config)
    return make_plan(
        chosen, config, list(wanted.values()), lock, observe(out, {*wanted, *lock.files})
    )


@effect(retries=2, timeout_s=600, persist=True)
def render_batch(
    project: Project, config: Config, plan: Plan, batch: Batch, aside: Path
) -> BatchReceipt:
    """Render the files of a batch into the staging folder `aside`.

    Raises:
        ProjectError: The staging folder cannot be written, or the plan is of another model.
    """
    wanted = _wanted(select(project, config), config)
    planned = {file.path: file.made_from for file in plan.files}
    done, origins = [], {}
    with staging.explaining("Writing the new files aside"):
        for path in batch.paths:
            output = wanted.get(path)
            if output is None or output.made_from != planned[path]:
                raise ProjectError(
                    f"The plan is not of this model: {path} differs.", hint="Plan again."
                )
            content, lines = output.render()
            origins[path] = compact(lines)
            staging.stage(aside, path, content)
            done.append(_rendered(output, content))
        staging.note(aside, batch.name, json.dumps(origins))
    return BatchReceipt(batch=batch.name, files=tuple(done))


@effect(timeout_s=600)
def write_project(
    project: Project, plan: Plan, receipts: tuple[BatchReceipt, ...], aside: Path, out: Path
) -> WriteReceipt:
    """Put the rendered files in place, all of them or none, exactly as planned.

    Raises:
        ProjectError: A file changed since the plan was made, or the folder cannot be written.
    """
    with staging.explaining("Reading what was rendered"):
        origins = {
            path: runs
            for receipt in receipts
            for path, runs in staging.noted(aside, receipt.batch).items()
        }
    rendered = {file.path: file for receipt in receipts for file in receipt.files}
    return place(plan, rendered, Memory(model=model_text(project), origins=origins), aside, out)


def dry_run(
    project: Project, config: Config, out: Path | None, published: Lock | None = None
) -> tuple[Plan, Estimate]:
    """What generating this project will do, and what it will produce and take.

    Args:
        project: The whole model.
        config: The choices.
        out: The folder it would be generated into; None: a new one.
        published: What an earlier run published, which is in no folder and was edited by nobody.
    """
    chosen = select(project, config)
    wanted = list(_wanted(chosen, config).values())
    lock = published or (read_lock(out) if out else Lock())
    observed = {path: file.content for path, file in lock.files.items()} if published else {}
    if out and not published:
        observed = observe(out, {*(output.path for output in wanted), *lock.files})
    planned = make_plan(chosen, config, wanted, lock, observed)
    rendered = [_measured(output) for output in wanted]
    return planned, estimate(chosen, planned, rendered, read_history())


def show_file(project: Project, config: Config, path: str) -> bytes | None:
    """What would stand in this file; None: there would be no such file.

    Raises:
        ProjectError: The selection is incomplete.
    """
    output = _wanted(select(project, config), config).get(path)
    return None if output is None else output.content()


def staging_folder(plan: Plan, out: Path) -> Path:
    """Where the files of this plan wait: the same folder for the same plan, so that a retry goes on."""
    return staging.staging_for(out, digest(plan.model_dump_json().encode())[:12])


def still_staged(receipt: BatchReceipt, aside: Path) -> bool:
    """Whether the files of a batch that was rendered earlier still wait in the staging folder."""
    return staging.is_noted(aside, receipt.batch) and all(
        staging.is_staged(aside, file.path) for file in receipt.files
    )


def compiled_templates() -> Path:
    """Where compiled templates are kept between runs."""
    return Path(user_cache_path("stackwright"))


_last: dict[tuple[str, str], dict[str, Output]] = {}


def _wanted(project: Project, config: Config) -> dict[str, Output]:
    """Path → output; the last answer is kept, as every batch of a run asks the same."""
    key = (model_digest(project), config.model_dump_json())
    found = _last.get(key)
    if found is None:  # others may ask for something else in another thread meanwhile
        found = {output.path: output for output in outputs(project, config, compiled_templates())}
        _last.clear()
        _last[key] = found
    return found


_measures: OrderedDict[tuple[str, ...], Rendered] = OrderedDict()
_measuring = threading.Lock()  # several threads ask for plans


def _measured(output: Output) -> Rendered:
    """What is in an output; known already when one was measured that all the same decides."""
    key = (output.pack, output.entry.source, output.path, output.unit, output.made_from)
    with _measuring:
        if found := _measures.get(key):
            _measures.move_to_end(key)
            return found
    made = _rendered(output, output.content())
    with _measuring:
        _measures[key] = made
        while len(_measures) > MOST_MEASURES:
            _measures.popitem(last=False)
    return made


def _rendered(output: Output, content: bytes) -> Rendered:
    pattern = _PY_TEST if output.path.endswith(".py") else _TS_TEST
    return Rendered(
        path=output.path,
        content=digest(content),
        made_from=output.made_from,
        pack=output.pack,
        unit=output.unit,
        kind=output.kind,
        lines=content.count(b"\n"),
        size_bytes=len(content),
        tests=len(pattern.findall(content)) if output.kind == "test" else 0,
    )
