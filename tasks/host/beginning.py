"""How a host begins: detached from whoever wanted it."""

import os
import subprocess
import sys
from pathlib import Path

from tasks import commands
from tasks.host import folder

ROOT = Path(__file__).resolve().parents[2]  # of the checkout or the image


def begin(root: Path) -> None:
    """Start a host that depends on nobody; if there is one already, the new one ends at once."""
    log = os.open(root / folder.LOG / "host.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", sys.executable, "-m", "tasks.host", str(root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            env=commands.environment({"PYTHONPATH": str(ROOT), commands.HOSTED: "1"}),
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(log)
