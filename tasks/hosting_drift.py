"""The effects that look for drift: what is there of the release that serves, against what it left behind."""

from stackwright.deployment.drift import Drift, Ignored, compare
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Release, Site
from stackwright.deployment.release import serving
from stackwright.deployment.step import Facts, Resource
from stackwright.deployment.targets.application import schema
from stackwright.deployment.targets.local import back_end, build, database, proxy
from tasks.effect import effect
from tasks.hosting_equipment import digest_of, find_release, noted_files
from tasks.hosting_history import change_history
from tasks.hosting_observing import observe_site

BUILD = "local_build"


@effect(timeout_s=300)
def find_drift(site: Site, history: History) -> tuple[Drift, ...]:
    """What differs from the release that serves: its files, programs and route, and its tables; nothing is changed.

    Nothing differs where nothing ever served.
    """
    release = serving(history.releases)
    if release is None:
        return ()
    equipped = find_release(site, release.number)
    if equipped is None:
        return compare([build(release.snapshot.build)], [])
    recorded = _recorded(history, equipped)
    seen = observe_site(site, history, equipped).resources.values()
    found = [one for one in seen if one.kind != BUILD]
    same = noted_files(site, release.number) in {"", digest_of(site.release(release.number))}
    there: Facts = {"digest": equipped.source if same else "of files that somebody changed"}
    found.append(Resource(kind=BUILD, address=build(equipped.source).address, facts=there))
    return compare(recorded, found, history.ignored)


def ignore(site: Site, ignored: Ignored) -> History:
    """Hear no more of a difference.

    Raises:
        ProjectError: Nothing was deployed there (HTTP 404).
    """

    def add(history: History) -> History:
        others = [
            one
            for one in history.ignored
            if (one.address, one.path) != (ignored.address, ignored.path)
        ]
        return history.model_copy(update={"ignored": (*others, ignored)})

    return change_history(site, add)


def _recorded(history: History, equipped: Release) -> list[Resource]:
    release = serving(history.releases)
    if release is None:
        return []
    number, snapshot = release.number, release.snapshot
    recorded = [
        database(),
        build(equipped.source),
        back_end(number, build=snapshot.build, settings=snapshot.settings),
        proxy(number),
    ]
    if snapshot.migration and equipped.database:
        recorded.append(schema(snapshot.migration))
    return recorded
