"""Deployments in every state, written as a host and a rollout leave them; no program of theirs runs."""

import atexit
import os
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app.storage import deployments, rollouts
from app.storage.deployments import Stored
from stackwright.access.accounts import Account
from stackwright.deployment.config import Deployment
from stackwright.deployment.drift import Drift, DriftKind
from stackwright.deployment.events import Event, EventType
from stackwright.deployment.history import History, SwitchRecord
from stackwright.deployment.hosting.host import HostRecord
from stackwright.deployment.hosting.program import Seen
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.lease import Lease
from stackwright.deployment.options.place import Environment, Target
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.plan import Plan
from stackwright.deployment.release import Release, ReleaseState, Snapshot, Tombstone
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Action, Step, Undo
from stackwright.errors import Finding
from stackwright.generation.request import Refusal
from stackwright.runs.rollout import Rollout, Yes
from stackwright.runs.state import RunState
from tasks.host import folder, processes, records
from tests.web.told import HOSTILE, Told, outcome

S, R = RunState, Risk
MADE = datetime(2026, 2, 28, 9, tzinfo=UTC)
GONE = Drift(kind=DriftKind.MISSING, address=HOSTILE)
WHY = f"The back end is not healthy: it ended with code 1. {HOSTILE}\nTraceback: KeyError {HOSTILE}"
STATES = (
    "queued",
    "making ready",
    "safe",
    "replace",
    "data loss",
    "running",
    "cancelling",
    "done",
    "taken back",
    "failed",
    "refused",
    "crashed",
    "cancelled",
)


def plan(risk: Risk = R.SAFE) -> Plan:
    """A plan with a step of this risk and findings."""
    steps = (
        step("back_end/3", "Start the back end of release 3 beside the old one"),
        step(
            "schema/shop",
            f"Migrate the tables {HOSTILE}",
            action=Action.UPDATE,
            group="Database",
            risk=risk,
            reasons=(f"It drops the column {HOSTILE} with all that it holds.",)
            if risk is not R.SAFE
            else (),
            before={"columns": "title, body", "size": 3},
            after={"columns": f"title {HOSTILE}", "size": 3},
            undo=Undo.KEEP if risk is R.SAFE else Undo.NEVER,
            undo_verb="",
        ),
        step("route/shop", "Send people to release 3", action=Action.RUN, after=None, undo_verb=""),
    )
    findings = (
        Finding(
            level="warning", where="scaling.minimum", message=f"One of it {HOSTILE}.", hint="Two."
        ),
    )
    return Plan(
        deployment="shop",
        target=Target.LOCAL,
        environment=Environment.STAGING,
        release=3,
        title=f"Release 3 of shop {HOSTILE}",
        steps=steps,
        findings=findings,
        automatic_rollback=risk is R.SAFE,
    )


def step(address: str, title: str, **given: Any) -> Step:
    usual: dict[str, Any] = {
        "kind": "local_program",
        "address": address,
        "verb": "do",
        "title": title,
        "group": "Back end",
        "action": Action.CREATE,
        "after": {"port": 4001},
        "undo_verb": "undo",
    }
    return Step(**{**usual, **given})


def under_way() -> tuple[Event, ...]:
    """The first step is done, the second goes on."""
    return (
        Event(seq=1, type=EventType.STARTED, address="back_end/3", action="do"),
        Event(seq=2, type=EventType.DONE, address="back_end/3", action="do", elapsed_s=4.2),
        Event(seq=3, type=EventType.STARTED, address="schema/shop", action="do"),
        Event(seq=4, type=EventType.NOTE, message=f"Something is said {HOSTILE}."),
    )


def came(*, took_back: bool) -> Outcome:
    """A release that did not become healthy."""
    return Outcome(release=release(3, "failed"), serves=2, took_back=took_back, why=WHY)


def release(number: int, state: str, **given: Any) -> Release:
    snapshot = Snapshot(build=f"{number}" * 64, settings="s1")
    return Release(
        number=number, state=ReleaseState(state), snapshot=snapshot, made_at=MADE, **given
    )


@cache
def sleeper() -> int:
    """A process that lives as long as the tests, without any below it."""
    process = subprocess.Popen(["sleep", "3600"])
    atexit.register(process.kill)
    return process.pid


class Deployed:
    """A deployment whose rollouts and site a test decides about."""

    def __init__(self, told: Told, root: Path, stored: Stored, owner: Account) -> None:
        self.told, self.root, self.stored, self.owner = told, root, stored, owner
        self.path = f"/deployments/{stored.id}"
        self.site = Site(root=root, name=stored.config.site, port=8123)

    @classmethod
    async def make(
        cls,
        told: Told,
        owner: Account,
        root: Path,
        name: str = "shop",
        *,
        generated: bool = True,
        **choices: Any,
    ) -> "Deployed":
        project = await told.project(owner, f"Shop {HOSTILE}")
        if generated:
            await told.run(project, state=S.DONE, outcome=outcome(), published=True)
        now = told.parts.now()
        config = Deployment.model_validate({"name": name, **choices})
        stored = Stored(
            id=uuid4(),
            project_id=project.id,
            name=name,
            config=config,
            revision=1,
            made_at=now,
            changed_at=now,
        )
        async with told.parts.storage.session() as session:
            await deployments.add(session, stored)
        return cls(told, root, stored, owner)

    async def rolls(self, state: str, **given: Any) -> Rollout:
        """Keep a rollout in one of STATES."""
        now = self.told.parts.now()
        yes = {"yes": Yes(by=f"ada {HOSTILE}", digest="d", at=now), "events": under_way()}
        ends = {"ended_at": now + timedelta(minutes=2)}
        refused = Refusal(
            message=f"It cannot be planned {HOSTILE}.",
            hint="Mend it.",
            findings=(Finding(level="error", where="scaling", message=HOSTILE),),
        )
        kinds: dict[str, dict[str, Any]] = {
            "queued": {"state": S.QUEUED},
            "making ready": {"state": S.RUNNING},
            "safe": {"state": S.PAUSED, "plan": plan()},
            "replace": {"state": S.PAUSED, "plan": plan(R.REPLACE)},
            "data loss": {"state": S.PAUSED, "plan": plan(R.DATA_LOSS)},
            "running": {"state": S.RUNNING, "plan": plan(), **yes},
            "cancelling": {"state": S.CANCELLING, "plan": plan(), **yes},
            "done": {"state": S.DONE, "plan": plan(), **yes, **ends, "message": HOSTILE},
            "taken back": {
                "state": S.FAILED,
                "plan": plan(),
                **yes,
                **ends,
                "outcome": came(took_back=True),
            },
            "failed": {
                "state": S.FAILED,
                "plan": plan(R.DATA_LOSS),
                **yes,
                **ends,
                "outcome": came(took_back=False),
            },
            "refused": {"state": S.FAILED, **ends, "refusal": refused},
            "crashed": {"state": S.CRASHED, "plan": plan(), **yes, **ends, "message": HOSTILE},
            "cancelled": {"state": S.CANCELLED, "plan": plan(), **ends},
        }
        rollout = Rollout(
            **{
                "id": uuid4(),
                "deployment_id": self.stored.id,
                "owner_id": self.owner.id,
                "number": 0,
                "config": self.stored.config,
                "cause": f"branch main was pushed {HOSTILE}",
                "made_at": now,
                **kinds[state],
                **given,
            }
        )
        async with self.told.parts.storage.session() as session:
            return await rollouts.add(session, rollout)

    async def change(self, rollout_id: UUID, **values: Any) -> None:
        """What the keeper does when the orchestrator says something else."""
        async with self.told.parts.storage.session() as session:
            found = await rollouts.get(session, rollout_id)
            assert found
            new = found.model_copy(update=values)
            assert await rollouts.change(session, new, was=found.state)

    def serves(self, number: int = 2, *, lease_s: float | None = None) -> None:
        """Release 2 serves, 1 did before; a lease is held for so long."""
        now = self.told.parts.now()
        releases = (
            release(1, "superseded"),
            release(2, "serving"),
            release(3, "failed", tombstone=Tombstone(why=WHY, at=now)),
        )
        lease = None
        if lease_s is not None:
            since = now - timedelta(seconds=lease_s)
            lease = Lease(
                name="shop", owner="run 1", reason=f"Deploy {HOSTILE}", taken_at=since, beat_at=now
            )
        history = History(
            deployment=self.stored.config,
            port=8123,
            releases=releases,
            switches=(SwitchRecord(release=2, requests=412, dropped=0, p99_ms=31, sentence="."),),
            lease=lease,
        )
        records.write(self.site.folder / "history.json", history)
        route = f'# {{"release": {number}, "backend": 4001, "pages": 4002}}\n{{}}\n'
        path = self.site.folder / "proxy" / "routes" / "site.yaml"
        records.write_bytes(path, route.encode())

    def runs(self, *names: str, lives: bool = True, crashes: int = 0) -> None:
        """Programs that live, as far as one can see, or wait for their next start."""
        pid = sleeper()
        for name in names:
            seen = Seen(
                name=f"{self.site.name}.{name}",
                title=f"The {name} {HOSTILE}",
                state="running" if lives else "waiting",
                program="p",
                pid=pid if lives else 0,
                identity=processes.identity(pid) if lives else "",
                since=self.told.parts.now().timestamp() - 7300,
                crashes=crashes,
                starts=crashes + 1,
                last=f"ended with code 1 {HOSTILE}",
                next_at=time.time() + 30,
            )
            records.write(folder.seen(self.root, seen.name), seen)
            records.write_bytes(folder.log(self.root, seen.name), f"It says {HOSTILE}\n".encode())

    def is_kept(self) -> None:
        """A host looks after it."""
        pid, now = os.getpid(), time.time()
        host = HostRecord(
            pid=pid, identity=processes.identity(pid), began_at=now, awake_at=now + 3600
        )
        records.write(self.root / folder.HOST, host)

    def well(self, programs: Sequence[str] = ("proxy", "backend.2", "pages.2")) -> None:
        """All of it runs."""
        self.serves()
        self.is_kept()
        self.runs(*programs)
