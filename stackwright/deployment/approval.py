"""Who said yes to which plan. Only an approved plan can be carried out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.plan import Plan
from stackwright.deployment.release import Release, Snapshot, comes_back
from stackwright.deployment.risk import Risk
from stackwright.errors import ProjectError
from stackwright.value import Value

POLICY = "policy"  # approves where no person is asked


class Approval(Value):
    """One person's yes to one plan."""

    digest: Annotated[str, Field(description="Of the plan that was read.")]
    by: Annotated[str, Field(description="Who approved; “policy” where no approval is asked for.")]
    at: datetime


class ApprovedPlan(Value):
    """A plan and the yes to exactly that plan."""

    plan: Plan
    approval: Approval

    @model_validator(mode="after")
    def _is_of_this_plan(self) -> Self:
        if self.approval.digest != self.plan.digest:
            message = "The approval is of another plan."
            raise ValueError(message)
        return self


def approve(
    plan: Plan, digest: str, by: str, at: datetime, *, confirmation: str = ""
) -> ApprovedPlan:
    """The plan, ready to be carried out.

    Args:
        plan: What will be carried out.
        digest: Of the plan that was read.
        by: Who approves.
        at: When.
        confirmation: What was typed to confirm that data is lost: the name of the deployment.

    Raises:
        ProjectError: It is another plan, has errors, or loses data without confirmation (HTTP 409).
    """
    if digest != plan.digest:
        raise ProjectError(
            "The plan has changed since it was read.", hint="Read the new one.", http_status=409
        )
    if plan.errors:
        raise ProjectError(
            f"The plan has errors: {' '.join(finding.message for finding in plan.errors)}",
            hint="Put them right and make a new plan.",
            findings=plan.errors,
            http_status=409,
        )
    if plan.risk is Risk.DATA_LOSS and confirmation != plan.deployment:
        raise ProjectError(
            "The plan loses data, and that was not confirmed.",
            hint=f"Type “{plan.deployment}” to confirm it.",
            http_status=409,
        )
    return ApprovedPlan(plan=plan, approval=Approval(digest=digest, by=by, at=at))


def by_policy(
    plan: Plan, snapshot: Snapshot, releases: Sequence[Release], at: datetime
) -> ApprovedPlan:
    """The plan, approved without a person, as pushes and schedules do.

    Args:
        plan: What will be carried out.
        snapshot: What it deploys.
        releases: All that there were.
        at: When.

    Raises:
        ProjectError: It has errors, loses data, or brings back what was taken back (HTTP 409): a person has to decide.
    """
    buried = comes_back(snapshot, releases)
    if buried and buried.tombstone:
        raise ProjectError(
            f"Release {buried.number} was the same and was taken back: {buried.tombstone.why}",
            hint="Deploy something else, or let a person approve it.",
            http_status=409,
        )
    if plan.risk is Risk.DATA_LOSS:
        raise ProjectError(
            "The plan loses data, so a person has to approve it.",
            hint="Ask for an approval, read the plan, and confirm it.",
            http_status=409,
        )
    return approve(plan, plan.digest, POLICY, at)
