"""Who said yes to which plan. Only an approved plan can be carried out."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.plan import Plan
from stackwright.deployment.risk import Risk
from stackwright.errors import ProjectError
from stackwright.value import Value


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
