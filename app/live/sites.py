"""What is true now of a deployment: read where this machine keeps it, changed by nobody."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, Field

from stackwright.deployment.history import History, SwitchRecord
from stackwright.deployment.lease import is_held
from stackwright.deployment.options.place import Target
from stackwright.deployment.release import Choice, choices
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks.host import folder, logs
from tasks.hosting_place import host_folder, known_site
from tasks.hosting_site import SiteStatus, site_status


class Program(Value):
    """One program of a deployment."""

    name: str
    title: str
    lives: bool
    sentence: str
    since: float = Field(description="Seconds since 1970 in its state.")
    starts: int
    crashes: int = Field(description="One after the other.")


class SiteView(Value):
    """What is true now of a deployment. One at a provider has no programs here."""

    name: str
    url: str = Field(description="Where people reach it.")
    serves: int = Field(description="The release that people are sent to; 0: none.")
    is_up: bool = Field(description="Whether all programs of the release that serves live.")
    is_kept: bool = Field(description="Whether a host starts programs again that end.")
    is_changing: str = Field(description="Why it is being changed now; empty: it is not.")
    changing_since: AwareDatetime | None = Field(description="Null: it is not being changed.")
    programs: tuple[Program, ...]
    releases: tuple[Choice, ...] = Field(
        description="The newest first, with why one cannot be gone back to; empty: it can."
    )
    switches: tuple[SwitchRecord, ...]


def view_site(name: str, now: datetime, target: Target = Target.LOCAL) -> SiteView | None:
    """What is true of this site now; None: nothing was deployed there yet.

    Args:
        name: Of the site.
        now: This moment.
        target: Where it runs; what runs elsewhere under the same name is another one.
    """
    try:
        site, history = known_site(host_folder(), name)
    except ProjectError:
        return None
    if history.deployment.cloud.target is not target:
        return None
    return _view(site_status(site), history, name, now)


def last_lines(name: str, program: str, lines: int) -> Sequence[str]:
    """What a program of this site said last.

    Raises:
        ProjectError: There is no such site, or no such program of it (HTTP 404).
    """
    site, _ = known_site(host_folder(), name)
    known = [one.seen.name for one in site_status(site).programs]
    if program not in known:
        raise ProjectError(
            f"{name} has no program {program}.",
            hint=f"It has: {', '.join(known)}." if known else "Nothing of it runs.",
            http_status=404,
        )
    return logs.tail(folder.log(site.root, program), lines)


def _view(status: SiteStatus, history: History, name: str, now: datetime) -> SiteView:
    lease = history.lease if is_held(history.lease, now) else None
    return SiteView(
        name=name,
        url=status.url,
        serves=status.serves,
        is_up=status.is_up,
        is_kept=status.is_kept,
        is_changing=lease.reason if lease else "",
        changing_since=lease.taken_at if lease else None,
        programs=tuple(
            Program(
                name=one.seen.name,
                title=one.seen.title,
                lives=one.lives,
                sentence=one.sentence,
                since=one.seen.since,
                starts=one.seen.starts,
                crashes=one.seen.crashes,
            )
            for one in status.programs
        ),
        releases=choices(history.releases),
        switches=history.switches,
    )
