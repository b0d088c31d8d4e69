"""Runs in all their states, told by messages as a generation sends them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import UUID, uuid4

from fastapi import FastAPI

from app.live.channel import Channel
from app.storage import projects, runs
from app.storage.projects import ModelVersion, Project
from stackwright.access.accounts import Account
from stackwright.errors import Finding
from stackwright.generation.config import Config
from stackwright.generation.progress import Message, MessageKind
from stackwright.generation.request import StepTime
from stackwright.runs.record import Checks, Outcome, Run
from stackwright.runs.state import RunState

if TYPE_CHECKING:
    from app.edge.parts import Parts
    from app.live.hub import Hub
    from app.runs import Line

K = MessageKind
HOSTILE = "\"'><script>alert(1)</script>&amp;"
STEPS = {"read": 0.2, "plan": 0.4, "render": 2.9, "write": 0.5, "publish": 0.8, "verify": 41.0}
MODEL = "{stackwright: 1, name: tags, entities: {Tag: {fields: {name: {type: string}}}}}"
FINDING = Finding(
    level="error",
    where="entities.Order.fields.total",
    message="unknown type `mony`",
    hint="Did you mean `money`?",
    file="shop.stackwright.yaml",
    line=31,
    column=14,
)


def under_way(attempt: int = 1, text: str = "Rendered a batch of 69 files.") -> list[Message]:
    """A run in the middle of its rendering."""
    files = tuple(f"backend/app/{name}.py" for name in ("orders", "customers", "invoices"))
    return [
        message(1, K.STARTED, "read", 0.0, attempt=attempt),
        message(2, K.VALIDATED, "read", 0.2, attempt=attempt),
        message(3, K.PLANNED, "plan", 0.6, total=214, attempt=attempt),
        message(4, K.PROCESSING, "render", 0.7, total=214, attempt=attempt),
        message(5, K.FILES, "render", 1.9, 138, 214, text, files, attempt, eta_s=1.2),
    ]


def to_the_end() -> list[Message]:
    """What follows, until it is done."""
    return [
        message(6, K.FILES, "render", 3.1, 214, 214),
        message(7, K.WRITTEN, "write", 3.6),
        message(8, K.PROCESSING, "publish", 3.7),
        message(9, K.CHECKING, "verify", 4.4),
        message(10, K.COMPLETE, "done", 45.0),
    ]


def message(
    number: int,
    kind: MessageKind,
    step: str,
    seconds: float,
    done: int = 0,
    total: int = 0,
    text: str = "",
    files: Sequence[str] = (),
    attempt: int = 1,
    eta_s: float | None = None,
) -> Message:
    return Message(
        kind=kind,
        text=text or f"It is at the step {step}.",
        step=step,
        done=done,
        total=total,
        files=tuple(files),
        number=number,
        attempt=attempt,
        seconds=seconds,
        eta_s=eta_s,
    )


def outcome(**given: Any) -> Outcome:
    """What a run that is done has made."""
    usual: dict[str, Any] = {
        "files": 214,
        "lines": 12_880,
        "tests": 188,
        "size_bytes": 412_000,
        "changes": {"create": 37, "update": 6, "unchanged": 171},
        "notes": ("Databases made by the old one do not notice: bring them up to date.",),
        "steps": tuple(StepTime(name=name, seconds=seconds) for name, seconds in STEPS.items()),
        "checks": Checks(passed=9, failed=0),
        "warnings": 2,
    }
    return Outcome(**{**usual, **given})


class LogLine(NamedTuple):
    """A line of a log, without the seconds that importing the orchestrator's client takes."""

    at: datetime
    level: int
    text: str


class Told:
    """An application, with runs that say what a test tells them to."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.parts, self.hub = cast("Parts", app.state.parts), cast("Hub", app.state.hub)

    async def project(self, owner: Account, name: str = "Bookshop") -> Project:
        now = self.parts.now()
        project = Project(
            id=uuid4(),
            owner_id=owner.id,
            name=name,
            model=0,
            config=Config(),
            config_revision=1,
            runs=0,
            made_at=now,
            changed_at=now,
        )
        version = ModelVersion(
            number=1, file="m.yaml", title="Tags", entities=1, digest="d", made_at=now
        )
        async with self.parts.storage.session() as session:
            await projects.add(session, project)
            return await projects.add_model(session, project, version, MODEL)

    async def run(self, project: Project, **given: Any) -> Run:
        """A run as it is kept: queued, unless something else is given."""
        made_at = self.parts.now()
        values: dict[str, Any] = {
            "id": uuid4(),
            "project_id": project.id,
            "owner_id": project.owner_id,
            "number": 0,
            "title": project.name,
            "model": project.model,
            "config": project.config,
            "verify": True,
            "flow_run_id": uuid4() if given.get("state") else None,
            "state": RunState.QUEUED,
            "made_at": made_at,
        }
        if given.get("state", RunState.QUEUED) is not RunState.QUEUED:
            values["started_at"] = made_at
        if given.get("state", RunState.QUEUED).is_final:
            values["ended_at"] = made_at + timedelta(seconds=45)
        async with self.parts.storage.session() as session:
            return await runs.add(session, Run(**{**values, **given}))

    async def history(self, project: Project, number: int = 8) -> None:
        """Runs that were done before."""
        for at in range(number):
            steps = tuple(
                StepTime(name=name, seconds=round(seconds * (0.8 + at * 0.05), 2))
                for name, seconds in STEPS.items()
            )
            await self.run(project, state=RunState.DONE, outcome=outcome(steps=steps))

    async def change(self, run: Run, **values: Any) -> Run:
        """What the keeper does when the orchestrator says something else."""
        kept = {name: getattr(one, "value", one) for name, one in values.items()}
        async with self.parts.storage.session() as session:
            found = await runs.get(session, run.id)
            assert found
            changed = await runs.change(session, run.id, was=found.state, **kept)
        assert changed
        self.hub.changed(changed)
        return changed

    def log(self, lines: dict[UUID, list[LogLine]]) -> None:
        """Answer for the orchestrator, which is not there, when the log of one of these runs is read."""

        async def log(run: Run) -> "Sequence[Line]":
            return cast("Sequence[Line]", list(lines.get(run.id, ())))

        self.hub.log = log  # type: ignore[method-assign]

    @asynccontextmanager
    async def channel(self, run: Run) -> AsyncIterator[Channel]:
        async with self.hub.watching(run) as channel:
            yield channel
