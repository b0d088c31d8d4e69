"""Commands that a killed run leaves behind: found and ended, where the system lets us (Linux)."""

import ctypes
import sys
from collections.abc import Container, Mapping
from multiprocessing import forkserver

import psutil

from tasks.commands import HOSTED

RUN = "PREFECT__FLOW_RUN_ID"  # in the environment of a run and of what it starts in the background
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h


def adopt_orphans() -> None:
    """Let this process be the parent of all that its forks leave behind when they die."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def end_orphans(forks: Container[int], runs: Container[str]) -> None:
    """End everything below the warm process that neither is one of these forks nor belongs to one.

    What a host keeps running is not ended, nor is the host: deployments outlive the run that made them.

    Args:
        forks: Process ids of what is not to be touched.
        runs: The runs that go on; a server that one of them has started in the background is still needed.
    """
    warm = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public tells it
    if warm is None:
        return
    try:
        left = [one for one in psutil.Process(warm).children() if one.pid not in forks]
    except psutil.NoSuchProcess:
        return
    for orphan in left:
        said = _environment(orphan)
        if said.get(RUN, "") in runs or HOSTED in said:
            continue
        try:
            family = [orphan, *orphan.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
        for one in family:
            _kill(one)


def _environment(process: psutil.Process) -> Mapping[str, str]:
    """What a process was told; nothing, where that is not ours to know."""
    try:
        said: dict[str, str] = process.environ()
    except psutil.Error:
        return {}
    return said


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
