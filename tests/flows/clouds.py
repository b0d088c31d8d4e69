"""A bookshop at a rehearsed provider, as tests of the road to it need it."""

from pathlib import Path
from typing import Any

from flows.road import LocalRoad, at_once
from flows.stories import clouds
from flows.stories.orders import CloudReady, Order
from stackwright.deployment.approval import approve
from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event
from stackwright.deployment.outcome import Outcome
from tasks.cloud_site import Access
from tasks.hosting_history import now
from tasks.hosting_place import cloud_site

FIRST = f"registry.example.com/bookshop:1@sha256:{'1' * 64}"
SECOND = f"registry.example.com/bookshop:2@sha256:{'2' * 64}"
BROKEN = "registry.example.com/bookshop:fails"
REHEARSED = Access(rehearses=True)
SITE = "bookshop-staging"


def bookshop(**setting: Any) -> Deployment:
    """The smallest there is at a provider."""
    return Deployment.model_validate(
        {
            "name": "bookshop",
            "cloud": {"target": "digitalocean", "region": "fra1", "credentials": "rehearsal"},
            "setting": setting,
        }
    )


def order(root: Path, image: str, **setting: Any) -> Order:
    """To bring an image there."""
    deployment = bookshop(**setting)
    return Order(
        deployment=deployment,
        site=cloud_site(root, deployment.site),
        settings=deployment.settings_version,
        image=image,
    )


def made_ready(wanted: Order, access: Access = REHEARSED) -> CloudReady:
    """The plan."""
    return at_once(clouds.make_ready(wanted, access, LocalRoad()))


def carried_out(
    ready: CloudReady, heard: list[Event] | None = None, access: Access = REHEARSED
) -> Outcome:
    """What comes of it once somebody said yes."""
    approved = approve(ready.plan, ready.plan.digest, "ada@example.org", now())
    tell = (heard if heard is not None else []).append
    return at_once(clouds.deploy(ready, approved, access, LocalRoad(), tell))
