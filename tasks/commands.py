"""Runs commands: bounded in time and output, without the caller's secrets, and never left behind."""

import atexit
import contextlib
import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from stackwright.generation.quality import Ended, Ran

MAX_OUTPUT_BYTES = 400_000  # per command; the middle of longer output is left out
_GRACE_S = 3.0  # between asking a process group to end and ending it

HOSTED = "STACKWRIGHT_HOSTED"  # in the environment of a host and all that it keeps running
# What a child may know of our environment. Everything else, secrets above all, stays here.
HARMLESS = (
    "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", HOSTED,
)  # fmt: skip
# Installing needs the way to the registries, which belongs to the user's settings.
FOR_INSTALLING = (
    "HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
)  # fmt: skip
FOR_INSTALLING_PREFIXES = ("UV_", "NPM_CONFIG_", "npm_config_")


def environment(
    own: Mapping[str, str], *, folders: Iterable[Path] = (), installing: bool = False
) -> dict[str, str]:
    """What a command sees: harmless settings of ours, a path, and its own."""
    names = HARMLESS + FOR_INSTALLING if installing else HARMLESS
    kept = {name: os.environ[name] for name in names if name in os.environ}
    if installing:
        kept |= {n: v for n, v in os.environ.items() if n.startswith(FOR_INSTALLING_PREFIXES)}
    path = [*map(str, folders), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return {**kept, "PATH": os.pathsep.join(path), "NO_COLOR": "1", "CI": "1", **own}


def as_user(name: str | None) -> dict[str, Any]:
    """The arguments of `subprocess` that make a program run as this user; none: as ourselves."""
    if name is None:
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": ()}


def run(words: Iterable[str], *, folder: Path, env: Mapping[str, str], timeout_s: float) -> Ran:
    """Run one command to its end, its time limit or `end_below`; its whole process group ends with it."""
    began = time.monotonic()
    try:
        process = start(words, folder=folder, env=env)
    except OSError as error:
        return Ran(ended="missing", output=f"{error.strerror}: {error.filename}", seconds=0.0)
    gathered = Gathered(process.stdout)
    ended: Ended = "exited"
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        ended = "timeout"
    finally:
        stop(process)
    if process in _ended_from_outside:
        _ended_from_outside.discard(process)
        ended = "cancelled"
    return Ran(
        ended=ended,
        code=process.returncode,
        output=gathered.text(),
        seconds=round(time.monotonic() - began, 3),
    )


def start(
    words: Iterable[str], *, folder: Path, env: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Start a command in a process group of its own, both outputs in one pipe; end it with `stop`.

    Raises:
        OSError: The program is not there or cannot be run.
    """
    process = subprocess.Popen(
        list(words),
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _live[process] = folder.resolve()
    return process


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a command and everything it started; does nothing to what has ended."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sent)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
        if not _group_lives(process.pid):
            break
        if sent is signal.SIGTERM:
            time.sleep(0.05)
    _live.pop(process, None)


def end_below(folder: Path = Path("/")) -> None:
    """End every command that runs in this folder: whoever waits for one gets `cancelled`."""
    for process, place in list(_live.items()):
        if place.is_relative_to(folder):
            _ended_from_outside.add(process)
            stop(process)


class Gathered:
    """Reads a pipe to its end in the background, keeping the head and the tail."""

    def __init__(self, pipe: "IO[bytes] | None", limit_bytes: int = MAX_OUTPUT_BYTES) -> None:
        self._head, self._tail, self._dropped = bytearray(), bytearray(), 0
        self._half = limit_bytes // 2
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def text(self, timeout_s: float = _GRACE_S) -> str:
        """What was read so far, at the latest after `timeout_s`."""
        self._reader.join(timeout_s)
        left_out = f"\n… {self._dropped} bytes left out …\n" if self._dropped else ""
        head, tail = (bytes(part).decode(errors="replace") for part in (self._head, self._tail))
        return head + left_out + tail

    def _read(self, pipe: "IO[bytes] | None") -> None:
        if pipe is None:
            return
        with pipe:
            while chunk := os.read(pipe.fileno(), 65_536):
                room = self._half - len(self._head)
                self._head += chunk[:room]
                self._tail += chunk[room:] if room < len(chunk) else b""
                if (over := len(self._tail) - self._half) > 0:
                    del self._tail[:over]
                    self._dropped += over


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


_live: dict["subprocess.Popen[bytes]", Path] = {}
_ended_from_outside: set["subprocess.Popen[bytes]"] = set()
atexit.register(end_below)
