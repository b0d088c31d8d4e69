"""A rollout: one run that brings a release of a stored deployment to its people, as it is kept and shown."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, computed_field

from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event
from stackwright.deployment.outcome import Outcome
from stackwright.deployment.plan import Plan
from stackwright.deployment.rehearsal.report import Report
from stackwright.deployment.request import ApprovalMode
from stackwright.generation.request import Refusal
from stackwright.runs.state import RunState
from stackwright.value import Value


class RolloutKind(StrEnum):
    """What is brought to people."""

    RELEASE = "release"  # a new one
    ROLLBACK = "rollback"  # one that was there before
    REHEARSAL = "rehearsal"  # nothing: a cloud is rehearsed, and not touched


class Pushed(Value):
    """The commit that a push brought."""

    repository: str = Field(description="Where it is fetched from; empty: the last output it is.")
    commit: str
    why: str = Field(description="What happened, in a sentence.")


class Yes(Value):
    """Who approved a plan, and when."""

    by: str
    digest: str
    at: datetime


class Rollout(Value):
    """One rollout."""

    id: UUID
    deployment_id: UUID
    owner_id: UUID
    number: int = Field(description="Counts from 1 within its deployment.")
    kind: RolloutKind = RolloutKind.RELEASE
    config: Deployment = Field(description="The choices, as they were when it was asked for.")
    output: UUID | None = Field(None, description="The run whose output is deployed.")
    image: str = Field("", description="What a provider runs, in place of an output; empty: none.")
    pushed: Pushed | None = Field(None, description="The push that started it; null: a person did.")
    restores: int = Field(0, description="The release that is gone back to; 0: the last good one.")
    approval: ApprovalMode = ApprovalMode.ASK
    cause: str = Field("", description="What started it, such as a push; empty: a person.")
    flow_run_id: UUID | None = None
    state: RunState = RunState.QUEUED
    message: str = ""
    plan: Plan | None = None
    yes: Yes | None = None
    events: tuple[Event, ...] = ()
    outcome: Outcome | None = None
    rehearsal: Report | None = Field(None, description="Of a rehearsal that has ended.")
    refusal: Refusal | None = None
    made_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @computed_field(description="What an approval has to name; empty: there is no plan yet.")  # type: ignore[prop-decorator]
    @property
    def digest(self) -> str:
        """Of its plan."""
        return self.plan.digest if self.plan else ""

    @computed_field(description="Whether it waits for somebody's yes.")  # type: ignore[prop-decorator]
    @property
    def waits(self) -> bool:
        """Whether it waits for somebody's yes."""
        return self.state is RunState.PAUSED and self.plan is not None
