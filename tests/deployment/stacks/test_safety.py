"""Both stacks: what a security officer and whoever pays the bill ask first."""

import json
import subprocess
from pathlib import Path

import pytest

from stackwright.deployment.cost import prices
from stackwright.deployment.targets.terraform import service_of
from tests.deployment.stacks.declared import TEMPLATES, kinds
from tests.deployment.tools import tool

FOLDERS = [TEMPLATES / "gcp/terraform", TEMPLATES / "digitalocean/terraform"]
CHECKOV = tool("checkov", "checkov==3.3.30")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_kind_of_resource_has_a_price_and_a_service(folder: Path) -> None:
    table = prices()
    known = {*table.prices, *table.free, *table.by_use}
    assert [kind for kind in sorted(kinds(folder)) if kind not in known] == []
    assert [kind for kind in sorted(kinds(folder)) if service_of(kind) == "More"] == []


@pytest.mark.toolchain
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_checkov_has_nothing_left_to_ask(folder: Path) -> None:
    words = ["--directory", str(folder), "--framework", "terraform", "--output", "json"]
    done = subprocess.run(
        [*CHECKOV, *words, "--skip-download"], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    failed = found["results"]["failed_checks"]
    assert [f"{one['check_id']} {one['resource']}: {one['check_name']}" for one in failed] == []
    assert found["summary"]["passed"]
