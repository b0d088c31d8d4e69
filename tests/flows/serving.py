"""`stackwright serve` as people start it, and what is left of it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

START_S = 180


class Served:
    """A running installation of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str, web: str, out: Path) -> None:
        self.process, self.address, self.web, self._out = process, address, web, out

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self._out.read_text("utf-8")

    @property
    def data(self) -> Path:
        """The folder with all that it keeps."""
        return Path(next(line for line in self.said.splitlines() if " data " in line).split()[-1])

    @property
    def family(self) -> list[psutil.Process]:
        """Every process that it started, directly or not."""
        return list(psutil.Process(self.process.pid).children(recursive=True))


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(data: Path, port: int, web_port: int | None = None) -> list[str]:
    """The words that start an installation."""
    main = "from app.cli import main; main()"
    ports = ["--port", str(port), "--web-port", str(web_port or free_port())]
    return [sys.executable, "-c", main, "serve", *ports, "--data-dir", str(data)]


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[Served]:
    """An installation on this folder until the end of the block, with this beside our environment."""
    out = data.with_suffix(".out")
    port, web_port = free_port(), free_port()
    with out.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command(data, port, web_port),
            stdout=file,
            stderr=file,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_S
        while "Ctrl-C stops everything." not in out.read_text("utf-8"):
            assert process.poll() is None, out.read_text("utf-8")
            assert time.monotonic() < deadline, out.read_text("utf-8")
            time.sleep(0.1)
        yield Served(process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{web_port}", out)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def program(served: Served, word: str) -> psutil.Process:
    """The program of an installation with this word in its command."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for one in served.family:
            with suppress(psutil.Error):
                if word in one.cmdline():
                    return one
        time.sleep(0.05)
    raise AssertionError(f"no program with {word}")


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of these have ended, zombies included."""
    _, left = psutil.wait_procs(processes, timeout=15)
    return not left


def words(text: str) -> str:
    """A text on one line, as it is compared with."""
    return re.sub(r"\s+", " ", text)
