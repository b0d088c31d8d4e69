"""Putting new files in place, all of them or none, and what the project remembers of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stackwright import __version__
from stackwright.domain.project import Project
from stackwright.errors import ProjectError
from stackwright.generation.lock import LOCK, Lock, LockedFile
from stackwright.generation.plan import Action, Plan
from stackwright.generation.receipt import Rendered, WriteReceipt
from stackwright.value import Value
from tasks import staging
from tasks.observing import observe, read_lock
from tasks.pristine import archive_bytes, archive_path, read_archive

MODEL = ".stackwright/model.json"
_IGNORED = ".stackwright/.gitignore"

Origins = list[list[str | int]]  # of the lines of a file, as `tasks.pristine.compact` stores them


class Memory(Value):
    """What the project shall remember beside the lock."""

    model: bytes  # the whole domain model, as `model_text` has it
    origins: Mapping[str, Origins]  # path → where its lines come from, of the files that wait aside
    stackwright: str = __version__  # who made the files


def place(
    plan: Plan, rendered: Mapping[str, Rendered], memory: Memory, aside: Path, out: Path
) -> WriteReceipt:
    """Put the files that wait aside in place, all of them or none, exactly as planned.

    Args:
        plan: What was decided.
        rendered: Path → file, of everything that the plan writes or adopts.
        memory: What is remembered.
        aside: Where the files wait.
        out: The project's folder.

    Raises:
        ProjectError: A file changed since the plan was made, or the folder cannot be written.
    """
    lock = read_lock(out)
    _must_be_as_planned(plan, lock, out)
    now = _next_lock(plan, lock, rendered, memory.stackwright)
    created, updated, deleted = (
        tuple(file.path for file in plan.having(action))
        for action in (Action.CREATE, Action.UPDATE, Action.DELETE)
    )
    if not plan.changes_nothing or now.text() != lock.text():
        with staging.explaining(f"Writing {out}"):
            remembered = _stage_memory(plan, rendered, memory, aside, out, now)
            staging.stage(aside, LOCK, now.text().encode())
            staging.put_in_place(out, aside, [*created, *updated, *remembered, LOCK], deleted)
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


def model_text(project: Project) -> bytes:
    """The domain model as projects remember it."""
    return (project.model_dump_json(indent=1, exclude_defaults=True) + "\n").encode()


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


def _next_lock(plan: Plan, lock: Lock, rendered: Mapping[str, Rendered], stackwright: str) -> Lock:
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
        stackwright=stackwright,
        project=plan.project,
        model=plan.model,
        config=plan.config,
        files=files,
    )


def _stage_memory(
    plan: Plan,
    rendered: Mapping[str, Rendered],
    memory: Memory,
    aside: Path,
    out: Path,
    now: Lock,
) -> Sequence[str]:
    """Stage what the project remembers beside the lock: the model, pristine output and line origins."""
    touched = {(file.pack, file.unit) for file in rendered.values()}
    touched |= {(file.pack, file.unit) for file in plan.having(Action.DELETE)}
    staged = [MODEL, _IGNORED]
    staging.stage(aside, MODEL, memory.model)
    staging.stage(aside, _IGNORED, b"staging/\njournal.*\n")
    for pack, unit in sorted(touched):
        path = archive_path(pack, unit)
        contents, traced = read_archive(out / path)
        for name in [name for name in contents if name not in now.files]:
            del contents[name], traced[name]
        for name, locked in now.files.items():
            if name in rendered and (locked.pack, locked.unit) == (pack, unit):
                contents[name] = staging.staged(aside, name)
                traced[name] = memory.origins[name]
        staging.stage(aside, path, archive_bytes(contents, traced))
        staged.append(path)
    return staged
