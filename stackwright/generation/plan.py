"""What a generation will do, file by file, decided before anything is written."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from stackwright.domain.project import Project
from stackwright.generation.config import Config
from stackwright.generation.lock import Lock, LockedFile, digest
from stackwright.generation.outputs import PROJECT_UNIT
from stackwright.rendering.pack import Kind
from stackwright.value import Value

NOTHING_NEW = "; nothing new for it"
STALE = "edited by you; the new version is not applied"
BATCHES_A_PACK = 8  # a run has tens of tasks, not thousands


class Action(StrEnum):
    """What happens to a file. Merges and conflicts need the user's edits to be merged, see `kept`."""

    CREATE = "create"
    UPDATE = "update"
    MERGE = "merge"
    CONFLICT = "conflict"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the user's edit, deletion or own file: reported, never overwritten


class PlannedFile(Value):
    """One file of a plan."""

    path: str
    action: Action
    pack: str
    unit: str  # entity name, or `project`
    kind: Kind
    reason: str = ""
    made_from: str = (
        ""  # digest of template, data, options and engine; empty when no longer part of the project
    )


class Batch(Value):
    """Files that are rendered together: those of a group of entities in one pack."""

    name: str
    paths: tuple[str, ...]


class Plan(Value):
    """Every file of the project with what happens to it."""

    project: str
    model: str  # digest of the domain model
    config: Config
    files: tuple[PlannedFile, ...]  # in the order of their paths
    batches: tuple[Batch, ...]  # of the files that are written or adopted
    adopted: tuple[
        str, ...
    ] = ()  # unchanged on disk, but the lock must learn what they are made from now

    def counts(self) -> dict[str, int]:
        """Action → number of files, for the actions that occur."""
        found = [file.action for file in self.files]
        return {action.value: found.count(action) for action in Action if action in found}

    def having(self, *actions: Action) -> tuple[PlannedFile, ...]:
        """The files with one of these actions."""
        return tuple(file for file in self.files if file.action in actions)

    @property
    def changes_nothing(self) -> bool:
        """Whether applying it would leave the project as it is."""
        return not self.having(Action.CREATE, Action.UPDATE, Action.DELETE) and not self.adopted


class Wanted(Protocol):
    """A file that shall be there, wherever its content comes from."""

    @property
    def path(self) -> str:
        """Relative to the project's folder, with forward slashes."""
        ...

    @property
    def made_from(self) -> str:
        """Digest of all that decides its content."""
        ...

    @property
    def pack(self) -> str:
        """The name of the template pack it comes from."""
        ...

    @property
    def unit(self) -> str:
        """The entity it belongs to, or `project`."""
        ...

    @property
    def kind(self) -> Kind:
        """What sort of file it is."""
        ...

    def preview(self) -> bytes:
        """The content; asked for only when nothing else decides."""
        ...


def make_plan(
    project: Project,
    config: Config,
    wanted: Sequence[Wanted],
    lock: Lock,
    observed: Mapping[str, str],
) -> Plan:
    """Decide what happens to each file of a project.

    Args:
        project: With the selected entities only.
        config: The choices.
        wanted: The files that the configuration asks for.
        lock: The last generation; empty when there was none.
        observed: Path → content digest of the wanted and the locked files that exist on disk.
    """
    return plan_files(project.name, model_digest(project), config, wanted, lock, observed)


def plan_files(
    project: str,
    model: str,
    config: Config,
    wanted: Sequence[Wanted],
    lock: Lock,
    observed: Mapping[str, str],
) -> Plan:
    """Decide what happens to each file, wherever their contents come from.

    Args:
        project: The project's name.
        model: The digest of its domain model.
        config: The choices.
        wanted: The files that shall be there.
        lock: The last generation; empty when there was none.
        observed: Path → content digest of the wanted and the locked files that exist on disk.
    """
    files: list[PlannedFile] = []
    adopted: set[str] = set()
    for output in wanted:
        locked, present = lock.files.get(output.path), observed.get(output.path)
        action, reason = _decide(output, locked, present)
        if action is Action.UNCHANGED and (locked is None or locked.made_from != output.made_from):
            adopted.add(output.path)
        files.append(
            PlannedFile(
                path=output.path,
                action=action,
                pack=output.pack,
                unit=output.unit,
                kind=output.kind,
                reason=reason,
                made_from=output.made_from,
            )
        )
    asked = {output.path for output in wanted}
    for path, locked in lock.files.items():
        if path in asked or path not in observed:
            continue
        if observed[path] == locked.content:
            action, reason = Action.DELETE, "no longer part of the project"
        else:
            action, reason = Action.KEPT, "no longer part of the project, but edited by you"
        files.append(
            PlannedFile(
                path=path,
                action=action,
                pack=locked.pack,
                unit=locked.unit,
                kind=locked.kind,
                reason=reason,
            )
        )
    files.sort(key=lambda file: file.path)
    written = [
        file
        for file in files
        if file.action in (Action.CREATE, Action.UPDATE) or file.path in adopted
    ]
    return Plan(
        project=project,
        model=model,
        config=config,
        files=tuple(files),
        batches=_batches(written),
        adopted=tuple(sorted(adopted)),
    )


def _decide(output: Wanted, locked: LockedFile | None, present: str | None) -> tuple[Action, str]:
    if locked is None:
        if present is None:
            return Action.CREATE, ""
        if present == digest(output.preview()):
            return Action.UNCHANGED, ""
        return Action.KEPT, "a file of yours has this name"
    if present is None:
        return Action.KEPT, "deleted by you"
    if present == locked.content and output.made_from == locked.made_from:
        return Action.UNCHANGED, ""
    if output.made_from == locked.made_from:
        return Action.KEPT, f"edited by you{NOTHING_NEW}"
    new = digest(output.preview())
    if new == present:
        return Action.UNCHANGED, ""
    if present == locked.content:
        return Action.UPDATE, ""
    if new == locked.content:
        return Action.KEPT, f"edited by you{NOTHING_NEW}"
    return Action.KEPT, STALE


def model_digest(project: Project) -> str:
    """What identifies the domain model: the same for the same entities, fields, rules and relations."""
    return digest(project.model_dump_json().encode())


def _batches(files: list[PlannedFile]) -> tuple[Batch, ...]:
    batches = []
    for pack in dict.fromkeys(file.pack for file in files):
        own = [file for file in files if file.pack == pack]
        units = sorted({file.unit for file in own} - {PROJECT_UNIT})
        size = -(-len(units) // BATCHES_A_PACK) or 1
        groups = [
            [PROJECT_UNIT],
            *(units[start : start + size] for start in range(0, len(units), size)),
        ]
        for group in groups:
            paths = tuple(file.path for file in own if file.unit in group)
            if paths:
                more = f" and {len(group) - 1} more" if len(group) > 1 else ""
                batches.append(Batch(name=f"{pack}: {group[0]}{more}", paths=paths))
    return tuple(batches)
