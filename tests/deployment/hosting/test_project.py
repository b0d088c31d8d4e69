"""A generated project on this machine: its database, its migrations, its pages, its next release and back."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli.commands import run
from stackwright.deployment.hosting.site import DATABASE_SERVER, Site
from tasks import commands, hosting
from tasks.hosting_database import Migrated, downgrade, migrate, restore, revision
from tasks.hosting_equipment import find_release
from tasks.hosting_load import under_load
from tasks.hosting_release import stop_release
from tasks.hosting_site import remove_site, site_status
from tests.deployment.hosting.road import secrets_of, serve, walk
from tests.deployment.hosting.test_host import host, until

pytestmark = [pytest.mark.toolchain, pytest.mark.services, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
ADMIN = "admin@example.com"
PASSWORD = "correct horse battery"  # of an account that ends with the test
FIELD = "      body: {type: text, searchable: true}\n"
ADDED = FIELD + "      priority: {type: integer, min: 1, max: 5}\n      due: {type: datetime}\n"


class Person:
    """Somebody who is logged in."""

    def __init__(self, site: Site) -> None:
        self._client = httpx.Client(base_url=site.url, timeout=20, trust_env=False)
        form = {"username": ADMIN, "password": PASSWORD}
        answer = self._client.post("/api/v1/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def writes(self, **note: object) -> dict[str, object]:
        answer = self._client.post("/api/v1/notes", json={"is_pinned": False, **note})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def titles(self) -> list[str]:
        answer = self._client.get("/api/v1/notes")
        assert answer.status_code == 200, answer.text
        return sorted(one["title"] for one in answer.json()["items"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    text = (ROOT / "examples" / "notes.stackwright.yaml").read_text("utf-8")
    (tmp_path / "notes.yaml").write_text(text, "utf-8")
    return generate(tmp_path)


def generate(folder: Path) -> Path:
    assert run(["generate", str(folder / "notes.yaml"), "--out", str(folder / "notes")]) == 0
    return folder / "notes"


def change(folder: Path) -> Path:
    model = folder / "notes.yaml"
    before = model.read_text("utf-8")
    model.write_text(before.replace(FIELD, ADDED), "utf-8")
    assert before != model.read_text("utf-8")
    return generate(folder)


@pytest.fixture
def removed(site: Site) -> Iterator[Site]:
    """The site, removed in the end."""
    yield site
    remove_site(site)
    assert not hosting.host_status(site.root).programs


def test_a_project_is_deployed_changed_and_brought_back(
    removed: Site, project: Path, tmp_path: Path
) -> None:
    site = removed
    first = walk(site, 1, project)
    assert first.probed.healthy
    kept = secrets_of(site, first.release)
    make_admin(site, kept)
    before = Person(site)
    before.writes(title="Milk")
    assert '<div id="root">' in httpx.get(f"{site.url}/notes/7", trust_env=False).text

    change(tmp_path)
    with under_load(site, ("/", "/api/v1/notes", "/api/v1/auth/me"), per_s=30) as load:
        second = walk(site, 2, tmp_path / "notes")
        told = load.stop()
    assert "priority" in second.bridged.text
    assert second.switched
    assert (second.switched.before, second.switched.after) == (1, 2)
    assert told.dropped == 0, told
    assert set(told.by_release) == {"1", "2"}
    assert (
        Person(site).writes(title="Bread", priority=2, due="2030-01-01T08:00:00Z")["priority"] == 2
    )
    assert before.titles() == ["Bread", "Milk"]  # logged in by the release before
    assert migrate(site, second.release, kept).after == second.bridged.revision  # again: nothing

    killed_and_served_again(site)

    with under_load(site, ("/", "/api/v1/notes"), per_s=30) as load:
        back = serve(site, first.release, kept)
        told = load.stop()
    assert back.switched
    assert (back.switched.before, back.switched.after, told.dropped) == (2, 1, 0)
    assert Person(site).titles() == ["Bread", "Milk"]  # the earlier release on the later tables
    undone(site, second.release.number, kept)


def killed_and_served_again(site: Site) -> None:
    """Each program and the host is killed; people are served again within seconds."""
    serves = site_status(site).serves
    for name in (DATABASE_SERVER, site.backend(serves), site.proxy):
        one = hosting.host_status(site.root).of(name)
        assert one
        began = time.monotonic()
        os.kill(one.seen.pid, signal.SIGKILL)
        assert until(lambda: is_served(site), 30), name
        print(f"{name} served again after {time.monotonic() - began:.1f} s")
        again = hosting.host_status(site.root).of(name)
        assert again
        assert (again.lives, again.seen.last) == (True, "was killed by SIGKILL")
    os.kill(host(site).pid, signal.SIGKILL)
    assert is_served(site)
    assert until(lambda: site_status(site).is_kept)


def undone(site: Site, number: int, kept: dict[str, str]) -> None:
    """The later release knows the way back, and a copy brings everything back."""
    first, second = find_release(site, 1), find_release(site, number)
    assert first
    assert second
    told: Migrated = downgrade(site, second, kept, "-1")
    assert told.before != told.after == revision(site, first)
    assert Person(site).titles() == ["Bread", "Milk"]
    stop_release(site, 1)
    restore(site, first, "before-2")
    serve(site, first, kept)
    assert Person(site).titles() == ["Milk"]


def is_served(site: Site) -> bool:
    try:
        page = httpx.get(site.url, trust_env=False, timeout=10)
        return page.status_code == 200 and bool(Person(site).titles())
    except (httpx.HTTPError, AssertionError):
        return False


def make_admin(site: Site, kept: dict[str, str]) -> None:
    release = find_release(site, 1)
    assert release
    env = commands.environment({**kept, "ADMIN_PASSWORD": PASSWORD})
    words = [f"{release.python}/python", "-m", "app.cli", "create-admin", ADMIN]
    ran = commands.run(words, folder=site.release(1) / "backend", env=env, timeout_s=60)
    assert ran.code == 0, ran.output
