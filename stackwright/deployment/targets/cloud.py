"""A provider or a cluster: infrastructure first, then the tables, then the build, then its health."""

from stackwright.deployment.desired import Desired, Observed
from stackwright.deployment.health import gate_of
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Action, Facts, Step
from stackwright.deployment.targets.application import database_steps, record

SERVICE = "service"
GROUP = "Back end"


def cloud_steps(desired: Desired, seen: Observed) -> tuple[Step, ...]:
    """All steps in their order. Infrastructure does not name the build: rolling it out is a step of its own."""
    infrastructure, tables = desired.infrastructure.steps, database_steps(desired, seen)
    now = seen.resources.get(SERVICE)
    wanted = (desired.snapshot.build, desired.snapshot.settings)
    same = now is not None and (now.facts.get("build"), now.facts.get("settings")) == wanted
    if same and not infrastructure and not tables:
        return ()
    roll = () if same else (_roll_out(desired, None if now is None else now.facts),)
    return (*infrastructure, *tables, *roll, _probe(desired), record(desired))


def _roll_out(desired: Desired, now: Facts | None) -> Step:
    recreate = now is not None and desired.deployment.scaling.rollout is Rollout.RECREATE
    short = desired.snapshot.build[:12]
    after: Facts = {
        "build": desired.snapshot.build,
        "settings": desired.snapshot.settings,
        "release": desired.release,
    }
    return Step(
        kind="service",
        address=SERVICE,
        verb="roll_out",
        title=f"Roll build {short} out",
        group=GROUP,
        action=Action.CREATE if now is None else Action.UPDATE,
        risk=Risk.REPLACE if recreate else Risk.SAFE,
        reasons=("The old release is stopped before the new one starts.",) if recreate else (),
        before=now,
        after=after,
        undo_verb="roll_out",
        undo_title=f"Roll build {str(now['build'])[:12]} out again"
        if now
        else "Take the build away",
    )


def _probe(desired: Desired) -> Step:
    gate = gate_of(desired.deployment)
    return Step(
        kind="health",
        address=SERVICE,
        verb="probe",
        title=f"Wait until all instances answer {gate.path}, {gate.budget_s:g} s at most",
        group=GROUP,
        action=Action.RUN,
    )
