"""What a program takes of its machine, with all processes below it."""

import psutil

from stackwright.value import Value
from tasks.host import processes

MIB = 1024 * 1024


class Usage(Value):
    """What a program has taken so far, and what it holds."""

    processor_s: float  # of one processor, since it was started
    memory_mib: float  # what is shared counts in parts


def usage(pid: int, identity: str) -> Usage | None:
    """What this process and those below it take; none: it does not live any more."""
    if not pid or not processes.lives(pid, identity):
        return None
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.Error:
        return None
    found = [_of(one) for one in family]
    return Usage(
        processor_s=sum(seconds for seconds, _ in found),
        memory_mib=round(sum(size for _, size in found) / MIB, 1),
    )


def _of(process: psutil.Process) -> tuple[float, int]:
    """Seconds and bytes; nothing of one that ends meanwhile."""
    try:
        times = process.cpu_times()
        seconds = times.user + times.system
    except psutil.Error:
        return 0.0, 0
    try:
        full = process.memory_full_info()
        return seconds, getattr(full, "pss", full.uss)
    except psutil.AccessDenied:  # another user's
        return seconds, process.memory_info().rss
    except psutil.Error:
        return seconds, 0
