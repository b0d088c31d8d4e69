"""All kinds of saved credentials: how each is called, and which target takes it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from blocks.aws import AwsAccount
from blocks.azure import AzureSubscription
from blocks.connection import Credentials
from blocks.digitalocean import DigitalOceanTeam
from blocks.git_host import GitHost
from blocks.google import GoogleProject
from blocks.kubernetes import KubernetesCluster
from blocks.own_terraform import OwnTerraform
from stackwright.errors import ProjectError
from stackwright.value import Value


class Kind(Value):
    """One kind of credentials, and how a form for it is headed."""

    slug: str  # part of the address of a saved block; never changed
    title: str
    description: str
    holds: type[Credentials]


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            slug="stackwright-aws",
            title="Stackwright AWS",
            description="An account at AWS: region and access key. A deployment names it in cloud.credentials.",
            holds=AwsAccount,
        ),
        Kind(
            slug="stackwright-gcp",
            title="Stackwright GCP",
            description="A project at Google Cloud: region and the key of a service account.",
            holds=GoogleProject,
        ),
        Kind(
            slug="stackwright-azure",
            title="Stackwright Azure",
            description="A subscription at Azure: tenant, application and its client secret.",
            holds=AzureSubscription,
        ),
        Kind(
            slug="stackwright-digitalocean",
            title="Stackwright DigitalOcean",
            description="A team at DigitalOcean: a personal access token, and a key for Spaces.",
            holds=DigitalOceanTeam,
        ),
        Kind(
            slug="stackwright-kubernetes",
            title="Stackwright Kubernetes",
            description="A cluster of Kubernetes: a kubeconfig and one of its contexts.",
            holds=KubernetesCluster,
        ),
        Kind(
            slug="stackwright-git",
            title="Stackwright Git",
            description="A host of Git repositories: GitHub, GitLab or Gitea, and a token.",
            holds=GitHost,
        ),
        Kind(
            slug="stackwright-terraform",
            title="Stackwright Terraform",
            description="A terraform or tofu of your own, and the token for its registry.",
            holds=OwnTerraform,
        ),
    )
}


def opened(slug: str, fields: Mapping[str, Any]) -> Credentials:
    """The credentials of these fields, as they were saved.

    Raises:
        ProjectError: A field is missing or wrong (HTTP 422); what was typed into it is not repeated.
    """
    kind = KINDS[slug]
    try:
        return kind.holds(**fields)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'all'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors(include_input=False, include_context=False, include_url=False)
        )
        raise ProjectError.bad_input(
            f"The saved credentials of the kind {kind.title} are not whole: {wrong}",
            hint="Open them on the page Blocks of the server, and mend these fields.",
        ) from None


def kind_of(target: str) -> Kind | None:
    """What a deployment's target takes; None: it takes none, as this machine."""
    return KINDS.get(f"stackwright-{target}")
