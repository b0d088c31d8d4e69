"""What is asked of a deployment that an orchestrator carries out."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from stackwright.deployment.config import Deployment
from stackwright.deployment.image import ImageReference
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


CLOUDS = frozenset({Target.AWS, Target.GCP, Target.AZURE, Target.DIGITALOCEAN})
"""Targets that are made with Terraform and run an image."""


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
            max_length=4096,
            description="The folder of a project on the machine of the worker, or the place of a published output; "
            "empty: a cloud gets an image.",
        ),
    ] = ""
    image: ImageReference = ""
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
        if wrong := why_not(self.deployment, self.source, self.image):
            raise ValueError(" ".join(wrong))
        return self


def why_not(deployment: Deployment, source: str, image: str) -> tuple[str, str] | None:
    """Why a release of this cannot be brought there, and what to do; None: it can."""
    target = deployment.cloud.target
    if target is Target.LOCAL:
        if image:
            return (
                "This machine runs a project's own files, no image.",
                "Leave the image out, or choose a cloud.",
            )
        if not source:
            return ("Nothing says what is deployed.", "Name the folder of a project.")
        return None
    if target not in CLOUDS:
        return (
            f"{target} cannot be deployed to from here yet.",
            "Its templates are there: apply them with the tool of the cluster.",
        )
    if not image:
        return (
            f"{target} runs an image of the product, and none is named.",
            "Build it by the project's Dockerfile, push it, and name it: registry.example.com/bookshop:1.4@sha256:…",
        )
    return None
