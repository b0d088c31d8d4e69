"""The host as a program: `python -m tasks.host FOLDER`. A keeper starts it again when it is killed."""

import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from stackwright.deployment.hosting.host import HostRecord
from tasks.host import folder, processes, records
from tasks.host.beginning import begin
from tasks.host.tender import Tender, say

LOOK_S = 0.1  # between two looks at all programs
AWAKE_S, LOGS_S = 1.0, 10.0
IDLE_S = 10.0  # with nothing to run a host ends
TAKEN = 3  # exit code: another host has the folder
_PAUSE_S = 0.2  # before a killed host is started again


def main(words: list[str]) -> int:
    """Keep a host on this folder until it is told to end or has nothing to do; its exit code."""
    root = Path(words[0]).absolute()
    folder.make(root)
    while True:
        host = os.fork()
        if host == 0:
            os._exit(_guarded(root))
        _hand_on(host)
        _, status = os.waitpid(host, 0)
        if os.WIFEXITED(status):
            return os.WEXITSTATUS(status)
        say(
            f"The host (process {host}) {processes.how(-os.WTERMSIG(status))}; it is started again."
        )
        time.sleep(_PAUSE_S)


def _hand_on(host: int) -> None:
    """Who tells the keeper to end means the host."""

    def tell(_signum: int, _frame: FrameType | None) -> None:
        os.kill(host, signal.SIGTERM)

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, tell)


def _guarded(root: Path) -> int:
    try:
        return _serve(root)
    except Exception as error:  # noqa: BLE001 - the last place where it can be told
        say(f"The host ends: {error!r}")
        return 1


def _serve(root: Path) -> int:
    lock = os.open(root / folder.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"Another host already keeps {root}.")
        return TAKEN
    told = _Told()
    keeper, began = os.getppid(), time.time()
    tender = Tender(root)
    say(f"The host begins as process {os.getpid()}.")
    _note(root, began, keeper)
    awake = logs_at = busy = time.monotonic()
    while True:
        tender.look(ending=told.to_end)
        now = time.monotonic()
        if now - awake >= AWAKE_S:
            _note(root, began, keeper)
            awake = now
        if now - logs_at >= LOGS_S:
            tender.rotate_logs()
            logs_at = now
        idle = tender.is_idle
        busy = busy if idle else now
        if (told.to_end and tender.has_ended) or (idle and now - busy >= IDLE_S):
            (root / folder.HOST).unlink(missing_ok=True)
            say("The host ends.")
            return 0
        if os.getppid() != keeper:
            return _hand_over(root, lock)
        time.sleep(LOOK_S)


def _hand_over(root: Path, lock: int) -> int:
    """Leave everything to a new host with a keeper of its own: ours was killed."""
    say("The keeper of the host was killed; a new host takes over.")
    os.close(lock)
    begin(root)
    return 0


def _note(root: Path, began: float, keeper: int) -> None:
    pid = os.getpid()
    record = HostRecord(
        pid=pid,
        identity=processes.identity(pid),
        began_at=began,
        awake_at=time.time(),
        keeper=keeper,
    )
    records.write(root / folder.HOST, record)


class _Told:
    """Whether somebody said that it is to end."""

    def __init__(self) -> None:
        self.to_end = False
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _end(self, _signum: int, _frame: FrameType | None) -> None:
        self.to_end = True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
