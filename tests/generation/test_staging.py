"""A folder changes as a whole: all of it or none of it, whatever happens in between."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stackwright.errors import ProjectError
from tasks import commit, staging

OLD = {"a.txt": "old a", "b/c.txt": "old c", "d.txt": "old d"}
NEW = {"a.txt": "new a", "b/e.txt": "new e"}
AFTER = {"a.txt": "new a", "b/e.txt": "new e", "d.txt": "old d"}


def tree(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".stackwright" not in path.parts
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with old files."""
    root = tmp_path / "project"
    for name, text in OLD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def prepared(root: Path) -> Path:
    aside = staging.staging_for(root, "0123")
    for name, text in NEW.items():
        staging.stage(aside, name, text.encode())
    return aside


def test_a_new_folder_appears_at_once(tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    aside = prepared(root)
    assert not root.exists()
    staging.put_in_place(root, aside, NEW, ())
    assert tree(root) == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["fresh"]


def test_an_existing_folder_gets_what_was_staged_and_loses_what_was_removed(project: Path) -> None:
    staging.put_in_place(project, prepared(project), NEW, ["b/c.txt"])
    assert tree(project) == AFTER
    assert not (project / commit.STAGING).exists()
    assert not (project / commit.JOURNAL).exists()


def test_an_emptied_folder_goes_away(project: Path) -> None:
    aside = staging.staging_for(project, "0123")
    staging.stage(aside, "a.txt", b"new a")
    staging.put_in_place(project, aside, ["a.txt"], ["b/c.txt"])
    assert not (project / "b").exists()


@pytest.mark.parametrize("done", range(4))
def test_what_a_crash_interrupted_is_finished_later(
    project: Path, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = prepared(project)
    monkeypatch.setattr(staging, "_carry_out", lambda _out: None)
    staging.put_in_place(project, aside, NEW, ["b/c.txt"])
    moved, replace = 0, os.replace

    def crashing(source: str, target: str) -> None:
        nonlocal moved
        if moved == done:
            raise KeyboardInterrupt
        moved += 1
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crashing)
        if done < 3:
            with pytest.raises(KeyboardInterrupt):
                commit.commit(str(project))
        else:
            commit.commit(str(project))
    commit.commit(str(project))
    assert tree(project) == AFTER


def test_a_failure_half_way_undoes_the_first_half(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = prepared(project)
    monkeypatch.setattr(staging, "_carry_out", lambda _out: None)
    staging.put_in_place(project, aside, NEW, ["b/c.txt"])
    replace, moved = os.replace, list[str]()

    def failing(source: str, target: str) -> None:
        if len(moved) == 2:
            moved.append(target)
            raise OSError(errno.EIO, "broken")
        moved.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="broken"):
        commit.commit(str(project))
    assert tree(project) == OLD
    assert not (project / commit.JOURNAL).exists()


def test_killing_the_process_at_any_moment_leaves_the_old_or_the_new_tree(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from tasks import staging
root = Path(sys.argv[1])
aside = staging.staging_for(root, "k")
for number in range(300):
    staging.stage(aside, f"f{number}.txt", b"new")
print("go", flush=True)
staging.put_in_place(root, aside, [f"f{number}.txt" for number in range(300)], ())
"""
    seen = set()
    for delay_ms in (*range(0, 60, 4), 250, 1000, 4000):
        if delay_ms >= 60 and "new" in seen:
            break  # only a busy machine needs that long to get anywhere
        root = tmp_path / f"p{delay_ms}"
        root.mkdir()
        for number in range(300):
            (root / f"f{number}.txt").write_text("old")
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, cwd=Path.cwd()
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay_ms / 1000)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        staging.recover(root)  # waits for the process that goes on, or finishes what never started
        contents = {path.read_text() for path in root.glob("f*.txt")}
        assert len(contents) == 1, f"a mixture after {delay_ms} ms"
        seen |= contents
    assert seen == {"old", "new"}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "the permission is missing"),
        (errno.EROFS, "read-only"),
    ],
)
def test_failures_of_the_file_system_are_sentences(number: int, words: str) -> None:
    with pytest.raises(ProjectError, match=words) as caught, staging.explaining("Writing"):
        raise OSError(number, "x", "/some/where")
    assert "Nothing was changed" in str(caught.value)
    assert "/some/where" in str(caught.value)


def test_a_link_that_leads_out_of_the_project_is_not_followed(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "out").symlink_to(tmp_path / "elsewhere")
    aside = staging.staging_for(project, "0123")
    staging.stage(aside, "out/x.txt", b"x")
    with pytest.raises(PermissionError, match="leads out of the project"):
        staging.put_in_place(project, aside, ["out/x.txt"], ())
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_full_disk_changes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ProjectError, match="the disk is full"), staging.explaining("Writing"):
        prepared(project)
    assert tree(project) == OLD


def test_a_journal_names_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_carry_out", lambda _out: None)
    staging.put_in_place(project, prepared(project), NEW, ["b/c.txt"])
    journal = json.loads((project / commit.JOURNAL).read_text())
    assert journal["put"] == list(NEW)
    assert journal["remove"] == ["b/c.txt"]
