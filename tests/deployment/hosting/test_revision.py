"""Which revisions are kept with a site, so that whoever comes after a kill knows the way."""

from pathlib import Path

from stackwright.deployment.hosting.site import Release, Site
from tasks.hosting_revision import keep_revisions

FIRST = 'revision = "a1"\ndown_revision = None\n'
SECOND = 'revision = "b2"\ndown_revision = "a1"\n'


def test_revisions_are_kept_before_they_are_applied(tmp_path: Path) -> None:
    site = Site(root=tmp_path, name="shop-staging")
    versions = site.release(2) / "backend" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_initial.py").write_text(FIRST, "utf-8")
    (versions / "b2_release.py").write_text(SECOND, "utf-8")
    keep_revisions(site, Release(number=2, source="x", database="postgresql"))
    kept = {path.name: path.read_text("utf-8") for path in (site.folder / "revisions").iterdir()}
    assert kept == {"0001_initial.py": FIRST, "b2_release.py": SECOND}  # no database was asked
