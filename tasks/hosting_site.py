"""The effects on a whole site: what is true of it, and its end without a trace."""

import shutil
from pathlib import Path

from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import DATABASE_SERVER, Site
from stackwright.deployment.release import serving
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import (
    cloud_site,
    hosting,
    hosting_database,
    hosting_equipment,
    hosting_history,
    hosting_server,
    hosting_traffic,
)
from tasks.effect import effect
from tasks.host import folder, logs
from tasks.hosting import ProgramStatus


class SiteStatus(Value):
    """What is true of a site now."""

    url: str
    serves: int  # the release that people are sent to; 0: none
    is_kept: bool  # whether there is a host that starts programs again
    programs: tuple[ProgramStatus, ...]  # its own, and the database server
    releases: tuple[int, ...]  # that lie here, the newest last
    target: str = "local"  # where it runs

    @property
    def is_up(self) -> bool:
        """Whether the programs of the release that serves live, and the proxy; elsewhere: whether one serves."""
        if self.target != "local":
            return bool(self.serves)
        ours = [
            one for one in self.programs if one.seen.name.endswith((".proxy", f".{self.serves}"))
        ]
        return bool(self.serves) and bool(ours) and all(one.lives for one in ours)


@effect(timeout_s=30)
def site_status(site: Site) -> SiteStatus:
    """What is true of a site now; looking changes nothing. Of one at a provider: what the last deployment left."""
    history = hosting_history.find_history(site)
    if history and cloud_site.is_cloud(history):
        return _elsewhere(history)
    host, route = hosting.host_status(site.root), hosting_traffic.serving(site)
    ours = (*_names(site), DATABASE_SERVER)
    return SiteStatus(
        url=site.url,
        serves=route.release if route else 0,
        is_kept=host.lives,
        programs=tuple(one for one in host.programs if one.seen.name in ours),
        releases=tuple(
            sorted(int(p.name) for p in site.folder.glob("releases/[0-9]*") if p.is_dir())
        ),
    )


@effect(retries=1, timeout_s=300)
def stop_site(site: Site) -> None:
    """End everything of a site; files and data stay.

    Raises:
        ProjectError: It runs at a provider (HTTP 409).
    """
    _must_be_here(site, "stopped")
    names = _names(site)
    hosting.end_programs(site.root, [name for name in names if name.endswith(".proxy")])
    hosting.end_programs(site.root, names)


@effect(retries=1, timeout_s=600)
def remove_site(site: Site) -> None:
    """End a site and remove its data, releases, backups and logs; without any site left, the database server, too.

    Raises:
        ProjectError: It runs at a provider (HTTP 409).
    """
    _must_be_here(site, "removed")
    names = _names(site)
    stop_site(site)
    hosting_database.drop_database(site)
    shutil.rmtree(site.folder, ignore_errors=True)
    for name in names:
        logs.remove(folder.log(site.root, name))
    hosting_equipment.prune(site.root)
    if not any(_sites(site.root)):
        hosting_server.remove_server(site.root)


def running(site: Site) -> frozenset[int]:
    """The releases whose programs are to run or were seen to."""
    last = (name.rpartition(".")[2] for name in _names(site))
    return frozenset(int(one) for one in last if one.isdecimal())


def is_wanted(site: Site) -> bool:
    """Whether anything of a site is to run; not so when a person stopped it."""
    names = folder.names(site.root / folder.WANTED)
    return any(name.startswith(f"{site.name}.") for name in names)


def _elsewhere(history: History) -> SiteStatus:
    release = serving(history.releases)
    return SiteStatus(
        url=history.url,
        serves=release.number if release else 0,
        is_kept=True,
        programs=(),
        releases=tuple(one.number for one in history.releases),
        target=history.deployment.cloud.target.value,
    )


def _must_be_here(site: Site, what: str) -> None:
    history = hosting_history.find_history(site)
    if history and cloud_site.is_cloud(history):
        raise ProjectError(
            f"{site.name} runs at {history.deployment.cloud.target} and is not {what} from here.",
            hint=f"Its stack lies in {cloud_site.folder_of(site)}: terraform destroy takes it away, with its data.",
            http_status=409,
        )


def _sites(root: Path) -> list[Path]:
    return [path for path in root.glob("sites/*") if path.is_dir()]


def _names(site: Site) -> list[str]:
    """The programs of a site: wanted or seen."""
    root = site.root
    known = folder.names(root / folder.WANTED) | folder.names(root / folder.SEEN)
    return sorted(name for name in known if name.startswith(f"{site.name}."))
