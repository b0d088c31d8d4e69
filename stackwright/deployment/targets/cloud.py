"""A provider or a cluster: infrastructure first, then the tables, then the build, then its health."""

from collections.abc import Iterator

from stackwright.deployment.desired import Desired, Infrastructure, Observed
from stackwright.deployment.health import gate_of
from stackwright.deployment.image import build_of, image_findings, short_name
from stackwright.deployment.options.capacity import Rollout
from stackwright.deployment.options.database import Engine
from stackwright.deployment.release import Release
from stackwright.deployment.risk import Risk
from stackwright.deployment.step import Action, Facts, Resource, Step, Undo
from stackwright.deployment.targets.application import GROUP as DATABASE
from stackwright.deployment.targets.application import SCHEMA, database_steps, record
from stackwright.errors import Finding

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
    its_own = () if same else _own_migrations(desired)
    return (*infrastructure, *tables, *its_own, *roll, _probe(desired), record(desired))


def left_as_made(infrastructure: Infrastructure) -> Infrastructure:
    """The same for a release that leaves infrastructure as it was made when its build is taken back.

    What is new has room for the build before, too; the next plan shows what is no longer wanted.
    """
    steps = tuple(
        one.model_copy(update={"undo": Undo.KEEP}) if one.undo is Undo.REVERSE else one
        for one in infrastructure.steps
    )
    return infrastructure.model_copy(update={"steps": steps})


def service(image: str, recorded: Release | None) -> Resource:
    """What runs at the provider, with what is known of it where it is the release that was recorded.

    Args:
        image: That runs.
        recorded: The release that serves by our record; None: none does.
    """
    facts: Facts = {"build": build_of(image), "settings": "", "release": 0, "image": image}
    if recorded is not None and recorded.snapshot.image == image:
        facts |= {"settings": recorded.snapshot.settings, "release": recorded.number}
    return Resource(kind="service", address=SERVICE, facts=facts)


def cloud_findings(desired: Desired, seen: Observed) -> Iterator[Finding]:
    """What there is to know about an image and what it meets."""
    image, migrates = desired.snapshot.image, bool(_own_migrations(desired))
    if not image:
        return
    yield from image_findings(image)
    now = seen.resources.get(SERVICE)
    if now is not None and not now.facts.get("release"):
        yield Finding(
            level="warning",
            where=SERVICE,
            message=f"{now.facts.get('image')} runs there, which no release of ours is recorded for.",
            hint="Somebody else rolled it out, or a deployment was interrupted. This plan replaces it.",
        )
    if migrates and now is not None:
        yield Finding(
            level="warning",
            where=SCHEMA,
            message="What the migrations of the image do to the tables is not known before they run.",
            hint="Let releases only add to the tables: the one before works with them if this is taken back.",
        )


def _own_migrations(desired: Desired) -> tuple[Step, ...]:
    """The image brings its migrations along; documents have none, and nobody migrates backwards."""
    image, engine = desired.snapshot.image, desired.deployment.database.engine
    if not image or engine is Engine.MONGODB or desired.restores is not None:
        return ()
    step = Step(
        kind="schema",
        address=SCHEMA,
        verb="migrate",
        title=f"Run the migrations of {short_name(image)}",
        group=DATABASE,
        action=Action.RUN,
        undo=Undo.KEEP,
    )
    return (step,)


def _roll_out(desired: Desired, now: Facts | None) -> Step:
    recreate = now is not None and desired.deployment.scaling.rollout is Rollout.RECREATE
    snapshot = desired.snapshot
    after: Facts = {
        "build": snapshot.build,
        "settings": snapshot.settings,
        "release": desired.release,
    }
    if snapshot.image:
        after["image"] = snapshot.image
    return Step(
        kind="service",
        address=SERVICE,
        verb="roll_out",
        title=f"Roll {_called(after)} out",
        group=GROUP,
        action=Action.CREATE if now is None else Action.UPDATE,
        risk=Risk.REPLACE if recreate else Risk.SAFE,
        reasons=("The old release is stopped before the new one starts.",) if recreate else (),
        before=now,
        after=after,
        undo_verb="roll_out",
        undo_title=f"Roll {_called(now)} out again" if now else "Take the build away",
    )


def _called(facts: Facts) -> str:
    image = facts.get("image")
    return short_name(str(image)) if image else f"build {str(facts['build'])[:12]}"


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
