"""This machine: start beside, probe, switch, drain, stop. Each release has programs of its own."""

from stackwright.deployment.desired import Desired, Observed
from stackwright.deployment.health import gate_of
from stackwright.deployment.step import Action, Facts, Resource, Step, Undo
from stackwright.deployment.targets.application import database_steps, record

DATABASE, PROXY = "database", "proxy"
BACK_END, TRAFFIC = "Back end", "Traffic"


def database() -> Resource:
    """The database that belongs to this deployment alone."""
    return Resource(kind="local_database", address=DATABASE, facts={"engine": "postgresql"})


def build(digest: str) -> Resource:
    """A build that is unpacked."""
    return Resource(kind="local_build", address=f"build/{digest}", facts={"digest": digest})


def back_end(release: int, *, build: str, settings: str) -> Resource:
    """The back end of a release that runs, with its front end."""
    facts: Facts = {"build": build, "settings": settings}
    return Resource(kind="local_backend", address=f"backend/{release}", facts=facts)


def proxy(release: int) -> Resource:
    """The proxy, with the release that it sends visitors to."""
    return Resource(kind="local_proxy", address=PROXY, facts={"release": release})


def local_steps(desired: Desired, seen: Observed) -> tuple[Step, ...]:
    """All steps in their order; none when what is wanted already serves."""
    here = int(seen.fact(PROXY, "release") or 0)
    old = seen.resources.get(f"backend/{here}")
    if old is not None and not desired.migrations and _serves(old, desired):
        return ()
    new = back_end(
        desired.release, build=desired.snapshot.build, settings=desired.snapshot.settings
    )
    steps = [*_database(seen), *database_steps(desired, seen), *_build(desired, seen)]
    kept = {f"backend/{here}"}
    left = [one for one in seen.resources.values() if one.kind == new.kind]
    steps += [_clear(one) for one in left if one.address not in kept]
    steps += [_start(new, desired.release, beside=old is not None), _probe(desired, new.address)]
    steps += [_switch(here, desired.release), _look()]
    if old is not None:
        steps += [_drain(desired, old, here), _stop(old, here)]
    return (*steps, record(desired))


def _serves(old: Resource, desired: Desired) -> bool:
    wanted = (desired.snapshot.build, desired.snapshot.settings)
    return (old.facts.get("build"), old.facts.get("settings")) == wanted


def _database(seen: Observed) -> tuple[Step, ...]:
    if DATABASE in seen.resources:
        return ()
    new = database()
    step = Step(
        kind=new.kind,
        address=new.address,
        verb="create",
        title="Make a PostgreSQL database of its own",
        group="Database",
        action=Action.CREATE,
        after=new.facts,
        undo=Undo.KEEP,
    )
    return (step,)


def _build(desired: Desired, seen: Observed) -> tuple[Step, ...]:
    new = build(desired.snapshot.build)
    if new.address in seen.resources:
        return ()
    short = desired.snapshot.build[:12]
    step = Step(
        kind=new.kind,
        address=new.address,
        verb="unpack",
        title=f"Unpack build {short}",
        group="Build",
        action=Action.CREATE,
        after=new.facts,
        undo_verb="remove",
        undo_title=f"Remove build {short}",
    )
    return (step,)


def _clear(left: Resource) -> Step:
    return Step(
        kind=left.kind,
        address=left.address,
        verb="clear",
        title="Stop what an earlier attempt left behind",
        group=BACK_END,
        action=Action.DELETE,
        before=left.facts,
        undo=Undo.KEEP,
    )


def _start(new: Resource, release: int, *, beside: bool) -> Step:
    where = ", beside the one that serves" if beside else ""
    return Step(
        kind=new.kind,
        address=new.address,
        verb="start",
        title=f"Start release {release}{where}",
        group=BACK_END,
        action=Action.CREATE,
        after=new.facts,
        undo_verb="stop",
        undo_title=f"Stop release {release}",
    )


def _probe(desired: Desired, address: str) -> Step:
    gate = gate_of(desired.deployment)
    return Step(
        kind="health",
        address=address,
        verb="probe",
        title=f"Wait until it answers {gate.path}, {gate.budget_s:g} s at most",
        group=BACK_END,
        action=Action.RUN,
    )


def _switch(here: int, release: int) -> Step:
    return Step(
        kind="local_proxy",
        address=PROXY,
        verb="switch",
        title=f"Send visitors to release {release}",
        group=TRAFFIC,
        action=Action.UPDATE if here else Action.CREATE,
        before={"release": here} if here else None,
        after={"release": release},
        undo_verb="switch",
        undo_title=f"Send visitors to release {here} again" if here else "Send visitors nowhere",
    )


def _look() -> Step:
    return Step(
        kind="health",
        address=PROXY,
        verb="probe",
        title="Ask for it as visitors do",
        group=TRAFFIC,
        action=Action.RUN,
    )


def _drain(desired: Desired, old: Resource, here: int) -> Step:
    return Step(
        kind="health",
        address=old.address,
        verb="drain",
        title=f"Let release {here} finish its requests, {desired.deployment.scaling.drain_s} s at most",
        group=TRAFFIC,
        action=Action.RUN,
        undo_verb="probe",
        undo_title=f"Wait until release {here} is healthy again",
    )


def _stop(old: Resource, here: int) -> Step:
    return Step(
        kind=old.kind,
        address=old.address,
        verb="stop",
        title=f"Stop release {here}",
        group=BACK_END,
        action=Action.DELETE,
        before=old.facts,
        undo_verb="start",
        undo_title=f"Start release {here} again",
    )
