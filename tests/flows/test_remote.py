"""`generate --server` against an installation as people start it: database, orchestrator, worker, web application."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from stackwright.access.rights import Scope
from tests.flows.conftest import SHOP
from tests.flows.serving import Served, serving

pytestmark = [pytest.mark.services, pytest.mark.slow]

EMAIL, PASSWORD = "ada@example.org", "seven quiet copper kettles"
SCOPES = [scope.value for scope in Scope if scope.value.startswith(("projects:", "runs:"))]
SMALL = ("--platforms", "backend", "--database", "sqlite", "--no-tests", "--no-docker")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The installation, started once."""
    with serving(tmp_path_factory.mktemp("remote") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    """A token of the first admin."""
    found = re.search(r"welcome\?token=(\S+)", served.said)
    assert found
    with httpx.Client(base_url=f"{served.web}/api/v1", headers={"Origin": served.web}) as http:
        admin = {"email": EMAIL, "name": "Ada", "password": PASSWORD, "token": found[1]}
        http.post("/welcome", json=admin).raise_for_status()
        http.post("/sessions", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        made = http.post("/tokens", json={"name": "command line", "scopes": SCOPES})
    made.raise_for_status()
    return str(made.json()["text"])


def started(words: tuple[object, ...], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    main = "from app.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", main, *map(str, words)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(words: tuple[object, ...], environment: Mapping[str, str]) -> dict[str, Any]:
    """What the command line answers to programs."""
    process = started((*words, "--json"), environment)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, out + err
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_a_project_is_generated_there_and_kept_up_to_date_here(
    served: Served, token: str, shop: Path, tmp_path: Path
) -> None:
    out, there = tmp_path / "out", {"STACKWRIGHT_URL": served.web, "STACKWRIGHT_TOKEN": token}
    words = ("generate", shop, "--out", out)
    first = told((*words, *SMALL), there)
    assert first["plan"].keys() == {"create"}
    assert first["page"].startswith(f"{served.web}/runs/")
    assert told(words, {"STACKWRIGHT_URL": ""})["plan"].keys() == {"unchanged"}
    edited = out / "README.md"
    edited.write_text("mine\n", "utf-8")
    shop.write_text(SHOP.replace("      title:", "      price: {type: integer}\n      title:"))
    second = told(words, there)
    assert second["server_project"] == first["server_project"]
    assert second["receipt"]["updated"]
    assert "README.md" in second["receipt"]["kept"]
    assert edited.read_text("utf-8") == "mine\n"
    assert told(words, {"STACKWRIGHT_URL": ""})["plan"].keys() == {"unchanged", "kept"}


def test_ctrl_c_cancels_the_run_there(served: Served, token: str, tmp_path: Path) -> None:
    big = tmp_path / "big.stackwright.yaml"
    entities = "".join(
        f"  Thing{n}:\n    fields:\n      name: {{type: string, required: true}}\n"
        for n in range(150)
    )
    big.write_text(f"stackwright: 1\nname: big\nentities:\n{entities}", "utf-8")
    there = {"STACKWRIGHT_URL": served.web, "STACKWRIGHT_TOKEN": token}
    process = started(("generate", big, "--out", tmp_path / "out"), there)
    with httpx.Client(
        base_url=f"{served.web}/api/v1", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        until = time.monotonic() + 60
        while not (runs := http.get("/runs?state=running").json()["runs"]):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode
        assert "The run on the server is cancel" in err
        while (run := http.get(f"/runs/{runs[0]['id']}").json())["state"] == "cancelling":
            assert time.monotonic() < until + 60
            time.sleep(0.2)
    assert run["state"] == "cancelled"
    assert not (tmp_path / "out").exists()
