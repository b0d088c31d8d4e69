"""What becomes of releases whose deployment was killed: they serve, or they are ended and buried."""

from collections.abc import Callable

from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.lease import is_held
from stackwright.deployment.release import ReleaseState, settled
from tasks import cloud_site
from tasks.effect import effect
from tasks.hosting_history import change_history, find_history, holding, is_gone, now, whoever
from tasks.hosting_release import stop_release
from tasks.hosting_site import running
from tasks.hosting_traffic import serving


def settling(site: Site) -> Callable[[History], History]:
    """The change that settles a history; only for whoever holds the lease, who knows that nobody deploys."""
    route, at = serving(site), now()

    def settle(history: History) -> History:
        releases = settled(history.releases, route.release if route else 0, at)
        return history.model_copy(update={"releases": releases})

    return settle


@effect(timeout_s=180)
def settle_site(site: Site) -> tuple[int, ...]:
    """Settle what a killed deployment left: its release serves, or is buried; whoever deploys now is let be.

    At a provider Terraform is asked to stop, and the next plan says what is there.

    Returns:
        The releases whose programs were ended: all but the one that serves.
    """
    history = find_history(site)
    if history is None or not _in(history, ReleaseState.DEPLOYING):
        return ()
    lease = history.lease
    if lease and is_held(lease, now()) and not is_gone(lease.owner):
        return ()
    cloud_site.stop(site)
    with holding(site, whoever(), "Settle what was interrupted"):
        change_history(site, settling(site))
        route = serving(site)
        ended = sorted(running(site) - {route.release if route else 0})
        for number in ended:
            stop_release(site, number)
    return tuple(ended)


def _in(history: History, state: ReleaseState) -> frozenset[int]:
    """The numbers of the releases in this state."""
    return frozenset(one.number for one in history.releases if one.state is state)
