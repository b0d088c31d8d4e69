"""One generation at a time into a folder: two would take each other's staged files away."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stackwright.errors import ProjectError

_LOOK_AGAIN_S = 0.05


@contextmanager
def alone(out: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold this folder against other generations on this machine; a killed holder lets go by itself.

    Args:
        out: The folder.
        wait_s: How long the other one may take to let go: that of a run which was paused and goes on at
            once ends its step first.

    Raises:
        ProjectError: Another generation into it is under way.
    """
    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:24]
    path = Path(tempfile.gettempdir()) / f"stackwright-{os.getuid()}-{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    until = time.monotonic() + wait_s
    try:
        while not _is_locked(descriptor):
            if time.monotonic() < until:
                time.sleep(_LOOK_AGAIN_S)
                continue
            raise ProjectError(
                f"Another generation into {out} is under way.",
                hint="Wait until it has ended, or choose another folder.",
                http_status=409,
            )
        yield
    finally:
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
