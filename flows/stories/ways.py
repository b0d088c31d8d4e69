"""The two ways of a release: to people on this machine, and to people of a provider."""

from typing import Protocol, TypeVar

from flows.road import Road
from flows.stories import clouds, deployment
from flows.stories.orders import CloudReady, Order, Prepared, Ready
from flows.stories.telling import Tell
from stackwright.deployment.approval import ApprovedPlan
from stackwright.deployment.outcome import Outcome
from tasks.cloud_site import Access

P = TypeVar("P", bound=Prepared)


class Way(Protocol[P]):
    """How a release is made ready, and how its plan is carried out."""

    kind: type[P]

    async def make_ready(self, order: Order, road: Road) -> P:
        """Plan it; nobody notices anything."""
        ...

    async def deploy(self, ready: P, approved: ApprovedPlan, road: Road, tell: Tell) -> Outcome:
        """Carry the plan out, and say what came of it."""
        ...


class Here:
    """On this machine."""

    kind = Ready

    async def make_ready(self, order: Order, road: Road) -> Ready:
        """Unpack, equip and plan."""
        return await deployment.make_ready(order, road)

    async def deploy(self, ready: Ready, approved: ApprovedPlan, road: Road, tell: Tell) -> Outcome:
        """Start beside, probe, switch."""
        return await deployment.deploy(ready, approved, road, tell)


class There:
    """At a provider.

    Args:
        access: The way to it.
    """

    kind = CloudReady

    def __init__(self, access: Access) -> None:
        self._access = access

    async def make_ready(self, order: Order, road: Road) -> CloudReady:
        """Lay out and plan."""
        return await clouds.make_ready(order, self._access, road)

    async def deploy(
        self, ready: CloudReady, approved: ApprovedPlan, road: Road, tell: Tell
    ) -> Outcome:
        """Make the infrastructure, migrate, roll out."""
        return await clouds.deploy(ready, approved, self._access, road, tell)
