"""The older dialect changes what it has to, and nothing else."""

import re

import pytest

from tasks.stacks import stack_folder
from tests.deployment.behaviour.dialect import LEFT_OUT, RULES, Rewriting, older

FILES = {
    path.name: path.read_text("utf-8") for path in stack_folder("aws", "terraform").glob("*.tf")
}
RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}\n', re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("rule", [*RULES, *LEFT_OUT], ids=lambda rule: rule.kinds)
def test_every_rewriting_is_needed_and_says_why(rule: Rewriting) -> None:
    bodies = [
        body
        for kind, _, body in RESOURCE.findall("\n".join(FILES.values()))
        if re.fullmatch(rule.kinds, kind)
    ]
    assert bodies
    assert rule.change is None or any(rule.change(body) != body for body in bodies)
    assert rule.why.endswith(".")


def test_what_needs_no_rewriting_stays_as_it_is() -> None:
    written = older(FILES)
    same = {"iam.tf", "locals.tf", "outputs.tf", "secrets.tf", "variables.tf"}
    assert {name for name, text in FILES.items() if written[name] == text} >= same


def test_rules_of_a_security_group_are_lists() -> None:
    new = (
        'resource "aws_vpc_security_group_egress_rule" "tls" {\n'
        '  ip_protocol = "tcp"\n  cidr_ipv4   = "0.0.0.0/0"\n}\n'
    )
    text = older({"a.tf": new, "versions.tf": ""})["a.tf"]
    assert text == (
        'resource "aws_security_group_rule" "out_tls" {\n  type = "egress"\n'
        '  protocol = "tcp"\n  cidr_blocks = compact(["0.0.0.0/0"])\n}\n'
    )
