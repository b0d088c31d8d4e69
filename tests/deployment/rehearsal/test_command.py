"""`stackwright deploy rehearse`, as people and programs call it."""

import json
from pathlib import Path

import pytest

from app.cli.commands import run
from app.cli.rehearse import _Shown
from stackwright.deployment.config import Deployment
from stackwright.deployment.events import Event
from stackwright.deployment.rehearsal.report import Checked, Report, Stage

FILE = "name: shop\ncloud: {target: digitalocean, region: fra1}\n"


@pytest.mark.toolchain
def test_a_failure_and_its_way_back_are_rehearsed_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deployment.yaml").write_text(FILE, "utf-8")
    assert run(["deploy", "rehearse", str(tmp_path), "--json", "--delay", "0"]) == 0
    told = json.loads(capsys.readouterr().out)
    stages = {one["name"]: one for one in told["stages"]}
    assert list(stages) == ["Plan", "Apply", "Health", "A release that fails", "Way back"]
    done = {one["address"] for one in stages["Apply"]["events"] if one["type"] == "done"}
    assert len({one for one in done if not one.startswith("data.")}) == told["resources"]
    failed = [e for e in stages["A release that fails"]["events"] if e["type"] == "failed"]
    assert {one["address"] for one in failed} == {told["failure"]}
    assert stages["Way back"]["sentence"].endswith("everything is as it was before.")
    assert told["checked"][0]["source"] == "digitalocean/digitalocean"


def test_each_resource_is_shown_as_it_comes_up_or_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = _Shown(Deployment.model_validate({"name": "shop", "cloud": {"target": "aws"}}))
    shown.begins("Apply")
    for number, (kind, address, message) in enumerate(
        (
            ("started", "aws_vpc.main", ""),
            ("done", "aws_vpc.main", ""),
            ("done", "data.aws_region.here", ""),
            ("failed", "aws_lb.main", ""),
            ("failed", "aws_lb.main", "Rehearsed failure: [no] more."),
            ("note", "", "Apply complete!"),
        ),
        1,
    ):
        event = {"seq": number, "type": kind, "address": address, "message": message}
        shown.hears(Event.model_validate({**event, "action": "create", "elapsed_s": number // 2}))
    shown.ends(Stage(name="Apply", sentence="1 added.", good=False, seconds=1.25))
    assert capsys.readouterr().out.splitlines() == [
        "Rehearsing shop on aws (staging): no cloud is touched.",
        "Apply",
        "  ✓ aws_vpc.main create 1 s",
        "  ✗ aws_lb.main Rehearsed failure: [no] more. 2 s",
        "  ✗ 1 added. 1.2 s",
    ]


def test_a_report_never_says_that_something_was_deployed() -> None:
    checked = Checked(source="hashicorp/aws", version="6.69.1", date="2026-10-16")
    stage = Stage(name="Apply", sentence="1 added.", good=True, seconds=1)
    about = {"target": "aws", "deployment": "shop", "environment": "staging", "engine": "Terraform"}
    report = Report(
        **about, checked=(checked,), resources=1, services={}, failure="", stages=(stage,)
    )
    good = "schema-checked with hashicorp/aws 6.69.1 (of 2026-10-16). No cloud was touched."
    assert report.sentence == f"The rehearsal went well: {good}"
    bad = report.model_copy(update={"stages": (stage.model_copy(update={"good": False}),)})
    assert bad.sentence == f"The rehearsal showed what is wrong: {good}"


@pytest.mark.parametrize(
    ("content", "words", "message"),
    [
        (None, [], "Nobody said which cloud"),
        ("name: shop", ["--target", "local"], "local is not made with Terraform"),
        ("name: shop", ["--target", "moon"], "cloud.target is not possible"),
        ("[1", ["--target", "aws"], "cannot be read"),
        ("[1]", ["--target", "aws"], "holds no deployment"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(
    content: str | None,
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / "deployment.yaml").write_text(content, "utf-8")
    assert run(["deploy", "rehearse", str(tmp_path), "--json", *words]) == 2
    assert message in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_folder_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["deploy", "rehearse", "/nowhere", "--json"]) == 2
    assert "There is no /nowhere." in capsys.readouterr().out
