"""From what is there to what is wanted."""

from stackwright.deployment.cost import Prices, cost, over_budget
from stackwright.deployment.desired import Desired, Observed
from stackwright.deployment.options.place import Target
from stackwright.deployment.plan import Plan
from stackwright.deployment.policy import policies
from stackwright.deployment.review import review
from stackwright.deployment.stacks.limits import limits
from stackwright.deployment.step import Step
from stackwright.deployment.targets.application import database_findings
from stackwright.deployment.targets.cloud import cloud_findings, cloud_steps
from stackwright.deployment.targets.local import local_steps
from stackwright.errors import Finding


def make_plan(
    desired: Desired, observed: Observed, prices: Prices | None = None, written_for: str = ""
) -> Plan:
    """Decide what to do, in which order, and what there is to know about it.

    Args:
        desired: The release that shall serve.
        observed: What is there now.
        prices: The table of prices; None: the one that comes with Stackwright.
        written_for: The database that the product was generated for; empty: not known.
    """
    deployment, infrastructure = desired.deployment, desired.infrastructure
    local = deployment.cloud.target is Target.LOCAL
    steps = local_steps(desired, observed) if local else cloud_steps(desired, observed)
    bill = cost(infrastructure.before, infrastructure.after, prices)
    findings = (
        *review(deployment, written_for),
        *limits(deployment),
        *over_budget(bill, deployment.review.budget_usd_per_month),
        *policies(infrastructure.after, production=deployment.is_production),
        *database_findings(desired, observed),
        *(() if local else cloud_findings(desired, observed)),
        *_no_way_back(steps),
    )
    automatic = deployment.recovery.automatic_rollback and desired.restores is None
    return Plan(
        deployment=deployment.name,
        target=deployment.cloud.target,
        environment=deployment.setting.environment,
        release=desired.release if steps else 0,
        title=desired.title if steps else f"{deployment.name} is as it is wanted",
        steps=steps,
        findings=findings,
        cost=None if local else bill,
        automatic_rollback=automatic and all(step.is_reversible for step in steps),
    )


def _no_way_back(steps: tuple[Step, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            level="warning",
            where=step.address,
            message=f"“{step.title}” cannot be taken back: {' '.join(step.reasons)}",
            hint="From there on only a new release or a backup helps. Have a backup.",
        )
        for step in steps
        if not step.is_reversible
    )
