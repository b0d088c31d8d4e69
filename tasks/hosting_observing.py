"""The effects that look at a site, so that a plan can be made: what is there, and which migrations are left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stackwright.deployment.alembic import ordered, read_migration
from stackwright.deployment.desired import Observed, observed
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Release, Site
from stackwright.deployment.migration import Migration
from stackwright.deployment.targets.application import schema
from stackwright.deployment.targets.local import back_end, build, database, proxy
from tasks.effect import effect
from tasks.hosting_database import revision
from tasks.hosting_equipment import find_release
from tasks.hosting_site import site_status
from tasks.hosting_traffic import serving

if TYPE_CHECKING:
    from stackwright.deployment.step import Resource


@effect(timeout_s=120)
def observe_site(site: Site, history: History, release: Release) -> Observed:
    """What is there now; looking changes nothing.

    Args:
        site: Where.
        history: What was deployed.
        release: The one that is to be deployed; it tells which database there is.
    """
    status, route = site_status(site), serving(site)
    found: list[Resource] = []
    head = revision(site, release) if history.releases and release.database else ""
    if head or not release.database:
        found.append(database())
    if head:
        found.append(schema(head))
    if route is not None:
        found.append(proxy(route.release))
    for number in status.releases:
        equipped = find_release(site, number)
        if equipped is None:
            continue
        found.append(build(equipped.source))
        programs = {site.backend(number), site.pages(number)}
        ours = [one for one in status.programs if one.seen.name in programs]
        if ours and all(one.lives for one in ours):
            settings = next(
                (one.snapshot.settings for one in history.releases if one.number == number), ""
            )
            found.append(back_end(number, build=equipped.source, settings=settings))
    return observed(*found)


@effect(timeout_s=120)
def migrations_left(site: Site, release: Release, head: str) -> Sequence[Migration]:
    """The migrations of a release that tables at `head` have not seen.

    Raises:
        ProjectError: A file of them cannot be understood, or they branch.
    """
    versions = site.release(release.number) / "backend" / "migrations" / "versions"
    found = [
        read_migration(path.read_text("utf-8"), path.name) for path in sorted(versions.glob("*.py"))
    ]
    return ordered(found, head)
