"""The parts of an installation, each alone: folder, programs, settings, deployments."""

import asyncio
import os
import socket
from pathlib import Path

import psutil
import pytest
import yaml

from app.edge.settings import from_environment
from app.installation.children import Child
from app.installation.folder import occupied
from app.installation.running import port_to_serve, running
from app.installation.settings import ROOT, environment
from app.installation.web import web_environment
from stackwright.errors import ProjectError


def test_a_folder_is_occupied_once_and_free_afterwards(tmp_path: Path) -> None:
    with occupied(tmp_path / "data") as folder:
        assert (folder / "log").is_dir()
        with pytest.raises(ProjectError, match=f"process {os.getpid()}"), occupied(folder):
            pass
    with occupied(tmp_path / "data"):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be used") as caught, occupied(tmp_path / "file"):
        pass
    assert "--data-dir" in caught.value.hint


@pytest.mark.parametrize("host", ["0.0.0.0", "example.org", "10.0.0.1"])
async def test_only_addresses_of_this_machine_alone_are_served(host: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not an address of this machine alone"):
        async with running(host, 4200, tmp_path / "data", 1, 4280):
            pass
    assert not (tmp_path / "data").exists()


async def test_both_programs_on_one_port_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="both Prefect and the web application"):
        async with running("127.0.0.1", 4200, tmp_path / "data", 1, 4200):
            pass


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    first, second = (
        web_environment("http://[::1]:1", tmp_path, "postgresql://…", "") for _ in "12"
    )
    assert first["STACKWRIGHT_SECRET_KEY"] == second["STACKWRIGHT_SECRET_KEY"]
    assert len(first["STACKWRIGHT_SECRET_KEY"]) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert from_environment(first).public_url == "http://[::1]:1"


def test_a_taken_port_is_replaced_and_a_free_one_is_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port_to_serve("127.0.0.1", port) != port
    assert port_to_serve("127.0.0.1", port) == port


async def test_a_program_that_ends_says_how_and_its_last_words(tmp_path: Path) -> None:
    child = await _shell(tmp_path, "echo before; echo it is broken >&2; exit 3")
    error = await child.ended()
    assert "The shell ended with exit code 3." in error.message
    assert "it is broken" in error.message
    assert str(tmp_path / "log") in error.hint


async def test_a_program_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    child = await _shell(tmp_path, "trap '' TERM; sleep 1000 & echo started; wait; sleep 1000")
    while "started" not in child.log.read_text("utf-8"):  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.01)
    family = [psutil.Process(child.pid), *psutil.Process(child.pid).children()]
    assert len(family) == 2
    await child.stop(0.1)
    _, left = psutil.wait_procs(family, timeout=5)
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []


def test_settings_of_other_installations_do_not_leak_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_KEY", "secret")
    monkeypatch.setenv("PREFECT_SERVER_API_PORT", "1")
    settings = environment("::1", 4321, tmp_path, "postgresql+asyncpg://…")
    assert "PREFECT_API_KEY" not in settings
    assert settings["PREFECT_SERVER_API_PORT"] == "4321"
    assert settings["PREFECT_API_URL"] == "http://[::1]:4321/api"
    assert settings["PREFECT_SERVER_UI_API_URL"] == settings["PREFECT_API_URL"]


def test_worker_and_web_application_know_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STACKWRIGHT_ARTIFACTS", raising=False)
    monkeypatch.setenv("STACKWRIGHT_WORK", "/elsewhere")
    worker = environment("::1", 4321, tmp_path, "postgresql+asyncpg://…")
    web = web_environment("http://[::1]:1", tmp_path, "postgresql://…", "")
    for known in (worker, web):
        assert known["STACKWRIGHT_ARTIFACTS"] == str(tmp_path / "artifacts")
        assert known["STACKWRIGHT_WORK"] == "/elsewhere"
        assert known["STACKWRIGHT_HOST"] == str(tmp_path / "host")


def test_deployments_name_flows_by_module() -> None:
    described = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert [entry["entrypoint"] for entry in described] == [
        "flows.generation.generate_project",
        "flows.generation.build_project",
        "flows.deployment.deploy_project",
        "flows.deployment.roll_back",
        "flows.rehearsing.rehearse_deployment",
        "flows.tending.watch_health",
        "flows.tending.detect_drift",
    ]


async def _shell(folder: Path, script: str) -> Child:
    return await Child.start("The shell", ["sh", "-c", script], os.environ, folder / "log")
