"""The stack of AWS: every choice reaches it, every variable exists, what AWS cannot do is said."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from stackwright.deployment.config import Deployment
from stackwright.deployment.cost import prices
from stackwright.deployment.policy import policies
from stackwright.deployment.stacks import aws, aws_cloudformation
from stackwright.deployment.stacks.aws_sizes import zone_of, zones
from stackwright.deployment.stacks.cloudformation_settled import given, settled
from stackwright.deployment.stacks.cloudformation_text import INLINE_BYTES, read, written
from stackwright.deployment.targets.cloudformation import resources_of
from stackwright.deployment.targets.cloudformation_kinds import kind_of
from stackwright.deployment.targets.terraform import service_of
from tests.deployment.examples import production, shop
from tests.deployment.stacks.aws_examples import EVERYTHING
from tests.deployment.stacks.declared import declared, kinds, undescribed, unused
from tests.deployment.stacks.options import unheard
from tests.deployment.tools import tool

ROOT = Path(__file__).parents[3] / "deployment_templates/aws"
TERRAFORM = ROOT / "terraform"
TEXT = (ROOT / "cloudformation/stack.yaml").read_text("utf-8")
IMAGE = "example/bookshop:1"
CANARY = "hunter2"

BASE = production(recovery={"second_region": "eu-west-1"})


def cloudformation(deployment: Deployment) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    values = aws_cloudformation.parameters(deployment, IMAGE)
    whole = aws_cloudformation.template(TEXT, deployment)
    return whole, values, aws_cloudformation.tags(deployment)


def test_every_choice_is_heard_by_terraform() -> None:
    assert unheard("aws", aws.variables, aws.limits) == []


@pytest.mark.no_cover  # it does the same over and over, at a third of the price
def test_every_choice_is_heard_by_cloudformation() -> None:
    def given_all(deployment: Deployment, image: str) -> dict[str, JsonValue]:
        return {"all": json.dumps(cloudformation(deployment))}

    assert unheard("aws", given_all, aws_cloudformation.limits) == []


def test_the_variables_are_those_of_the_stack() -> None:
    names = aws.variables(BASE, IMAGE).keys()
    assert not names - declared(TERRAFORM).keys()
    assert {name for name, must in declared(TERRAFORM).items() if must} <= names


def test_every_variable_is_described_and_used() -> None:
    assert undescribed(TERRAFORM) == []
    assert unused(TERRAFORM) == []


def test_every_kind_has_a_price_and_a_service() -> None:
    table = prices()
    known = {*table.prices, *table.free, *table.by_use}
    ours = {kind_of(one["Type"]) for one in read(TEXT)["Resources"].values()}
    found = sorted(kinds(TERRAFORM) | ours)
    assert [kind for kind in found if kind not in known] == []
    assert [kind for kind in found if service_of(kind) == "More"] == []


def test_the_parameters_are_those_of_the_template() -> None:
    asked = read(TEXT)["Parameters"]
    names = aws_cloudformation.parameters(BASE, IMAGE).keys()
    assert not names - asked.keys()
    assert {name for name, one in asked.items() if "Default" not in one} <= names


def test_no_secret_value_is_asked_for() -> None:
    names = [*declared(TERRAFORM), *read(TEXT)["Parameters"]]
    asked = [name for name in names if re.search("password|token|secret", name, re.IGNORECASE)]
    assert sorted(asked) == [
        "DatabasePasswordDays",
        "WebhookSecret",
        "database_password_days",
        "secret_key_arns",
        "secrets",
    ]  # how long, where, and where


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_settled_template_is_whole_and_fits_into_a_request(name: str) -> None:
    deployment = EVERYTHING[name]
    whole, values, _ = cloudformation(deployment)
    ready = settled(whole, values, deployment.cloud.region)
    text = written(ready)
    assert "Fn::If" not in text
    assert "AWS::NoValue" not in text
    assert (len(text.encode()) <= INLINE_BYTES) == (name != "all of it")
    assert given(ready, values).keys() <= ready["Parameters"].keys()
    named = set(re.findall(r'"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"', text))
    there = {*ready["Resources"], *ready["Parameters"]}
    assert {one or other for one, other in named} <= there


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_rules_find_nothing_that_was_not_chosen(name: str) -> None:
    deployment = EVERYTHING[name]
    whole, values, _ = cloudformation(deployment)
    there = resources_of(settled(whole, values, deployment.cloud.region), values)
    found = policies(there, production=deployment.is_production)
    chosen = {"publicly_accessible"} if deployment.database.public else set()
    chosen |= set() if deployment.address.tls.redirect else {"protocol"}
    assert {one.where.rpartition(":")[2] for one in found if one.level == "error"} <= chosen


def test_secrets_are_references_in_both_engines() -> None:
    secrets = {
        "SECRET_KEY": {"store": "shop/key"},
        "MAIL": {"store": "mail", "key": "p", "version": "v1"},
    }
    deployment = production(setting={"secrets": secrets, "variables": {"TITLE": CANARY}})
    assert aws.variables(deployment, IMAGE)["secrets"] == {
        "SECRET_KEY": {"store": "shop/key", "key": "", "version": "latest"},
        "MAIL": {"store": "mail", "key": "p", "version": "v1"},
    }
    whole, _, _ = cloudformation(deployment)
    container = whole["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    places = {one["Name"]: one["ValueFrom"] for one in container["Secrets"]}
    start = "arn:aws:secretsmanager:eu-central-1:${AWS::AccountId}:secret:"
    assert places["SECRET_KEY"] == {"Fn::Sub": f"{start}shop/key:::"}
    assert places["MAIL"] == {"Fn::Sub": f"{start}mail:p::v1"}
    assert {"Name": "TITLE", "Value": CANARY} in container["Environment"]


def said(deployment: Deployment) -> dict[str, str]:
    return {one.where: one.message for one in aws.limits(deployment)}


def test_what_aws_cannot_do_is_said() -> None:
    documents = production(database={"engine": "mongodb", "public": True})
    assert "DocumentDB" in said(documents)["database.engine"]
    assert "no public address" in said(documents)["database.public"]
    assert (
        "no certificate"
        in said(shop(cloud={"target": "aws", "region": "eu-central-1"}))["address.domain"]
    )
    openings = {
        "firewall": {"rules": [{"port": 8443, "sources": ["198.51.100.0/24"], "why": "partners"}]}
    }
    assert "redirect" in said(production(address=openings))["address.firewall.rules.0"]
    assert "one by one" in said(production(address={"tls": {"redirect": False}}))["scaling.rollout"]
    assert "120 s" in said(production(scaling={"drain_s": 300}))["scaling.drain_s"]


def test_what_cloudformation_cannot_do_besides_is_said() -> None:
    far = production(address={"cdn": {"enabled": True}}, recovery={"second_region": "eu-west-1"})
    found = {one.where: one for one in aws_cloudformation.limits(far) if one not in aws.limits(far)}
    assert found["recovery.second_region"].level == "warning"
    near = production(address={"cdn": {"enabled": True}}, cloud={"region": "us-east-1"})
    assert [one for one in aws_cloudformation.limits(near) if one.level == "error"] == []
    assert [one.where for one in aws_cloudformation.limits(far) if one.level == "error"] == [
        "address.cdn.enabled"
    ]


def test_a_long_name_fits_and_is_told_apart() -> None:
    names = ["a-very-long-name-of-a-product-one", "a-very-long-name-of-a-product-two"]
    found = {aws_cloudformation.prefix(shop(name=name)) for name in names}
    assert len(found) == 2
    assert all(len(one) <= 22 for one in found)


def test_zones_are_those_of_the_region() -> None:
    assert zones("eu-central-1", 1) == ("eu-central-1a", "eu-central-1b")
    assert zones("ca-central-1", 3)[2] == "ca-central-1d"
    assert zone_of("shop.example.com") == zone_of("example.com") == "example.com"


@pytest.mark.toolchain
def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    files = [ROOT / "cloudformation/stack.yaml", TERRAFORM / "webhook.yaml"]
    for name, deployment in EVERYTHING.items():
        whole, values, _ = cloudformation(deployment)
        path = tmp_path / f"{name}.json"
        path.write_text(written(settled(whole, values, deployment.cloud.region)), "utf-8")
        files.append(path)
    words = [*tool("cfn-lint", "cfn-lint==1.41.0"), *map(str, files)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.toolchain
def test_checkov_finds_nothing_that_is_not_excused() -> None:
    words = tool("checkov", "checkov==3.3.30")
    words += ["--directory", str(ROOT), "--framework", "terraform", "cloudformation"]
    words += ["--quiet", "--compact", "--skip-download", "--output", "json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    reports = json.loads(done.stdout)
    failed: list[JsonValue] = [
        f"{one['check_id']} {one['resource']}"
        for report in reports
        for one in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert sum(report["summary"]["passed"] for report in reports) > 300
