"""What a killed run leaves behind is ended; what a run that goes on has put into the background is not."""

import os
import subprocess
import sys

import pytest

from flows.worker.orphans import RUN

# Plays the warm process: it adopts what its children leave behind, as the forks of runs do.
WARM = f"""
import os, subprocess, sys, time
from multiprocessing import forkserver
import psutil
from flows.worker.orphans import adopt_orphans, end_orphans
adopt_orphans()
forkserver._forkserver._forkserver_pid = os.getpid()
sleep = "[sys.executable, '-c', 'import time; time.sleep(60)'], stdout=subprocess.DEVNULL"
leave = f"import subprocess, sys; print(subprocess.Popen({{sleep}}).pid)"
left = {{}}
for run in ("goes-on", "was-killed", ""):
    given = {{**os.environ, "{RUN}": run}}
    left[run] = psutil.Process(int(subprocess.check_output([sys.executable, "-c", leave], env=given)))
end_orphans(set(), {{"goes-on"}})
psutil.wait_procs([left["was-killed"], left[""]], timeout=10)
print([run for run, one in left.items() if one.is_running()])
left["goes-on"].kill()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who left a process behind")
def test_only_what_belongs_to_no_run_is_ended() -> None:
    environment = {key: value for key, value in os.environ.items() if key != RUN}
    ended = subprocess.run(
        [sys.executable, "-c", WARM], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stdout == "['goes-on']\n", ended.stderr
