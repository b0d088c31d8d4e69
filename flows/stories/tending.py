"""How deployments are looked after: are they healthy, and are they still what was deployed."""

from flows.road import Road
from stackwright.deployment.drift import Drift
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.lease import is_held
from stackwright.deployment.release import serving
from stackwright.value import Value
from tasks import hosting, hosting_drift, hosting_history, hosting_release, hosting_settling
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


async def differences(site: Site, road: Road) -> Differs:
    """What differs from the release that serves; nothing is changed.

    Raises:
        ProjectError: Nothing was deployed there.
    """
    site, history = known_site(site.root, site.name)
    release = serving(history.releases)
    drifts = await road.do(
        hosting_drift.find_drift, site, history, name=f"Compare {site.name} with its release"
    )
    number = release.number if release else 0
    return Differs(site=site.name, release=number, drifts=tuple(drifts))
