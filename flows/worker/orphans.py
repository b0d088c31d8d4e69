"""Commands that a killed run leaves behind: found and ended, where the system lets us (Linux)."""

import ctypes
import sys
from collections.abc import Container
from multiprocessing import forkserver

import psutil

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h


def adopt_orphans() -> None:
    """Let this process be the parent of all that its forks leave behind when they die."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def end_orphans(forks: Container[int]) -> None:
    """End everything below the warm process that is not one of these forks or belongs to one."""
    warm = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public tells it
    if warm is None:
        return
    try:
        left = [one for one in psutil.Process(warm).children() if one.pid not in forks]
    except psutil.NoSuchProcess:
        return
    for orphan in left:
        try:
            family = [orphan, *orphan.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
        for one in family:
            _kill(one)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
