"""Commands are bounded, keep no secrets and leave nothing running."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from stackwright.generation.quality import Ran
from tasks import commands

CHILD = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {!r}]); {}"


def python(code: str, folder: Path, timeout_s: float = 20.0) -> Ran:
    env = commands.environment({})
    return commands.run([sys.executable, "-c", code], folder=folder, env=env, timeout_s=timeout_s)


def test_output_and_code_come_back(tmp_path: Path) -> None:
    ran = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (ran.ended, ran.code) == ("exited", 3)
    assert set(ran.output.split()) == {"out", "err"}


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import os, time, pathlib; pathlib.Path('child').write_text(str(os.getpid())); time.sleep(60)"
    began = time.monotonic()
    ran = python(CHILD.format(child, "time.sleep(60)"), tmp_path, timeout_s=1.5)
    assert ran.ended == "timeout"
    assert time.monotonic() - began < 10
    assert not lives(int((tmp_path / "child").read_text()))


def test_children_do_not_outlive_a_command_that_ended(tmp_path: Path) -> None:
    child = "import os, time, pathlib; pathlib.Path('child').write_text(str(os.getpid())); time.sleep(60)"
    wait = "[time.sleep(0.05) for _ in range(100) if not __import__('os').path.exists('child')]"
    ran = python(CHILD.format(child, wait), tmp_path)
    assert (ran.ended, ran.code) == ("exited", 0)
    assert not lives(int((tmp_path / "child").read_text()))


def test_commands_below_a_folder_can_be_ended(tmp_path: Path) -> None:
    answers: list[Ran] = []
    mine = tmp_path / "mine"
    mine.mkdir()
    thread = threading.Thread(
        target=lambda: answers.append(python("import time; time.sleep(60)", mine))
    )
    thread.start()
    time.sleep(0.5)
    commands.end_below(tmp_path / "other")
    assert thread.is_alive()
    commands.end_below(tmp_path)
    thread.join(10)
    assert [ran.ended for ran in answers] == ["cancelled"]


def test_long_output_keeps_its_head_and_tail(tmp_path: Path) -> None:
    ran = python("print('first'); print('x' * 3_000_000); print('last')", tmp_path)
    assert ran.output.startswith("first")
    assert ran.output.rstrip().endswith("last")
    assert len(ran.output) < commands.MAX_OUTPUT_BYTES + 100
    assert "bytes left out" in ran.output


def test_a_missing_program_is_an_answer(tmp_path: Path) -> None:
    ran = commands.run(["/nowhere/tool"], folder=tmp_path, env={}, timeout_s=5)
    assert ran.ended == "missing"
    assert "/nowhere/tool" in ran.output


def test_secrets_of_ours_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    monkeypatch.setenv("UV_INDEX_PASSWORD", "hunter3")
    assert "hunter" not in python("import os; print(dict(os.environ))", tmp_path).output
    assert commands.environment({}, installing=True)["UV_INDEX_PASSWORD"] == "hunter3"


def test_own_settings_and_folders_come_first() -> None:
    env = commands.environment({"NO_COLOR": ""}, folders=[Path("/first")])
    assert env["NO_COLOR"] == ""
    assert env["PATH"].startswith(f"/first{os.pathsep}")


def lives(process: int) -> bool:
    for _ in range(20):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
