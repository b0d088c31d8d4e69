"""What is asked of a deployment that an orchestrator carries out."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import Target
from stackwright.value import Value

SITE = r"^[a-z][a-z0-9-]{0,50}$"
SiteName = Annotated[
    str,
    Field(pattern=SITE, description="Of a deployment on this machine, such as bookshop-staging."),
]
Port = Annotated[
    int,
    Field(
        ge=0, le=65535, description="Where people reach it; 0: where they do now, or a free one."
    ),
]


class ApprovalMode(StrEnum):
    """Who says yes to a plan."""

    ASK = "ask"  # a person
    POLICY = "policy"  # nobody has to, unless data is lost or something was taken back before


class DeployRequest(Value):
    """A release that is asked for."""

    deployment: Deployment
    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4096,
            description="The folder of a project on the machine of the worker, or the place of a published output.",
        ),
    ]
    commit: Annotated[
        str,
        Field(
            pattern=r"^(?:[0-9a-f]{40}(?:[0-9a-f]{24})?)?$",
            description="The source is a repository, and this is what is deployed of it.",
        ),
    ] = ""
    approval: ApprovalMode = ApprovalMode.ASK
    port: Port = 0

    @model_validator(mode="after")
    def _can_be_carried_out(self) -> Self:
        if self.deployment.cloud.target is not Target.LOCAL:
            message = (
                f"{self.deployment.cloud.target} cannot be deployed to yet, it can be rehearsed."
            )
            raise ValueError(message)
        return self
