"""How deployments are looked after: are they healthy, and are they still what was deployed."""

from flows.road import Road
from stackwright.deployment.drift import Drift
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.lease import is_held
from stackwright.deployment.options.place import REHEARSED
from stackwright.deployment.release import serving
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import (
    cloud_service,
    cloud_site,
    hosting,
    hosting_drift,
    hosting_history,
    hosting_release,
    hosting_settling,
)
from tasks.cloud_site import Access
from tasks.hosting_equipment import find_release
from tasks.hosting_place import known_site
from tasks.hosting_site import is_wanted
from tasks.hosting_traffic import serving as route_of

BUDGET_S = 10.0  # for one that has been healthy before


class Watched(Value):
    """How a deployment is."""

    site: str
    release: int  # that serves; 0: none
    healthy: bool
    sentence: str
    lines: tuple[str, ...] = ()  # what the program that is not well said last


class Differs(Value):
    """What differs from what was deployed."""

    site: str
    release: int
    drifts: tuple[Drift, ...]


async def watch(site: Site, road: Road) -> Watched:
    """See how a deployment is; what was interrupted is settled, and what should run after a restart is started.

    Raises:
        ProjectError: Nothing was deployed there.
    """
    _, history = known_site(site.root, site.name)
    lease = history.lease
    if lease and is_held(lease, hosting_history.now()) and not hosting_history.is_gone(lease.owner):
        text = f"{site.name} is being changed: {lease.reason}"
        return Watched(site=site.name, release=0, healthy=True, sentence=text)
    await road.do(hosting_settling.settle_site, site, name="Settle what was interrupted")
    if cloud_site.is_cloud(history):
        return await _watch_elsewhere(site, history, road)
    route = route_of(site)
    if route is None or not is_wanted(site):
        text = f"{site.name} serves nothing, and nothing is expected of it."
        return Watched(site=site.name, release=0, healthy=True, sentence=text)
    equipped = find_release(site, route.release)
    if equipped is None:
        text = f"What release {route.release} of {site.name} needs is gone: deploy it anew."
        return Watched(site=site.name, release=route.release, healthy=False, sentence=text)
    await road.do(hosting.ensure_host, site.root, name="See to the host")
    path = history.deployment.scaling.health_path
    probed = await road.do(
        hosting_release.probe, site, equipped, route, BUDGET_S, path, name=f"Ask {site.name}"
    )
    return Watched(
        site=site.name,
        release=route.release,
        healthy=probed.healthy,
        sentence=probed.sentence,
        lines=probed.lines,
    )


async def _watch_elsewhere(site: Site, history: History, road: Road) -> Watched:
    """How a deployment at a provider is: what it answers to a visitor."""
    release, url = serving(history.releases), history.url
    number = release.number if release else 0
    if not number or not url or history.deployment.cloud.credentials == REHEARSED:
        why = "nobody can ask it" if number else "nothing is expected of it"
        text = f"{site.name} is at {history.deployment.cloud.target}, and {why}."
        return Watched(site=site.name, release=number, healthy=True, sentence=text)
    path = history.deployment.scaling.health_path
    asked = await road.do(cloud_service.ask, url, path, name=f"Ask {site.name}")
    return Watched(site=site.name, release=number, healthy=asked.is_good, sentence=asked.sentence)


async def differences(site: Site, road: Road, access: Access | None = None) -> Differs:
    """What differs from the release that serves; nothing is changed.

    Args:
        site: Of which deployment.
        road: Carries the effects out.
        access: The way to its provider, if it runs at one.

    Raises:
        ProjectError: Nothing was deployed there, or it runs at a provider and nobody may look there (HTTP 409).
    """
    site, history = known_site(site.root, site.name)
    release = serving(history.releases)
    text = f"Compare {site.name} with its release"
    if cloud_site.is_cloud(history):
        if access is None:
            raise ProjectError(
                f"What differs at {history.deployment.cloud.target} is not looked for from here.",
                hint="The flow detect-drift looks every hour, with the saved credentials.",
                http_status=409,
            )
        drifts = await road.do(cloud_site.find_drift, site, history, access, name=text)
    else:
        drifts = await road.do(hosting_drift.find_drift, site, history, name=text)
    number = release.number if release else 0
    return Differs(site=site.name, release=number, drifts=tuple(drifts))
