"""The host keeps programs running, survives everything, and tells the truth."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from stackwright.deployment.hosting.host import HostRecord
from stackwright.deployment.hosting.program import Program, Seen
from stackwright.deployment.hosting.site import Site
from stackwright.errors import ProjectError
from tasks import hosting
from tasks.host import folder, processes
from tasks.host.__main__ import TAKEN

pytestmark = [pytest.mark.services]
WITHIN_S = 20.0  # at once on a machine that has nothing else to do


def sleeper(site: Site, *words: str, name: str = "sleeper", **other: object) -> Program:
    known = {
        "name": name,
        "title": "The sleeper",
        "words": words or ("sleep", "600"),
        "folder": str(site.root),
    }
    return Program.model_validate({**known, **other})


def until(true: Callable[[], bool], within_s: float = WITHIN_S) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def running(site: Site, name: str = "sleeper") -> Seen | None:
    one = hosting.host_status(site.root).of(name)
    return one.seen if one and one.lives else None


def said(site: Site) -> str:
    one = hosting.host_status(site.root).of("sleeper")
    return f"{one.sentence} {one.seen.last}" if one else ""


def host(site: Site) -> HostRecord:
    found = hosting.find_host(site.root)
    assert found
    return found


def test_a_program_that_is_killed_is_started_again_and_said_to_have_been(site: Site) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site)))
    os.kill(first.pid, signal.SIGKILL)
    assert until(lambda: (now := running(site)) is not None and now.pid != first.pid)
    now = running(site)
    assert now
    assert (now.crashes, now.starts, now.last) == (1, 2, "was killed by SIGKILL")


def test_wanting_the_same_again_changes_nothing_and_something_else_replaces_it(site: Site) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site), {"KEY": "a"}))
    again = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site), {"KEY": "a"}))
    assert again.pid == first.pid
    other = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site), {"KEY": "b"}))
    assert other.pid != first.pid
    assert not processes.lives(first.pid, first.identity)
    assert psutil.Process(other.pid).environ()["KEY"] == "b"


def test_secrets_are_readable_by_their_owner_alone_and_in_no_other_record(site: Site) -> None:
    hosting.wait_running(site.root, hosting.want(site.root, sleeper(site), {"KEY": "canary-7"}))
    holding = [p for p in site.root.rglob("*") if p.is_file() and b"canary-7" in p.read_bytes()]
    assert holding == [folder.secrets(site.root, "sleeper")]
    assert folder.is_private(holding[0])
    assert folder.is_private(site.root)
    hosting.end_programs(site.root, ["sleeper"])
    assert not holding[0].exists()


def test_a_crash_loop_slows_down_and_is_told_with_its_last_words(site: Site) -> None:
    program = sleeper(site, "/bin/sh", "-c", "echo the cupboard is bare; exit 4")
    hosting.want(site.root, program)
    assert until(lambda: "crashed 3 times in a row" in said(site))
    with pytest.raises(ProjectError, match="the cupboard is bare") as caught:
        hosting.wait_running(site.root, program)
    assert "ended with exit code 4" in caught.value.message
    one = hosting.host_status(site.root).of("sleeper")
    assert one
    assert until(
        lambda: "started again in" in (hosting.host_status(site.root).of("sleeper") or one).sentence
    )


def test_a_program_that_cannot_be_started_says_so(site: Site) -> None:
    hosting.want(site.root, sleeper(site, folder=str(site.root / "nowhere")))
    assert until(
        lambda: (
            (one := hosting.host_status(site.root).of("sleeper")) is not None
            and "nowhere" in one.seen.last
        )
    )


def test_a_killed_host_is_back_and_takes_over_what_lives(site: Site) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site)))
    before = host(site)
    os.kill(before.pid, signal.SIGKILL)
    assert until(
        lambda: (now := hosting.find_host(site.root)) is not None and now.pid != before.pid
    )
    assert len(copies(site)) == 1
    now = running(site)
    assert now
    assert now.pid == first.pid
    os.kill(first.pid, signal.SIGKILL)  # it is not our child any more, and is missed all the same
    assert until(lambda: (later := running(site)) is not None and later.pid != first.pid)


def test_a_host_whose_keeper_is_killed_too_goes_on(site: Site) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site)))
    before = host(site)
    os.kill(before.keeper, signal.SIGKILL)
    assert until(
        lambda: (now := hosting.find_host(site.root)) is not None and now.keeper != before.keeper
    )
    now = running(site)
    assert now
    assert now.pid == first.pid


def test_without_any_host_the_truth_is_told_and_the_next_one_mends_it(site: Site) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site)))
    before = host(site)
    for pid in (before.keeper, before.pid, first.pid):
        os.kill(pid, signal.SIGKILL)
    assert until(lambda: not hosting.host_status(site.root).lives)
    told = hosting.host_status(site.root)
    one = told.of("sleeper")
    assert one
    assert not one.lives
    assert "there is no host to start it again" in one.sentence
    hosting.ensure_host(site.root)
    assert until(lambda: running(site) is not None)
    assert len(copies(site)) == 1


def test_a_host_that_is_killed_again_and_again_while_it_starts_programs_starts_none_twice(
    site: Site,
) -> None:
    for number in range(5):
        hosting.want(site.root, sleeper(site, "sleep", f"60{number}"))
        time.sleep(0.03 * number)
        if (found := hosting.find_host(site.root)) is not None:
            os.kill(found.pid, signal.SIGKILL)
    assert until(lambda: len(copies(site)) == 1 and running(site) is not None, 15)
    assert copies(site) == [["sleep", "604"]]


def copies(site: Site) -> list[list[str]]:
    """Every program that runs in the folder of this host, whoever started it."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(site.root) and process.cmdline()[:1] == ["sleep"]:
                found.append(process.cmdline())
        except psutil.Error:
            continue
    return found


def test_two_hosts_on_one_folder_are_refused(site: Site) -> None:
    hosting.ensure_host(site.root)
    second = subprocess.run(
        [sys.executable, "-m", "tasks.host", str(site.root)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == TAKEN
    assert "Another host already keeps" in second.stdout


def test_a_host_that_is_told_to_end_ends_everything_and_the_next_one_brings_it_back(
    site: Site,
) -> None:
    first = hosting.wait_running(site.root, hosting.want(site.root, sleeper(site)))
    hosting.end_host(site.root)
    assert not processes.lives(first.pid, first.identity)
    assert not copies(site)
    hosting.ensure_host(site.root)
    assert until(lambda: running(site) is not None)


def test_a_program_that_does_not_listen_is_ended_by_force(site: Site) -> None:
    stubborn = sleeper(
        site, "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done", grace_s=0.5
    )
    hosting.wait_running(site.root, hosting.want(site.root, stubborn))
    time.sleep(0.3)  # until it does not listen
    began = time.monotonic()
    hosting.end_programs(site.root, ["sleeper"])
    assert time.monotonic() - began > 0.4
    assert not copies(site)


def test_a_host_goes_on_when_whoever_wanted_it_ends(site: Site) -> None:
    code = f"from pathlib import Path; from tasks import hosting; hosting.ensure_host(Path({str(site.root)!r}))"
    subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True, timeout=60
    )
    assert until(lambda: hosting.find_host(site.root) is not None)
