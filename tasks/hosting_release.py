"""The effects on a running release of a site: start it beside the old one, probe it, stop it, remove it."""

import hashlib
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterable, Mapping

import httpx
import psutil

from stackwright.deployment.hosting.program import Program, Seen
from stackwright.deployment.hosting.site import Release, Route, Site
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import hosting
from tasks.effect import effect
from tasks.host import folder, pages, processes, records
from tasks.host.beginning import ROOT
from tasks.hosting_equipment import prune

GRACE_S = 25.0  # for open requests, once a program is told to end
PORTS = range(20_000, 30_000)  # below those that systems give to outgoing connections
_KEEP_ALIVE_S = 75  # longer than the proxy keeps a connection: the proxy ends it, so no request meets a closed one


class Probed(Value):
    """Whether a release is fit to serve, and why not."""

    healthy: bool
    sentence: str
    seconds: float
    tries: int
    failing: str = ""  # the program that is not fit
    lines: tuple[str, ...] = ()  # what it said last


@effect(retries=2, timeout_s=60)
def start_beside(
    site: Site,
    release: Release,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    before: Release | None = None,
) -> Route:
    """Start the programs of a release beside those that serve; nobody is sent there yet.

    Args:
        site: Where.
        release: Which.
        settings: What its back end is to know.
        secrets: The same, for its eyes only: its database's address and its SECRET_KEY above all.
        before: The release that served until now; browsers still ask for its assets.

    Returns:
        The ports of its programs.

    Raises:
        ProjectError: They cannot be started.
    """
    route = _route(site, release)
    for program, kept in _programs(site, release, route, settings, before):
        wanted = hosting.want(site.root, program, secrets if kept else None)
        hosting.wait_running(site.root, wanted)
    return route


@effect(timeout_s=600)
def probe(
    site: Site, release: Release, route: Route, budget_s: float = 40.0, path: str = "/health"
) -> Probed:
    """Ask each program of a release until it answers well, it crashes again and again, or the budget is used up.

    What comes back is a judgement, not an error: the release before serves on in any case.
    """
    began, tries, why = time.monotonic(), 0, "it was not asked yet"
    asked = {
        site.backend(release.number): (route.backend, path),
        site.pages(release.number): (route.pages, "/"),
    }
    with httpx.Client(timeout=5, trust_env=False) as client:
        for name, (port, where) in asked.items():
            while port:
                tries += 1
                why = _ask(client, f"http://127.0.0.1:{port}{where}")
                seen = records.read(folder.seen(site.root, name), Seen)
                crashes = seen.crashes if seen else 0
                if not why and seen and _listens(seen, port):
                    break
                why = why or f"does not listen on port {port}, where somebody else answers"
                passed = time.monotonic() - began
                if crashes > 1 or passed > budget_s:
                    return _unfit(site, release, name, seen, why, passed, tries)
                time.sleep(0.1)
    seconds = round(time.monotonic() - began, 3)
    return Probed(
        healthy=True,
        sentence=f"Release {release.number} of {site.name} answers after {seconds:.1f} s.",
        seconds=seconds,
        tries=tries,
    )


@effect(retries=2, timeout_s=120)
def stop_release(site: Site, number: int) -> None:
    """End the programs of a release in good order: open requests are answered before they end."""
    hosting.end_programs(site.root, [site.pages(number), site.backend(number)])


@effect(retries=1, timeout_s=120)
def remove_release(site: Site, number: int) -> None:
    """End a release and remove its files; what no other release needs goes, too."""
    stop_release(site, number)
    shutil.rmtree(site.release(number), ignore_errors=True)
    for path in (site.folder / "releases").glob(f"{number}.*"):
        path.unlink()
    prune(site.root)


def _programs(
    site: Site, release: Release, route: Route, settings: Mapping[str, str], before: Release | None
) -> Iterable[tuple[Program, bool]]:
    if route.backend:
        yield (
            Program(
                name=site.backend(release.number),
                title=f"The back end of release {release.number} of {site.name}",
                words=(
                    f"{release.python}/python",
                    *f"-m uvicorn app.main:app --host 127.0.0.1 --port {route.backend}".split(),
                    *"--no-access-log --no-server-header --proxy-headers".split(),
                    *f"--timeout-keep-alive {_KEEP_ALIVE_S}".split(),
                    *f"--timeout-graceful-shutdown {GRACE_S - 5:.0f}".split(),
                ),
                folder=str(site.release(release.number) / "backend"),
                settings={
                    "PYTHONUNBUFFERED": "1",
                    "HOME": str(site.folder),
                    **settings,
                },
                path=(release.python,),
                grace_s=GRACE_S,
            ),
            True,
        )
    if route.pages:
        yield (
            Program(
                name=site.pages(release.number),
                title=f"The front end of release {release.number} of {site.name}",
                words=(
                    sys.executable,
                    *f"-m uvicorn tasks.host.pages:application --host 127.0.0.1 --port {route.pages}".split(),
                    *"--no-access-log --no-server-header --log-level warning".split(),
                    *f"--timeout-keep-alive {_KEEP_ALIVE_S}".split(),
                    *"--timeout-graceful-shutdown 5".split(),
                ),
                folder=str(site.root),
                settings={
                    "PYTHONUNBUFFERED": "1",
                    "PYTHONPATH": str(ROOT),
                    pages.SETTING: _folders(site, release, before),
                },
            ),
            False,
        )


def _folders(site: Site, release: Release, before: Release | None) -> str:
    """The folders that the front end is served from: what was said at first stays, or it would start again."""
    known = records.read(folder.wanted(site.root, site.pages(release.number)), Program)
    if known is not None and known.settings[pages.SETTING].split(os.pathsep)[0] == release.pages:
        return known.settings[pages.SETTING]
    older = [before.pages] if before and before.pages else []
    return os.pathsep.join(dict.fromkeys([release.pages, *older]))


def _route(site: Site, release: Release) -> Route:
    """The ports of a release: those it has already, or free ones that nobody else was promised."""
    taken = {}
    for name in folder.names(site.root / folder.WANTED):
        program = records.read(folder.wanted(site.root, name), Program)
        if program and "--port" in program.words:
            taken[name] = int(program.words[program.words.index("--port") + 1])
    ports: dict[str, int] = {}
    for kind, name, there in (
        ("backend", site.backend(release.number), release.python),
        ("pages", site.pages(release.number), release.pages),
    ):
        if there:
            ports[kind] = taken.get(name) or _free_port(
                {*taken.values(), *ports.values()}, f"{site.root} {name}"
            )
    return Route(release=release.number, **ports)


def _free_port(taken: set[int], name: str) -> int:
    """A port that nobody uses or was promised; where the search begins depends on folder and name."""
    begin = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest())
    for step in range(len(PORTS)):
        port = PORTS[(begin + step) % len(PORTS)]
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port not in taken and one.connect_ex(("127.0.0.1", port)) and _binds(port):
                return port
    raise ProjectError(
        "No port of this machine is free.", hint="Remove releases that nobody needs."
    )


def _binds(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _ask(client: httpx.Client, url: str) -> str:
    """Why the answer is not good; empty: it is."""
    try:
        answer = client.get(url)
    except httpx.HTTPError as error:
        return f"gives no answer ({type(error).__name__})"
    return "" if answer.is_success else f"answers {answer.status_code} {answer.text[:200].strip()}"


def _listens(seen: Seen, port: int) -> bool:
    """Whether it is this program that answers there, and not another one that took its port."""
    if not processes.lives(seen.pid, seen.identity):
        return False
    try:
        found = psutil.Process(seen.pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)


def _unfit(
    site: Site, release: Release, name: str, seen: Seen | None, why: str, passed: float, tries: int
) -> Probed:
    title = seen.title if seen else name
    loop = seen is not None and seen.crashes > 1
    what = (
        f"{seen.last}, {seen.crashes} times in a row"
        if loop and seen
        else f"{why} after {passed:.0f} s"
    )
    return Probed(
        healthy=False,
        sentence=f"{title} {what}; release {release.number} is not fit to serve.",
        seconds=round(passed, 3),
        tries=tries,
        failing=name,
        lines=hosting.last_lines(site.root, name, 20),
    )
