"""Where deployments live on this machine: the folder of the host, its sites and their ports."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path
from pydantic import ValidationError

from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.errors import ProjectError
from tasks.hosting_history import find_history, nothing_there

SETTING = "STACKWRIGHT_HOST"
FIRST_PORT, PORTS = 8080, 100


def host_folder() -> Path:
    """Where all sites of this installation lie, as this process was told or in the user's data folder."""
    return Path(os.environ.get(SETTING) or user_data_path("stackwright") / "host").absolute()


def site_at(root: Path, name: str, port: int = 0) -> Site:
    """A site that is there already or is to be made.

    Args:
        root: The folder of the host.
        name: Of the site, such as bookshop-staging.
        port: Where people reach it; 0: where they do now, or a free one.

    Raises:
        ProjectError: The name or the port is not possible, or no port is free.
    """
    try:
        site = Site(root=root, name=name, port=port or FIRST_PORT)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProjectError.bad_input(
            f"{'.'.join(map(str, first['loc']))} is not possible: {first['msg']}.",
            hint="A name is made of a-z, 0-9 and “-”, and has 51 characters at most.",
        ) from error
    if not port:
        known = find_history(site)
        port = known.port if known else _free_port(root)
    return site.model_copy(update={"port": port})


def cloud_site(root: Path, name: str) -> Site:
    """What is kept here of a site that runs at a provider; it has no port of this machine."""
    return Site(root=root, name=name)


def known_site(root: Path, name: str) -> tuple[Site, History]:
    """A site and what it went through.

    Args:
        root: The folder of the host.
        name: Of the site, or of a deployment whose staging is meant.

    Raises:
        ProjectError: Nothing of this name was deployed here (HTTP 404).
    """
    names = sites(root)
    called = name if name in names else f"{name}-staging"
    if called not in names:
        there = f"There are: {', '.join(names)}." if names else "Nothing was deployed yet."
        raise ProjectError(
            f"There is no deployment {name} on this machine.", hint=there, http_status=404
        )
    site = Site(root=root, name=called)
    history = find_history(site)
    if history is None:
        raise nothing_there(site)
    return site.model_copy(update={"port": history.port}), history


def sites(root: Path) -> Sequence[str]:
    """The names of all sites, in their order."""
    return sorted(path.name for path in root.glob("sites/*") if path.is_dir())


def _free_port(root: Path) -> int:
    """The first port that nobody listens on and no other deployment has."""
    there = [Site(root=root, name=name) for name in sites(root)]
    taken = {known.port for site in there if (known := find_history(site))}
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            if port not in taken and probe.connect_ex(("127.0.0.1", port)):
                return port
    raise ProjectError(
        f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free.",
        hint="Name another one.",
    )
