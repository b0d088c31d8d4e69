"""Where it runs, in which environment, and with which variables and secrets."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stackwright.value import Value

LABEL = r"^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$"
VARIABLE = r"^[A-Z][A-Z0-9_]{0,127}$"
# By https or ssh; unprotected only on this machine, and never with a password in it.
REPOSITORY = r"^(?:(?:https|ssh)://(?:[A-Za-z0-9_.-]+@)?[A-Za-z0-9.-]+|http://127\.0\.0\.1|http://localhost)(?::[0-9]{1,5})?/[A-Za-z0-9._~/-]+$"
REHEARSED = "rehearsal"
"""In place of the name of credentials: a rehearsed cloud stands for the provider."""
BRANCH = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"


class Target(StrEnum):
    """Where a product can run."""

    LOCAL = "local"
    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"
    DIGITALOCEAN = "digitalocean"
    KUBERNETES = "kubernetes"


class Environment(StrEnum):
    """What it is for: trying things out, or its users."""

    STAGING = "staging"
    PRODUCTION = "production"


class Cloud(Value):
    """Where it runs."""

    target: Annotated[Target, Field(title="Cloud", description="Where the product runs.")] = (
        Target.LOCAL
    )
    region: Annotated[
        str,
        Field(
            title="Region",
            description="The provider's name of the region, such as eu-central-1. Not used by local and kubernetes.",
            pattern=r"^[a-zA-Z0-9-]*$",
            max_length=40,
        ),
    ] = ""
    credentials: Annotated[
        str,
        Field(
            title="Credentials",
            description="The name of the saved credentials to use, never the credentials themselves; "
            "“rehearsal”: a rehearsed cloud on this machine stands for the provider.",
            pattern=r"^[a-z0-9-]*$",
            max_length=80,
        ),
    ] = ""
    rehearse: Annotated[
        bool,
        Field(
            title="Rehearse first",
            description="Run the whole plan and a failure against the rehearsal provider before the cloud is touched.",
        ),
    ] = True


class SecretReference(Value):
    """Where a secret lies. Its value is read when a release starts and is never kept with the choices."""

    store: Annotated[
        str,
        Field(
            title="Store",
            description="The name of the saved secret or of the provider's secret store.",
            min_length=1,
            max_length=200,
        ),
    ]
    key: Annotated[
        str, Field(title="Key", description="Which entry of it; empty: all of it.", max_length=200)
    ] = ""
    version: Annotated[
        str,
        Field(
            title="Version",
            description="Which version of it. A release keeps it, so that going back brings the old one.",
            max_length=80,
        ),
    ] = "latest"


class Setting(Value):
    """What it is for, and what the product is told when it starts."""

    environment: Annotated[
        Environment,
        Field(title="Environment", description="Staging to try things out, production for users."),
    ] = Environment.STAGING
    approval: Annotated[
        bool,
        Field(
            title="Approval",
            description="A plan waits until somebody has read and approved exactly that plan.",
        ),
    ] = True
    branch: Annotated[
        str,
        Field(
            title="Branch or tag",
            description="A push to this branch or tag starts a deployment; empty: none does.",
            pattern=rf"{BRANCH}|^$",
            max_length=200,
        ),
    ] = ""
    repository: Annotated[
        str,
        Field(
            title="Repository",
            description="Where its code lies: a push deploys exactly its commit. Empty: what the last run published.",
            pattern=rf"{REPOSITORY}|^$",
            max_length=400,
        ),
    ] = ""
    variables: Annotated[
        dict[Annotated[str, Field(pattern=VARIABLE)], Annotated[str, Field(max_length=8000)]],
        Field(
            title="Variables",
            description="Environment variables by name. They are shown to all who see the plan.",
        ),
    ] = {}
    secrets: Annotated[
        dict[Annotated[str, Field(pattern=VARIABLE)], SecretReference],
        Field(
            title="Secrets",
            description="Environment variables whose values lie in a secret store, by name.",
        ),
    ] = {}
