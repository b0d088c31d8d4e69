"""`stackwright serve` as people start it, and what is left of it."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

START_S = 180


class Served:
    """A running installation of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address

    @property
    def family(self) -> list[psutil.Process]:
        """Every process that it started, directly or not."""
        return list(psutil.Process(self.process.pid).children(recursive=True))


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(data: Path, port: int) -> list[str]:
    """The words that start an installation."""
    main = "from app.cli import main; main()"
    return [sys.executable, "-c", main, "serve", "--port", str(port), "--data-dir", str(data)]


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """An installation on this folder until the end of the block."""
    out = data.with_suffix(".out")
    port = free_port()
    with out.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command(data, port), stdout=file, stderr=file, text=True, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_S
        while "Ctrl-C stops everything." not in out.read_text("utf-8"):
            assert process.poll() is None, out.read_text("utf-8")
            assert time.monotonic() < deadline, out.read_text("utf-8")
            time.sleep(0.1)
        yield Served(process, f"http://127.0.0.1:{port}")
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of these have ended, zombies included."""
    _, left = psutil.wait_procs(processes, timeout=15)
    return not left


def words(text: str) -> str:
    """A text on one line, as it is compared with."""
    return re.sub(r"\s+", " ", text)
