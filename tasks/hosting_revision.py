"""The effect that leads a site's tables to a project which was generated anew.

A generated project knows how to make its tables, not how those of an earlier generation become them: its first
revision changes with the model and keeps its name. So the revisions that a site went through are kept with the
site, the new release gets them in place of its own first one, and alembic writes what is between them and the
release's models.
"""

import hashlib
import re
import shutil
from pathlib import Path

from stackwright.deployment.hosting.site import Release, Site
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.effect import effect
from tasks.hosting_database import revision, run_alembic

_NAMED = re.compile(
    r"^(revision|down_revision)(?:: [^=]+)? = (?:[\"'](\w+)[\"']|None)", re.MULTILINE
)
_HEAD = "import sqlalchemy as sa\n"
_OWN_TYPES = "import app.core.types\nimport sqlalchemy as sa\n"  # alembic names them and forgets to import them


class Bridged(Value):
    """How the tables become those of a release."""

    revision: str = (
        ""  # that was written; empty: the release brings its own way, or nothing changes
    )
    path: Path | None = None
    text: str = ""  # what it does, to be judged before it is applied


@effect(timeout_s=600)
def bridge_revisions(site: Site, release: Release, secrets: dict[str, str]) -> Bridged:
    """Make sure that the release knows the way from the tables as they are; nothing is applied.

    A release that holds the revisions which the tables went through, as they were, brings its own way and is
    left as it is.

    Raises:
        ProjectError: Nobody knows the revision of the tables any more, or alembic failed.
    """
    versions = site.release(release.number) / "backend" / "migrations" / "versions"
    at = revision(site, release)
    if not release.database or not at:
        return Bridged()
    number = hashlib.blake2b(f"{at}:{release.source}".encode(), digest_size=6).hexdigest()
    own = _chain(versions)
    if number in own:
        return _told(own[number][1], number)
    begun = _begun(site, release)  # what an earlier attempt was about, also if it was killed
    known = begun.read_text("ascii") if begun.exists() else ""
    kept = _ancestors(_chain(_kept(site)), at)
    if at == known or (at in own and not known and _agree(kept, versions)):
        return Bridged()
    if not kept:
        raise ProjectError(
            f"The tables of {site.name} are at revision {at}, which neither release {release.number} "
            "nor the site knows.",
            hint="Add a revision that follows it to backend/migrations/versions, or start with an empty database.",
        )
    begun.write_text(number, "ascii")
    for _, path in own.values():
        path.unlink()
    for path in kept:
        shutil.copyfile(path, versions / path.name)
    words = f"revision --autogenerate --rev-id {number} -m".split()
    run_alembic(site, release, secrets, *words, f"Release {release.number}")
    path = _chain(versions)[number][1]
    text = path.read_text("utf-8")
    if "op." not in text.partition("def upgrade")[2]:
        path.unlink()  # nothing changes
        return Bridged()
    path.write_text(text.replace(_HEAD, _OWN_TYPES, 1), "utf-8")
    return _told(path, number)


@effect(retries=1, timeout_s=60)
def keep_revisions(site: Site, release: Release) -> None:
    """Keep the revisions of a release before they are applied, so that whoever comes after a kill knows them.

    One that was never applied does no harm: only those are used that lead to where the tables are.
    """
    versions = site.release(release.number) / "backend" / "migrations" / "versions"
    kept = _kept(site)
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _, path in _chain(versions).values():
        shutil.copyfile(path, kept / path.name)


def _told(path: Path, number: str) -> Bridged:
    return Bridged(revision=number, path=path, text=path.read_text("utf-8"))


def _kept(site: Site) -> Path:
    return site.folder / "revisions"


def _agree(kept: list[Path], versions: Path) -> bool:
    """Whether a release has all these revisions as they were applied."""
    return all(
        (own := versions / path.name).is_file() and own.read_bytes() == path.read_bytes()
        for path in kept
    )


def _begun(site: Site, release: Release) -> Path:
    return site.folder / "releases" / f"{release.number}.bridge"


def _chain(folder: Path) -> dict[str, tuple[str, Path]]:
    """The revisions in a folder: which one each follows, and its file."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        names = dict(_NAMED.findall(path.read_text("utf-8")))
        if names.get("revision"):
            found[names["revision"]] = (names.get("down_revision", ""), path)
    return found


def _ancestors(chain: dict[str, tuple[str, Path]], at: str) -> list[Path]:
    """The files from the first revision to this one; none: the way is not known."""
    found: list[Path] = []
    while at:
        if at not in chain:
            return []
        at, path = chain[at]
        found.insert(0, path)
    return found
