"""How a run waits for somebody's yes to its plan: it rests without a process, and the yes is bound to the plan."""

from typing import Annotated, Any, Literal

from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from pydantic import Field, create_model

from stackwright.deployment.approval import ApprovedPlan, approve
from stackwright.deployment.plan import Plan
from stackwright.deployment.risk import Risk
from tasks.hosting_history import now

WAITS_S = 7 * 24 * 3600  # then the plan is too old to be approved


async def approval_of(plan: Plan) -> ApprovedPlan:
    """The plan with somebody's yes. Until there is one the run rests; the server accepts no yes to another plan.

    Raises:
        ProjectError: It has errors, or its loss of data was not confirmed.
    """
    form = approval_form(plan)
    given = await asuspend_flow_run(
        wait_for_input=form, timeout=WAITS_S, key=f"approve-{plan.digest[:16]}"
    )
    answer = given.model_dump()
    return approve(plan, answer["digest"], answer["by"], now(), confirmation=answer["confirmation"])


def approval_form(plan: Plan) -> type[RunInput]:
    """What is asked: the digest can only be that of this plan, and a loss of data has to be confirmed by name."""
    loses = plan.risk is Risk.DATA_LOSS
    fields: dict[str, Any] = {
        "digest": (
            Literal[plan.digest],
            Field(description=f"{plan.title}: {len(plan.steps)} steps. Copy it from the plan."),
        ),
        "by": (
            Annotated[str, Field(min_length=1, max_length=254)],
            Field(description="Who you are."),
        ),
        "confirmation": (
            Literal[plan.deployment] if loses else str,
            Field(description=f"The plan loses data: type {plan.deployment}.")
            if loses
            else Field(default="", description="Not needed: no data is lost."),
        ),
    }
    return create_model("Approval", __base__=RunInput, **fields)
