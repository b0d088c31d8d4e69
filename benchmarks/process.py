"""What a whole process costs: its CPU seconds with all its children, and its peak memory."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

MIB = 1024 * 1024
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere

# A child's peak begins with that of the process that forked it, so a small process starts what is measured.
_STARTER = """
import json, os, sys, time
began = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - began
code = os.waitstatus_to_exitcode(status)
figures = [usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, code]
open(sys.argv[1], "w").write(json.dumps(figures))
"""


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
    with tempfile.TemporaryDirectory(prefix="stackwright-cost-") as place:
        answer = Path(place) / "figures.json"
        said = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _STARTER, str(answer), *words],
            env=env,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        ).stdout
        if not answer.exists():
            raise RuntimeError(f"{words[0]} could not be started:\n{said.decode(errors='replace')}")
        cpu_s, wall_s, peak, code = json.loads(answer.read_bytes())
    if code != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {code}:\n{said.decode(errors='replace')}")
    return Cost(cpu_s=cpu_s, wall_s=wall_s, peak_mib=peak * _RSS_UNIT / MIB, code=code)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of several runs, figure by figure."""
    return Cost(
        cpu_s=median(one.cpu_s for one in costs),
        wall_s=median(one.wall_s for one in costs),
        peak_mib=max(one.peak_mib for one in costs),
        code=0,
    )
