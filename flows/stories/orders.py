"""What is to be deployed, and how far it is."""

from pathlib import Path

from stackwright.deployment.config import Deployment
from stackwright.deployment.desired import Desired
from stackwright.deployment.hosting.site import Release as Equipped
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.plan import Plan
from stackwright.value import Value


class Order(Value):
    """What is to be deployed, and where."""

    deployment: Deployment
    site: Site
    source: Path | None = None  # the folder of a project
    place: str = ""  # in place of it: of a published output
    restores: int | None = None  # in place of it: the release that is gone back to
    settings: str = ""  # the version of what the product is told


class Ready(Value):
    """A release that is unpacked and equipped, and the plan that brings it to its people."""

    order: Order
    plan: Plan
    desired: Desired
    equipped: Equipped
