"""Deployment Manager ended: its folder says so and hands over, and nothing in it still asks for it."""

import subprocess

import yaml

from tests.deployment.stacks.declared import TEMPLATES, declared

FOLDER = TEMPLATES / "gcp/deployment-manager"


def test_the_folder_says_that_the_service_ended_and_what_took_its_place() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert "31 March 2026" in text
    assert "Infrastructure Manager" in text


def test_the_entry_gives_the_stack_what_it_must_be_given() -> None:
    entry = yaml.safe_load((FOLDER / "infrastructure-manager.yaml").read_text("utf-8"))
    blueprint = entry["terraformBlueprint"]
    known = declared(TEMPLATES / "gcp/terraform")
    assert (TEMPLATES.parent / blueprint["gitSource"]["directory"]).is_dir()
    assert {*blueprint["inputValues"]} <= {*known}
    assert {name for name, needed in known.items() if needed} <= {*blueprint["inputValues"]}


def test_the_script_is_one_that_a_shell_can_read() -> None:
    subprocess.run(["/bin/sh", "-n", str(FOLDER / "apply.sh")], check=True)
