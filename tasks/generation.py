"""The effects of a generation: read the model, look at the folder, render aside, put in place."""

import json
import re
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from stackwright import __version__
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.config import Config, select
from stackwright.generation.estimate import Estimate, estimate
from stackwright.generation.lock import LOCK, Lock, LockedFile, digest, parse_lock
from stackwright.generation.outputs import Output, outputs
from stackwright.generation.plan import Action, Batch, Plan, make_plan, model_digest
from stackwright.generation.receipt import BatchReceipt, Rendered, WriteReceipt
from tasks import staging
from tasks.effect import effect
from tasks.history import read_history
from tasks.pristine import archive_bytes, archive_path, compact, read_archive

MODEL = ".stackwright/model.json"
_IGNORED = ".stackwright/.gitignore"
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
    if out.resolve() == out.resolve().parent:
        raise ProjectError.bad_input(
            f"{out} is the root of the file system.", hint="Choose a folder for the project."
        )
    lock = read_lock(out)
    if lock.project not in ("", project.name, renamed_from):
        raise ProjectError.bad_input(
            f"{out} holds the project {lock.project}, and this model is of {project.name}.",
            hint="Choose another folder; if the project was renamed, add --renamed-from "
            f"{lock.project}.",
        )
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
    lock = read_lock(out)
    _must_be_as_planned(plan, lock, out)
    rendered = {file.path: file for receipt in receipts for file in receipt.files}
    now = _next_lock(plan, lock, rendered)
    created, updated, deleted = (
        tuple(file.path for file in plan.having(action))
        for action in (Action.CREATE, Action.UPDATE, Action.DELETE)
    )
    if not plan.changes_nothing or now.text() != lock.text():
        with staging.explaining(f"Writing {out}"):
            put = [
                *created,
                *updated,
                *_stage_memory(project, plan, receipts, aside, out, now),
                LOCK,
            ]
            staging.stage(aside, LOCK, now.text().encode())
            staging.put_in_place(out, aside, put, deleted)
    staging.discard(out)
    return WriteReceipt(
        out=str(out),
        created=created,
        updated=updated,
        deleted=deleted,
        kept={file.path: file.reason for file in plan.having(Action.KEPT)},
        unchanged=len(plan.having(Action.UNCHANGED)),
        files=len(now.files),
        lines=sum(file.lines for file in now.files.values()),
        tests=sum(file.tests for file in now.files.values()),
        size_bytes=sum(file.size_bytes for file in now.files.values()),
    )


def dry_run(project: Project, config: Config, out: Path | None) -> tuple[Plan, Estimate]:
    """What generating this project will do, and what it will produce and take.

    Args:
        project: The whole model.
        config: The choices.
        out: The folder it would be generated into; None: a new one.
    """
    chosen = select(project, config)
    wanted = list(_wanted(chosen, config).values())
    lock = read_lock(out) if out else Lock()
    observed = observe(out, {*(output.path for output in wanted), *lock.files}) if out else {}
    planned = make_plan(chosen, config, wanted, lock, observed)
    rendered = [_rendered(output, output.render()[0]) for output in wanted]
    return planned, estimate(chosen, planned, rendered, read_history())


def staging_folder(plan: Plan, out: Path) -> Path:
    """Where the files of this plan wait: the same folder for the same plan, so that a retry goes on."""
    return staging.staging_for(out, digest(plan.model_dump_json().encode())[:12])


def still_staged(receipt: BatchReceipt, aside: Path) -> bool:
    """Whether the files of a batch that was rendered earlier still wait in the staging folder."""
    return staging.is_noted(aside, receipt.batch) and all(
        staging.is_staged(aside, file.path) for file in receipt.files
    )


def read_lock(out: Path) -> Lock:
    """The lock of a generated project, after finishing an interrupted change; empty when there is none."""
    with staging.explaining(f"Reading {out}"):
        if out.exists() and not out.is_dir():
            raise ProjectError.bad_input(
                f"{out} is a file, not a folder.", hint="Choose another folder."
            )
        staging.recover(out)
        path = out / LOCK
        return parse_lock(path.read_text("utf-8"), str(path)) if path.exists() else Lock()


def observe(out: Path, paths: Iterable[str]) -> dict[str, str]:
    """Path → content digest of those paths that exist; links and folders have a digest no file has."""
    found = {}
    with staging.explaining(f"Reading {out}"):
        for name in paths:
            path = out / name
            with suppress(FileNotFoundError, NotADirectoryError):
                is_file = stat.S_ISREG(path.lstat().st_mode)
                found[name] = digest(path.read_bytes()) if is_file else "not a regular file"
    return found


def compiled_templates() -> Path:
    """Where compiled templates are kept between runs."""
    return Path(user_cache_path("stackwright"))


_last: dict[tuple[str, str], dict[str, Output]] = {}


def _wanted(project: Project, config: Config) -> dict[str, Output]:
    """Path → output; the last answer is kept, as every batch of a run asks the same."""
    key = (model_digest(project), config.model_dump_json())
    if key not in _last:
        _last.clear()
        _last[key] = {
            output.path: output for output in outputs(project, config, compiled_templates())
        }
    return _last[key]


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


def _must_be_as_planned(plan: Plan, lock: Lock, out: Path) -> None:
    touched = plan.having(Action.CREATE, Action.UPDATE, Action.DELETE)
    present = observe(out, [file.path for file in touched])
    for file in touched:
        expected = None if file.action is Action.CREATE else lock.files[file.path].content
        if present.get(file.path) != expected:
            raise ProjectError(
                f"{out / file.path} changed after the plan was made. Nothing was changed.",
                hint="Plan again.",
            )


def _next_lock(plan: Plan, lock: Lock, rendered: Mapping[str, Rendered]) -> Lock:
    files = {}
    for file in plan.files:
        if file.path in rendered:
            done = rendered[file.path]
            files[file.path] = LockedFile(**done.model_dump(exclude={"path"}))
        elif file.path in lock.files and file.action is not Action.DELETE:
            files[file.path] = lock.files[file.path]
        elif file.action in (Action.CREATE, Action.UPDATE):
            raise ProjectError(f"{file.path} was planned but not rendered.", hint="Run it again.")
    return Lock(
        stackwright=__version__,
        project=plan.project,
        model=plan.model,
        config=plan.config,
        files=files,
    )


def _stage_memory(
    project: Project,
    plan: Plan,
    receipts: tuple[BatchReceipt, ...],
    aside: Path,
    out: Path,
    now: Lock,
) -> list[str]:
    """Stage what the project remembers beside the lock: the model, pristine output and line origins."""
    origins = {
        path: runs
        for receipt in receipts
        for path, runs in staging.noted(aside, receipt.batch).items()
    }
    touched = {(file.pack, file.unit) for receipt in receipts for file in receipt.files}
    touched |= {(file.pack, file.unit) for file in plan.having(Action.DELETE)}
    staged = [MODEL, _IGNORED]
    staging.stage(
        aside, MODEL, (project.model_dump_json(indent=1, exclude_defaults=True) + "\n").encode()
    )
    staging.stage(aside, _IGNORED, b"staging/\njournal.*\n")
    fresh = {file.path for receipt in receipts for file in receipt.files}
    for pack, unit in sorted(touched):
        path = archive_path(pack, unit)
        contents, traced = read_archive(out / path)
        for name in [name for name in contents if name not in now.files]:
            del contents[name], traced[name]
        for name, locked in now.files.items():
            if name in fresh and (locked.pack, locked.unit) == (pack, unit):
                contents[name] = staging.staged(aside, name)
                traced[name] = origins[name]
        staging.stage(aside, path, archive_bytes(contents, traced))
        staged.append(path)
    return staged
