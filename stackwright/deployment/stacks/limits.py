"""What each target does differently from what is chosen, or cannot do: one line a target."""

from collections.abc import Callable, Mapping

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import Target
from stackwright.deployment.stacks import (
    aws_limits,
    azure_limits,
    digitalocean,
    gcp,
    kubernetes_limits,
)
from stackwright.errors import Finding

LIMITS: Mapping[Target, Callable[[Deployment], tuple[Finding, ...]]] = {
    Target.AWS: aws_limits.limits,
    Target.GCP: gcp.limits,
    Target.AZURE: azure_limits.limits,
    Target.DIGITALOCEAN: digitalocean.limits,
    Target.KUBERNETES: kubernetes_limits.limits,
}


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What its target does differently from these choices, or cannot do; empty: nothing that is known."""
    find = LIMITS.get(deployment.cloud.target)
    return find(deployment) if find else ()
