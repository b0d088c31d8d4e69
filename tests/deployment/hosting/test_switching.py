"""People notice nothing of a switch, and nothing of a release that is not fit."""

import os
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from stackwright.deployment.hosting.site import HEADER, Release, Route, Site
from stackwright.errors import ProjectError
from tasks import hosting
from tasks.host import folder
from tasks.hosting_equipment import find_release
from tasks.hosting_load import under_load
from tasks.hosting_release import probe, start_beside, stop_release
from tasks.hosting_site import remove_site, site_status, stop_site
from tasks.hosting_traffic import drain, ensure_proxy, serving, switch
from tests.deployment.hosting.conftest import tiny
from tests.deployment.hosting.test_host import copies, host, until

pytestmark = [pytest.mark.services, pytest.mark.slow]


def serve(site: Site, release: Release, **settings: str) -> Route:
    """Start beside, probe, switch, drain, stop: the road of every release."""
    ensure_proxy(site)
    old = serving(site)
    before = find_release(site, old.release) if old else None
    route = start_beside(
        site, release, {"SAYS": f"release {release.number}", **settings}, {}, before
    )
    probed = probe(site, release, route, 30)
    assert probed.healthy, probed
    assert switch(site, route).after == release.number
    if old and old.release != release.number:
        assert drain(site, old).connections == 0
        stop_release(site, old.release)
    return route


def says(site: Site, path: str = "/api/hello") -> str:
    return httpx.get(f"{site.url}{path}", trust_env=False, timeout=10).text


def test_three_switches_and_a_way_back_under_load_drop_nothing(site: Site) -> None:
    releases = [tiny(site, number) for number in (1, 2, 3)]
    serve(site, releases[0])
    with under_load(site, ("/api/hello", "/", "/assets/main-1.js"), per_s=60) as load:
        for release in (*releases[1:], releases[0]):
            serve(site, release)
        told = load.stop()
    assert told.dropped == 0, told
    assert set(told.by_release) == {"1", "2", "3"}
    assert told.requests > 100
    assert says(site) == "release 1"
    assert {one.seen.name for one in site_status(site).programs} == {
        "shop-staging.proxy", "shop-staging.backend.1", "shop-staging.pages.1"
    }  # fmt: skip


def test_a_request_that_is_under_way_when_the_release_is_replaced_is_answered(site: Site) -> None:
    serve(site, tiny(site, 1))
    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(httpx.get(f"{site.url}/api/slow", trust_env=False, timeout=20))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    serve(site, tiny(site, 2))
    asking.join()
    assert (answers[0].status_code, answers[0].text) == (200, "release 1")
    assert says(site) == "release 2"


def test_a_release_that_is_not_healthy_leaves_the_old_one_serving(site: Site) -> None:
    serve(site, tiny(site, 1))
    bad = tiny(site, 2)
    route = start_beside(site, bad, {"SAYS": "bad", "HEALTH": "503"}, {})
    with under_load(site, ("/api/hello",), per_s=40) as load:
        assert until(lambda: answers(route) == 503, 60)
        told = probe(site, bad, route, budget_s=1)
        stop_release(site, 2)
        figures = load.stop()
    assert not told.healthy
    assert "answers 503" in told.sentence
    assert told.failing == "shop-staging.backend.2"
    assert figures.by_release == {"1": figures.requests}
    assert says(site) == "release 1"


def answers(route: Route) -> int:
    try:
        return httpx.get(f"http://127.0.0.1:{route.backend}/health", trust_env=False).status_code
    except httpx.HTTPError:
        return 0


def test_a_release_that_crashes_is_found_out_before_its_budget_is_used_up(site: Site) -> None:
    bad = tiny(site, 1, code="raise RuntimeError('no key in the cupboard')\n", pages=False)
    told = probe(site, bad, start_beside(site, bad, {}, {}), budget_s=90)
    assert not told.healthy
    assert "exit code 1" in told.sentence
    assert "RuntimeError: no key in the cupboard" in told.lines
    assert told.seconds < 90


def test_a_stranger_on_the_port_of_a_release_is_not_taken_for_it(site: Site) -> None:
    release = tiny(site, 1, pages=False)
    route = start_beside(site, release, {"SAYS": "release 1"}, {})
    assert probe(site, release, route, 30).healthy
    second = tiny(site, 2, pages=False)
    stranger = Route(release=2, backend=route.backend)
    start_beside(site, second, {"SAYS": "release 2"}, {})
    told = probe(site, second, stranger, 1)
    assert not told.healthy
    assert "somebody else answers" in told.sentence


def test_what_is_killed_serves_again_within_seconds(site: Site) -> None:
    serve(site, tiny(site, 1))
    for name in (site.backend(1), site.pages(1), site.proxy):
        one = hosting.host_status(site.root).of(name)
        assert one
        os.kill(one.seen.pid, signal.SIGKILL)
        assert until(lambda: is_served(site)), name
        again = hosting.host_status(site.root).of(name)
        assert again
        assert again.lives
        assert (again.seen.starts, again.seen.last) == (2, "was killed by SIGKILL")
    os.kill(host(site).pid, signal.SIGKILL)
    assert is_served(site)
    assert until(lambda: site_status(site).is_kept)
    assert site_status(site).is_up


def is_served(site: Site) -> bool:
    try:
        answers = [
            httpx.get(f"{site.url}{path}", trust_env=False, timeout=5) for path in ("/", "/api/x")
        ]
    except httpx.HTTPError:
        return False
    return all(one.status_code == 200 and one.headers[HEADER] == "1" for one in answers)


def test_a_switch_that_was_killed_in_its_middle_is_finished_by_the_next_attempt(site: Site) -> None:
    first = serve(site, tiny(site, 1))
    second = tiny(site, 2)
    route = start_beside(site, second, {"SAYS": "release 2"}, {})
    assert start_beside(site, second, {"SAYS": "release 2"}, {}) == route
    assert probe(site, second, route, 30).healthy
    switch(site, route)
    assert switch(site, route).before == 2
    assert serving(site) == route
    assert says(site) == "release 2"
    drain(site, first)
    stop_release(site, 1)
    stop_release(site, 1)
    assert says(site) == "release 2"


def test_walking_the_road_again_disturbs_nobody(site: Site) -> None:
    serve(site, tiny(site, 1))
    second = tiny(site, 2)
    serve(site, second)
    before = {one.seen.name: one.seen.pid for one in site_status(site).programs}
    serve(site, second)
    assert {one.seen.name: one.seen.pid for one in site_status(site).programs} == before


def test_a_port_that_is_taken_is_told_before_anything_starts(site: Site) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind((site.address, site.port))
        taken.listen()
        with pytest.raises(
            ProjectError, match=f"Port {site.port} of 127.0.0.1 cannot be used"
        ) as caught:
            ensure_proxy(site)
    assert caught.value.http_status == 409
    assert not folder.names(site.root / folder.WANTED)


def test_a_stopped_site_serves_again_and_a_removed_one_leaves_nothing(site: Site) -> None:
    release = tiny(site, 1)
    serve(site, release)
    stop_site(site)
    assert not site_status(site).programs
    assert not site_status(site).is_up
    serve(site, release)
    assert is_served(site)
    remove_site(site)
    remove_site(site)
    assert not site.folder.exists()
    assert not [path for path in (site.root / folder.LOG).iterdir() if path.name != "host.log"]
    assert not list((site.root / "pages").iterdir())
    assert not copies(site)
    assert until(lambda: hosting.find_host(site.root) is None, 20)  # with nothing to do it ends


def test_browsers_that_opened_the_release_before_still_get_its_assets(site: Site) -> None:
    for number in (1, 2):
        serve(site, tiny(site, number))
    assert says(site, "/assets/main-1.js").startswith("// 1")
    assert says(site, "/assets/main-2.js").startswith("// 2")
    assert says(site, "/books/7") == "<h1>Release 2</h1>"


def test_nothing_of_a_site_can_be_read_by_others(site: Site) -> None:
    serve(site, tiny(site, 1))
    readable = [
        path for path in site.root.rglob("*") if path.is_file() and others_read(path, site.root)
    ]
    assert not readable


def others_read(path: Path, root: Path) -> bool:
    passed = [one for one in (*path.parents, path) if one == root or root in one.parents]
    return all(one.stat().st_mode & (0o001 if one.is_dir() else 0o004) for one in passed)
