"""`stackwright deploy` on a generated project: first release, a change, one that is broken, and back."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.commands import run
from stackwright.deployment.hosting.site import Site
from tasks import hosting
from tests.deployment.hosting.conftest import free_port
from tests.deployment.hosting.test_project import ADDED, FIELD, ROOT

pytestmark = [pytest.mark.toolchain, pytest.mark.services, pytest.mark.slow]


class Shell:
    """The command line on an installation of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.project, self.port = folder / "notes", free_port()

    def __call__(self, *words: str, code: int = 0) -> Any:
        """What the command answers, as JSON; its exit code is as expected."""
        self._capsys.readouterr()
        data = str(self.folder / "data")
        ended = run(["deploy", *words, "--data-dir", data, "--json"])
        said = self._capsys.readouterr()
        assert ended == code, said.out + said.err
        return json.loads(said.out)

    def apply(self, *words: str, code: int = 0) -> Any:
        return self("apply", str(self.project), "--port", str(self.port), *words, code=code)

    def generate(self, text: str) -> None:
        model = self.folder / "notes.stackwright.yaml"
        model.write_text(text, "utf-8")
        assert run(["generate", str(model), "--out", str(self.project)]) == 0


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A command line; nothing of what it started lives after the test."""
    made = Shell(tmp_path, capsys)
    yield made
    root = tmp_path / "data" / "host"
    hosting.end_host(root)
    site = Site(root=root, name="notes-staging")
    assert not [one.seen.name for one in hosting.host_status(site.root).programs if one.lives]


def test_releases_reach_their_people_and_bad_ones_are_taken_back(shell: Shell) -> None:
    text = (ROOT / "examples" / "notes.stackwright.yaml").read_text("utf-8")
    shell.generate(text)
    plan = shell("plan", str(shell.project), "--port", str(shell.port))
    assert [step["verb"] for step in plan["steps"]][-4:] == ["probe", "switch", "probe", "record"]
    first = shell.apply("--approve", plan["digest"])
    assert (first["serves"], first["figures"]) == (1, None)
    assert '<div id="root">' in httpx.get(first["url"], trust_env=False).text
    assert shell.apply("--yes") == {"changes": 0, "title": "notes is as it is wanted"}

    shell.generate(text.replace(FIELD, ADDED))
    assert shell.apply("--approve", plan["digest"], code=1)["error"]["message"].startswith(
        "The plan has changed"
    )
    second = shell.apply("--yes")
    assert second["serves"] == 2
    assert second["figures"]["dropped"] == 0
    assert second["figures"]["requests"] > 50

    main = shell.project / "backend" / "app" / "main.py"
    whole = main.read_text("utf-8")
    main.write_text(f"{whole}\nraise RuntimeError('nobody can start this')\n", "utf-8")
    third = shell.apply("--yes", code=1)
    assert (third["serves"], third["took_back"]) == (2, True)
    assert "nobody can start this" in third["why"]
    assert httpx.get(first["url"], trust_env=False).headers["X-Release"] == "2"
    refused = shell("rollback", "notes", "--to", "3", "--yes", code=1)
    assert refused["error"]["message"] == "Release 3 has never served."

    main.write_text(whole, "utf-8")
    back = shell("rollback", "notes", "--to", "1", "--yes")
    assert (back["serves"], back["release"]["restores"]) == (4, 1)
    assert back["figures"]["dropped"] == 0
    assert httpx.get(first["url"], trust_env=False).headers["X-Release"] == "4"
    states = [one["state"] for one in shell("history", "notes")["releases"]]
    assert states == ["superseded", "superseded", "failed", "serving"]
    status = shell("status", "notes")
    assert (status["is_up"], status["serves"]) == (True, 4)


def test_what_cannot_be_deployed_is_named(shell: Shell) -> None:
    missing = shell("plan", str(shell.folder / "nothing"), code=2)
    assert missing["error"]["message"].startswith("There is no folder")
    assert shell("status", "notes", code=1)["error"]["hint"] == "Nothing was deployed yet."
    shutil.copytree(ROOT / "examples", shell.project)
    odd = shell("plan", str(shell.project), "--environment", "moon", code=2)
    assert "environment" in odd["error"]["message"]
