"""The effect that gives a site its secrets: made once, for their owner's eyes, the same from release to release."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from stackwright.deployment.hosting.site import Release, Site
from stackwright.value import Value
from tasks.effect import effect
from tasks.host import records
from tasks.hosting_database import prepare_database


class Given(Value):
    """What secret stores said, by the names that the product knows."""

    values: dict[str, str] = Field({}, repr=False)


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
    given = records.read(_given(site), Given) or Given()
    kept = {**given.values, "SECRET_KEY": path.read_text("utf-8")}
    return kept | ({"DATABASE_URL": address} if address else {})


def keep_given(site: Site, values: Mapping[str, str]) -> None:
    """Keep what secret stores say for this site, for its owner's eyes; what was kept before is forgotten."""
    site.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    records.write(_given(site), Given(values=dict(values)))


def _given(site: Site) -> Path:
    return site.folder / "given.json"
