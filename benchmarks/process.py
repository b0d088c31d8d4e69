"""What a whole process costs: its CPU seconds with all its children, and its peak memory."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

MIB = 1024 * 1024
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere


class Cost(NamedTuple):
    """One run of one process."""

    cpu_s: float  # user + system
    wall_s: float
    peak_mib: float
    code: int


def cost(
    words: Sequence[str], *, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> Cost:
    """Run a command to its end and say what it cost.

    Raises:
        RuntimeError: It failed; a failed run has no figures.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        words, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        said = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    code = process.returncode
    if code != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {code}:\n{said.decode(errors='replace')}")
    return Cost(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.perf_counter() - began,
        peak_mib=usage.ru_maxrss * _RSS_UNIT / MIB,
        code=code,
    )


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of several runs, figure by figure."""
    return Cost(
        cpu_s=median(one.cpu_s for one in costs),
        wall_s=median(one.wall_s for one in costs),
        peak_mib=max(one.peak_mib for one in costs),
        code=0,
    )
