"""A plan that people can read and approve, and the plan that takes it back."""

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.cost import Cost
from stackwright.deployment.options.place import Environment, Target
from stackwright.deployment.risk import Risk, worst
from stackwright.deployment.step import Action, Resource, State, Step, Undo, applied, undone
from stackwright.errors import Finding, ProjectError
from stackwright.value import Value


class Plan(Value):
    """Everything that will happen, in its order. What is in here is what the approver sees, and nothing else."""

    deployment: Annotated[str, Field(description="The name of the deployment.")]
    target: Target
    environment: Environment
    release: Annotated[
        int, Field(description="The number of the release it makes; 0: it makes none.")
    ]
    title: str
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    cost: Cost | None = None
    automatic_rollback: Annotated[
        bool, Field(description="Whether a failure takes it back without anybody being asked.")
    ] = True

    @model_validator(mode="after")
    def _names_each_step_once(self) -> Self:
        keys = [step.key for step in self.steps]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            message = f"Steps are named twice: {', '.join(twice)}."
            raise ValueError(message)
        return self

    @property
    def digest(self) -> str:
        """Identifies all that the approver sees; an approval is bound to it."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return sha256(content.encode()).hexdigest()

    @property
    def risk(self) -> Risk:
        """The largest risk of its steps."""
        return worst(step.risk for step in self.steps)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is as it is wanted."""
        return not self.steps

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that keep it from being carried out."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def blockers(self) -> tuple[Step, ...]:
        """Steps after which it cannot be taken back."""
        return tuple(step for step in self.steps if not step.is_reversible)

    def counts(self) -> Mapping[str, int]:
        """Action → number of steps, for the actions that occur."""
        found = [step.action for step in self.steps]
        return {action.value: found.count(action) for action in Action if action in found}

    def groups(self) -> Mapping[str, tuple[Step, ...]]:
        """Service → its steps, in the order in which they first occur."""
        names = dict.fromkeys(step.group for step in self.steps)
        return {name: tuple(step for step in self.steps if step.group == name) for name in names}

    def findings_at(self, step: Step) -> tuple[Finding, ...]:
        """The findings that belong beside this step."""
        return tuple(
            finding
            for finding in self.findings
            if finding.where == step.address or finding.where.startswith(f"{step.address}:")
        )


def reverse(plan: Plan, done: Collection[str]) -> Plan:
    """The plan that takes back what was done of this one.

    Args:
        plan: The plan that failed or is no longer wanted.
        done: The keys of its steps that were carried out, with the one that failed, as it may have worked.

    Raises:
        ProjectError: A step that was carried out cannot be taken back (HTTP 409), or is not of this plan.
    """
    unknown = sorted({*done} - {step.key for step in plan.steps})
    if unknown:
        raise ProjectError(
            f"The plan has no step called {', '.join(unknown)}.",
            hint="Take back the plan that was carried out.",
            http_status=409,
        )
    carried_out = [step for step in plan.steps if step.key in done]
    steps = [undone(step) for step in reversed(carried_out)]
    kept = [
        step for step in carried_out if step.undo is Undo.KEEP and step.action is not Action.RUN
    ]
    return plan.model_copy(
        update={
            "release": 0,
            "title": f"Take back: {plan.title}",
            "steps": tuple(step for step in steps if step is not None),
            "findings": tuple(
                Finding(
                    level="warning",
                    where=step.address,
                    message=f"“{step.title}” stays as it is.",
                    hint="What served before works with it.",
                )
                for step in kept
            ),
            "cost": plan.cost.reversed() if plan.cost else None,
            "automatic_rollback": False,
        }
    )


def outcome(state: State, plan: Plan) -> Mapping[str, Resource]:
    """What will be there when every step was carried out: a dry run.

    Raises:
        ProjectError: What is there is not what the plan was made for (HTTP 409).
    """
    after = dict(state)
    for step in plan.steps:
        after = applied(after, step)
    return after
