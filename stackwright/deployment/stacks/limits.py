"""What each target does differently from what is chosen, or cannot do: one line a target."""

from collections.abc import Callable, Mapping

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.place import Target
from stackwright.deployment.stacks import digitalocean, gcp
from stackwright.errors import Finding

LIMITS: Mapping[Target, Callable[[Deployment], tuple[Finding, ...]]] = {
    Target.GCP: gcp.limits,
    Target.DIGITALOCEAN: digitalocean.limits,
}


def limits(deployment: Deployment) -> tuple[Finding, ...]:
    """What its target does differently from these choices, or cannot do; empty: nothing that is known."""
    find = LIMITS.get(deployment.cloud.target)
    return find(deployment) if find else ()
