"""The command line: `stackwright`."""

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code: 0 ok, 1 failed, 2 bad input."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # answered without loading anything
        from stackwright import __version__

        print(f"stackwright {__version__}")
        return
    gc.set_threshold(200_000, 20, 50)  # rendering makes many objects and next to no circles
    try:
        from app.cli.commands import run

        code = run()
    except KeyboardInterrupt:  # while the commands were still being loaded
        sys.exit(1)
    gc.freeze()  # everything is freed anyway: no search for circles first
    sys.exit(code)
