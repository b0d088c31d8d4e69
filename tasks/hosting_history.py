"""The effects on the history of a site: its releases, and the lease of whoever changes it."""

import fcntl
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from stackwright.deployment import lease as leases
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.lease import Lease
from stackwright.errors import ProjectError
from tasks.host import processes, records

_OWNER = re.compile(r"process (?P<pid>\d+) \((?P<identity>[^)]*)\) on (?P<host>.+)")
BEAT_S = 20.0  # a third of what a lease lives without


def whoever() -> str:
    """Names this process, so that nobody takes another one's lease for its own."""
    pid = os.getpid()
    return f"process {pid} ({processes.identity(pid)}) on {socket.gethostname()}"


def is_gone(owner: str) -> bool:
    """Whether this owner is a process of this machine that does not live any more."""
    named = _OWNER.fullmatch(owner)
    if named is None or named["host"] != socket.gethostname():
        return False
    return not processes.lives(int(named["pid"]), named["identity"])


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def find_history(site: Site) -> History | None:
    """What the site went through; none: nothing was ever deployed there.

    Raises:
        ProjectError: The record is damaged.
    """
    return records.read(_path(site), History)


def change_history(
    site: Site, change: Callable[[History], History], new: History | None = None
) -> History:
    """Change the history, one after the other.

    Args:
        site: Whose.
        change: From what is there to what is to be there.
        new: What a history begins with that is not there yet.

    Raises:
        ProjectError: There is none (HTTP 404).
    """
    _path(site).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _path(site).with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = find_history(site) or new
        if known is None:
            raise nothing_there(site)
        changed = change(known)
        records.write(_path(site), changed)
    return changed


@contextmanager
def holding(site: Site, owner: str, reason: str, new: History | None = None) -> Iterator[Lease]:
    """Inside, nobody else changes the site; whoever is killed inside loses the lease, elsewhere after a minute.

    Raises:
        ProjectError: Somebody else holds it (HTTP 423).
    """

    def take(history: History) -> History:
        known = history.lease
        if known and is_gone(known.owner):  # killed: nobody has to wait for its lease to end
            known = leases.release(known, owner=known.owner, token=known.token)
        lease = leases.acquire(known, name=site.name, owner=owner, reason=reason, now=now())
        return history.model_copy(update={"lease": lease})

    held = change_history(site, take, new).lease
    if held is None:
        raise RuntimeError("a lease that was taken is there")
    token, gone = held.token, threading.Event()

    def beat(history: History) -> History:
        lease = leases.beat(history.lease, owner=owner, token=token, now=now())
        return history.model_copy(update={"lease": lease})

    def keep() -> None:
        while not gone.wait(BEAT_S):
            with suppress(ProjectError, OSError):  # the next step sees that it is lost
                change_history(site, beat)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        gone.set()
        keeper.join(BEAT_S)

        def give_back(history: History) -> History:
            lease = leases.release(history.lease, owner=owner, token=token)
            return history.model_copy(update={"lease": lease})

        change_history(site, give_back)


def nothing_there(site: Site) -> ProjectError:
    """What to say of a site that is not there."""
    return ProjectError(
        f"Nothing was deployed as {site.name} on this machine.",
        hint="Deploy it first: stackwright deploy apply PROJECT",
        http_status=404,
    )


def _path(site: Site) -> Path:
    return site.folder / "history.json"
