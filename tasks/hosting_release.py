"""The effects on a release of a site: unpack it, equip it, start it beside the old one, probe it, stop it."""

import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx

from stackwright.errors import ProjectError
from stackwright.generation.checks import Places
from stackwright.generation.config import Platform
from stackwright.generation.lock import FOLDER
from stackwright.generation.quality import Facts
from stackwright.hosting.program import Program, Seen
from stackwright.hosting.site import Release, Route, Site
from stackwright.value import Value
from tasks import artifacts, commands, hosting, workbench
from tasks.effect import effect
from tasks.host import folder, pages, processes, records
from tasks.host.beginning import ROOT

BUILD_S = 900.0
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


@effect(retries=2, timeout_s=900)
def unpack_release(site: Site, number: int, place: str = "", source: Path | None = None) -> Path:
    """The folder of a release, made from a published output or from a folder; whole or not at all.

    A release that is there already stays as it is: its number stands for its content.

    Args:
        site: Where it is to run.
        number: Of the release.
        place: Of a published output.
        source: The folder of a project, in place of that.

    Raises:
        ProjectError: There is no such output or folder.
    """
    target = site.release(number)
    if target.exists():
        return target
    _make_private(site)
    if source is None:
        artifacts.restore_output(place, target)
        return target
    if not source.is_dir():
        raise ProjectError.bad_input(
            f"There is no folder {source}.", hint="Generate the project first."
        )
    aside = Path(tempfile.mkdtemp(prefix=f".{number}.", dir=target.parent))
    try:
        ignored = shutil.ignore_patterns(*(set(workbench.NOT_COPIED) - {FOLDER}))
        shutil.copytree(source, aside / "project", ignore=ignored, symlinks=True)
        (aside / "project").rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


@effect(retries=2, timeout_s=BUILD_S)
def equip_release(site: Site, number: int) -> Release:
    """A release with an environment for its back end and a built front end; equal ones are made once.

    Raises:
        ProjectError: It was not unpacked, its dependencies cannot be installed or its front end not be built.
    """
    project = site.release(number)
    if (known := find_release(site, number)) is not None:
        return known
    facts = workbench.look_at(project)
    python = _environment(site.root, project, facts) if Platform.BACKEND in facts.platforms else ""
    built = _built(site.root, project, facts) if Platform.FRONTEND in facts.platforms else ""
    release = Release(
        number=number,
        source=_digest_of(project),
        database=str(facts.database) if python else "",
        python=python,
        pages=built,
    )
    records.write(_record(site, number), release)
    return release


def find_release(site: Site, number: int) -> Release | None:
    """A release that was equipped; none: it was not, or what it needs is gone."""
    release = records.read(_record(site, number), Release)
    needed = [Path(one) for one in (release.python, release.pages) if one] if release else []
    return release if all(one.is_dir() for one in needed) else None


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
                if not why and seen and processes.lives(seen.pid, seen.identity):
                    break
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


def prune(root: Path) -> None:
    """Remove environments and built front ends that no release of any site needs."""
    needed: set[str] = set()
    for path in root.glob("sites/*/releases/*.json"):
        release = records.read(path, Release)
        used = (release.python, release.pages) if release else ()
        needed |= {str(Path(one).parent) for one in used if one}
    for home in (*root.glob("environments/*"), *root.glob("pages/*")):
        if str(home) not in needed and home.is_dir():
            shutil.rmtree(home, ignore_errors=True)


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
            ports[kind] = taken.get(name) or _free_port({*taken.values(), *ports.values()}, name)
    return Route(release=release.number, **ports)


def _free_port(taken: set[int], name: str) -> int:
    """A port that nobody uses or was promised; where the search begins depends on the name."""
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


def _unfit(
    site: Site, release: Release, name: str, seen: Seen | None, why: str, passed: float, tries: int
) -> Probed:
    title = seen.title if seen else name
    loop = seen is not None and seen.crashes > 1
    what = f"{seen.last} {seen.crashes} times" if loop and seen else f"{why} after {passed:.0f} s"
    return Probed(
        healthy=False,
        sentence=f"{title} {what}; release {release.number} is not fit to serve.",
        seconds=round(passed, 3),
        tries=tries,
        failing=name,
        lines=hosting.last_lines(site.root, name, 20),
    )


def _make_private(site: Site) -> None:
    folder.make(site.root)
    for path in (site.folder, site.folder / "releases"):
        path.mkdir(mode=0o700, exist_ok=True)


def _record(site: Site, number: int) -> Path:
    return site.folder / "releases" / f"{number}.json"


def _environment(root: Path, project: Path, facts: Facts) -> str:
    """The programs of an environment that lies with the host: emptying a cache must not end a site."""
    only = {"requirements": ("requirements.txt",), "groups": (), "extras": ()}
    pinned = (project / "backend" / "requirements.txt").is_file()
    facts = facts.model_copy(update=only if pinned else {})
    programs = workbench.prepare_python(_bench(project), facts, root / "environments")
    words = [str(programs / "python"), *"-m compileall -q -j1 app migrations".split()]
    backend = project / "backend"  # compiled once: a program that crashed is back sooner
    commands.run(words, folder=backend, env=commands.environment({}), timeout_s=120)
    return str(programs)


def _built(root: Path, project: Path, facts: Facts) -> str:
    """The folder of the built front end, named by what it was built from."""
    home = root / "pages" / _digest_of(project / "frontend")
    with workbench.made_once(home) as missing:
        if missing:
            bench = workbench.set_up(project)
            try:
                node, modules = workbench.prepare_node(bench, facts)
                _build(bench.project / "frontend", node, modules, home / "dist")
            finally:
                workbench.clear_away(bench)
    return str(home / "dist")


def _build(frontend: Path, node: Path, modules: Path, out: Path) -> None:
    words = [str(modules / "vite"), "build", "--outDir", str(out), "--emptyOutDir"]
    env = commands.environment({"HOME": str(frontend)}, folders=[node])
    ran = commands.run(words, folder=frontend, env=env, timeout_s=BUILD_S)
    if ran.ended != "exited" or ran.code != 0:
        said = "\n  ".join(ran.output.strip().splitlines()[-12:])
        raise ProjectError(
            f"The front end cannot be built:\n  {said or ran.ended}",
            hint="Verify the project: `stackwright verify` names the files.",
        )


def _bench(project: Path) -> workbench.Bench:
    places = Places(scratch=str(project), cache=str(project), own=sys.executable)
    return workbench.Bench(root=project, project=project, places=places)


def _digest_of(folder_: Path) -> str:
    """What tells these files from others."""
    state = hashlib.blake2b(digest_size=12)
    for base, folders, files in os.walk(folder_):
        folders[:] = sorted(name for name in folders if name not in workbench.NOT_COPIED)
        for name in sorted(files):
            path = Path(base) / name
            content = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
            state.update(json.dumps([path.relative_to(folder_).as_posix(), content]).encode())
    return state.hexdigest()
