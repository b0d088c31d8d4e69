"""Steps that every target has: back up, migrate, record."""

from stackwright.deployment.desired import Desired, Observed
from stackwright.deployment.migration import Effect, Verdict, chain_gap, judge
from stackwright.deployment.step import Action, Resource, Step, Undo
from stackwright.errors import Finding

SCHEMA = "schema"
GROUP = "Database"


def schema(head: str) -> Resource:
    """The tables, as the last of these migrations left them."""
    return Resource(kind="schema", address=SCHEMA, facts={"head": head})


def verdict_on(desired: Desired, seen: Observed) -> Verdict:
    """What the migrations do; on a database without tables there is nothing to lose."""
    if not seen.fact(SCHEMA, "head"):
        return Verdict(effect=Effect.EXPAND)
    return judge(desired.migrations)


def database_steps(desired: Desired, seen: Observed) -> tuple[Step, ...]:
    """Back up, then migrate, before any visitor meets the new release; nothing without migrations."""
    if not desired.migrations:
        return ()
    head, verdict = seen.fact(SCHEMA, "head"), verdict_on(desired, seen)
    steps = []
    if head and (desired.deployment.recovery.before_migrations or verdict.blocks_rollback):
        backup = Step(
            kind="backup",
            address="database",
            verb="backup",
            title="Back up the database",
            group=GROUP,
            action=Action.RUN,
        )
        steps.append(backup)
    last, count = desired.migrations[-1].revision, len(desired.migrations)
    there = SCHEMA in seen.resources
    migrate = Step(
        kind="schema",
        address=SCHEMA,
        verb="migrate",
        title=f"Run {count} migration{'s' if count > 1 else ''} up to {last}",
        group=GROUP,
        action=Action.UPDATE if there else Action.CREATE,
        risk=verdict.risk,
        reasons=(*verdict.loses, *verdict.breaks),
        before={"head": head} if there else None,
        after={"head": last},
        undo=Undo.NEVER if verdict.blocks_rollback else Undo.KEEP,
    )
    return (*steps, migrate)


def database_findings(desired: Desired, seen: Observed) -> tuple[Finding, ...]:
    """What the plan says about migrations."""
    found = list(verdict_on(desired, seen).findings())
    gap = chain_gap(seen.fact(SCHEMA, "head"), desired.migrations)
    if desired.migrations and gap:
        hint = "Look which migrations were run, and make a new plan."
        found.append(Finding(level="error", where=SCHEMA, message=gap, hint=hint))
    return tuple(found)


def record(desired: Desired) -> Step:
    """Write the release down; it stays in the history whatever comes after it."""
    snapshot = desired.snapshot
    return Step(
        kind="release",
        address=f"release/{desired.release}",
        verb="record",
        title=f"Record release {desired.release}",
        group="History",
        action=Action.CREATE,
        after={
            "build": snapshot.build,
            "settings": snapshot.settings,
            "infrastructure": snapshot.infrastructure,
            "migration": snapshot.migration,
        },
        undo=Undo.KEEP,
    )
