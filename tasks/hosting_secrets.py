"""The effect that gives a site its secrets: made once, for their owner's eyes, the same from release to release."""

import secrets

from stackwright.deployment.hosting.site import Release, Site
from tasks.effect import effect
from tasks.host import records
from tasks.hosting_database import prepare_database


@effect(retries=2, timeout_s=300)
def secrets_of(site: Site, release: Release) -> dict[str, str]:
    """What the back end is told and nobody else: its key, and the address of its database, made if needed.

    Raises:
        ProjectError: The database does not start, or is of a kind that does not come along.
    """
    path = site.folder / "key"
    if not path.exists():
        records.write_bytes(path, secrets.token_urlsafe(48).encode())
    address = prepare_database(site, release)
    kept = {"SECRET_KEY": path.read_text("utf-8")}
    return kept | ({"DATABASE_URL": address} if address else {})
