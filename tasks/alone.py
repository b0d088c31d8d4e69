"""One generation at a time into a folder: two would take each other's staged files away."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stackwright.errors import ProjectError


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold this folder against other generations on this machine; a killed holder lets go by itself.

    Raises:
        ProjectError: Another generation into it is under way.
    """
    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:24]
    path = Path(tempfile.gettempdir()) / f"stackwright-{os.getuid()}-{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ProjectError(
                f"Another generation into {out} is under way.",
                hint="Wait until it has ended, or choose another folder.",
                http_status=409,
            ) from error
        yield
    finally:
        os.close(descriptor)
