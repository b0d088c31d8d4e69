"""The road of a release on this machine, as a story will walk it: the effects, one after the other."""

import secrets
from pathlib import Path

from stackwright.deployment.hosting.site import Release, Route, Site
from stackwright.value import Value
from tasks.hosting_database import back_up, migrate, prepare_database
from tasks.hosting_equipment import equip_release, find_release, unpack_release
from tasks.hosting_release import Probed, probe, start_beside, stop_release
from tasks.hosting_revision import Bridged, bridge_revisions, keep_revisions
from tasks.hosting_traffic import Drained, Switched, drain, ensure_proxy, serving, switch


class Walked(Value):
    release: Release
    probed: Probed
    switched: Switched | None = None
    drained: Drained | None = None
    bridged: Bridged = Bridged()


def secrets_of(site: Site, release: Release) -> dict[str, str]:
    """The back end's secrets; the key stays the same from release to release."""
    key = site.folder / "key"
    if not key.exists():
        site.folder.mkdir(parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48), "utf-8")
    address = prepare_database(site, release)
    return {"SECRET_KEY": key.read_text("utf-8")} | ({"DATABASE_URL": address} if address else {})


def walk(
    site: Site, number: int, source: Path, *, migrates: bool = True, budget_s: float = 60.0
) -> Walked:
    """Bring a release from its folder to the people, or leave the one before as it is."""
    unpack_release(site, number, source=source)
    release = equip_release(site, number)
    kept = secrets_of(site, release)
    bridged = Bridged()
    if migrates:
        if serving(site):
            back_up(site, release, f"before-{number}")
        bridged = bridge_revisions(site, release, kept)
        keep_revisions(site, release)
        migrate(site, release, kept)
    return serve(site, release, kept, budget_s=budget_s).model_copy(update={"bridged": bridged})


def serve(site: Site, release: Release, kept: dict[str, str], *, budget_s: float = 60.0) -> Walked:
    """Start beside, probe, switch, drain, stop."""
    ensure_proxy(site)
    old = serving(site)
    before = find_release(site, old.release) if old else None
    settings = {"ENVIRONMENT": "staging"}
    route = start_beside(site, release, settings, kept, before)
    probed = probe(site, release, route, budget_s)
    if not probed.healthy:
        stop_release(site, release.number)
        return Walked(release=release, probed=probed)
    switched = switch(site, route)
    drained = free(site, old) if old and old.release != release.number else None
    return Walked(release=release, probed=probed, switched=switched, drained=drained)


def free(site: Site, old: Route) -> Drained:
    drained = drain(site, old)
    stop_release(site, old.release)
    return drained
