"""What is to be deployed, and how far it is."""

from pathlib import Path

from stackwright.deployment.config import Deployment
from stackwright.deployment.desired import Desired
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Release as Equipped
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.plan import Plan
from stackwright.deployment.release import Release as Past
from stackwright.value import Value
from tasks.cloud_site import choices_of


class Order(Value):
    """What is to be deployed, and where."""

    deployment: Deployment
    site: Site
    source: Path | None = None  # the folder of a project
    place: str = ""  # in place of it: of a published output
    restores: int | None = None  # in place of it: the release that is gone back to
    settings: str = ""  # the version of what the product is told
    image: str = ""  # in place of all of them: what a provider runs


class Prepared(Value):
    """What is to be deployed, and the plan for it."""

    order: Order
    plan: Plan
    desired: Desired


class Ready(Prepared):
    """A release that is unpacked and equipped, and the plan that brings it to its people."""

    equipped: Equipped


class CloudReady(Prepared):
    """The plan that brings an image to a provider, which keeps Terraform's own beside it."""

    mark: str  # identifies Terraform's plan


def order_back(site: Site, history: History, chosen: Past) -> Order:
    """The order to go back to a release that was there before.

    Raises:
        ProjectError: What it was told at its provider is gone (HTTP 409).
    """
    image = chosen.snapshot.image
    return Order(
        deployment=choices_of(site, chosen.number, history) if image else history.deployment,
        site=site,
        restores=chosen.number,
        settings=chosen.snapshot.settings,
        image=image,
    )
