"""What a security scanner says of Azure's stacks: nothing that is not excused, beside the line or here."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deployment.examples import production
from tests.deployment.stacks.azure_templates import FOLDER
from tests.deployment.stacks.test_azure_arm import RICH, resources
from tests.deployment.tools import tool

pytestmark = pytest.mark.toolchain
CHECKOV = "checkov==3.3.30"
EXCUSED = {
    "CKV_AZURE_35": "Front Door Standard fetches the pages, which are public, from the web endpoint.",
    "CKV_AZURE_36": "No rules of a network stand before the account, so nobody needs an exception from them.",
    "CKV_AZURE_41": "The address of the database is made anew with each password; an end would only stop the product.",
    "CKV_AZURE_59": "Pages are what the public reads; containers stay private.",
    "CKV_AZURE_94": "It looks for a property of the retired single server; geoBackups sets that of today.",
    "CKV_AZURE_96": "It looks for a property of the retired single server; Azure encrypts every flexible server.",
    "CKV_AZURE_139": "CI pushes from outside the network, as itself; there is no password and no anonymous pull.",
    "CKV_AZURE_166": "Images are scanned by the pipeline before they are pushed; nothing would release them.",
    "CKV_AZURE_206": "The built pages can be built again; copies in other zones are enough.",
}
"""Findings about templates, which have no comments, and why they stand."""


def test_the_scanner_finds_nothing_that_is_not_excused(tmp_path: Path) -> None:
    made = [
        {name: value for name, value in resource.items() if name != "id"}
        for engine in ("postgresql", "mysql", "mongodb")
        for resource in resources(production("azure", database={"engine": engine}, **RICH)).values()
    ]
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": made}
    (tmp_path / "worked-out.json").write_text(json.dumps(template, indent=1), "utf-8")
    shutil.copytree(FOLDER / "terraform", tmp_path / "terraform")

    words = ["--framework", "terraform", "arm", "--skip-download", "--output", "json"]
    ended = subprocess.run(
        [*tool("checkov", CHECKOV), *words, "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout, ended.stderr
    said = {one["check_type"]: one for one in json.loads(ended.stdout)}
    assert said["terraform"]["results"]["failed_checks"] == []
    assert said["terraform"]["summary"]["passed"] > 50
    assert said["arm"]["summary"]["passed"] > 40
    assert {one["check_id"] for one in said["arm"]["results"]["failed_checks"]} == {*EXCUSED}
    skipped = said["terraform"]["results"]["skipped_checks"]
    assert all(len(one["check_result"]["suppress_comment"]) > 15 for one in skipped)
