from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.cost import monthly_usd, prices
from stackwright.deployment.risk import Risk
from stackwright.deployment.stacks.cloudformation_settled import settled
from stackwright.deployment.stacks.cloudformation_text import read, written
from stackwright.deployment.step import SECRET, UNKNOWN, Action, Step, Undo
from stackwright.deployment.targets.cloudformation import read_changes, resources_of
from stackwright.deployment.targets.cloudformation_kinds import kind_of
from stackwright.errors import ProjectError

DATABASE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "DBInstanceClass": {"Ref": "Class"},
        "AllocatedStorage": "20",
        "MultiAZ": "false",
        "MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Place}:SecretString:p}}"},
        "Tags": [{"Key": "Name", "Value": {"Fn::Sub": "${Class}-main"}}],
        "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
    },
}


def described(size: str = "db.t4g.micro") -> Any:
    return resources_of({"Resources": {"Database": DATABASE}}, {"Class": size})


def step(action: str, **more: Any) -> Step:
    change = {
        "Action": action,
        "LogicalResourceId": "Database",
        "ResourceType": more.pop("kind", "AWS::RDS::DBInstance"),
        **more,
    }
    before = () if action == "Add" else described()
    after = () if action == "Remove" else described("db.t4g.large")
    (found,) = read_changes([{"Type": "Resource", "ResourceChange": change}], before, after).steps
    return found


def test_resources_are_known_by_the_names_of_prices_and_policies() -> None:
    (database,) = described()
    assert database.kind == "aws_db_instance"
    assert database.facts["instance_class"] == "db.t4g.micro"
    assert database.facts["allocated_storage"] == 20
    assert database.facts["multi_az"] is False
    assert database.facts["Tags.0.Value"] == "db.t4g.micro-main"
    assert database.facts["KmsKeyId"] == UNKNOWN
    assert database.facts["MasterUserPassword"] == SECRET
    assert monthly_usd(database, prices()) == pytest.approx(11.68 + 20 * 0.115)
    assert kind_of("AWS::EC2::NatGateway") == "aws_nat_gateway"
    assert kind_of("AWS::S3::Bucket") == "aws_s3_bucket"


@pytest.mark.parametrize(
    ("action", "more", "expected", "risk", "undo"),
    [
        ("Add", {}, Action.CREATE, Risk.SAFE, Undo.KEEP),
        ("Remove", {}, Action.DELETE, Risk.DATA_LOSS, Undo.NEVER),
        ("Modify", {"Replacement": "False"}, Action.UPDATE, Risk.SAFE, Undo.REVERSE),
        ("Modify", {"Replacement": "Conditional"}, Action.UPDATE, Risk.REPLACE, Undo.REVERSE),
        ("Modify", {"Replacement": "True"}, Action.REPLACE, Risk.DATA_LOSS, Undo.NEVER),
        (
            "Modify",
            {"Replacement": "True", "kind": "AWS::ECS::TaskDefinition"},
            Action.REPLACE,
            Risk.SAFE,
            Undo.REVERSE,
        ),
    ],
)
def test_a_change_becomes_a_step(
    action: str, more: dict[str, Any], expected: Action, risk: Risk, undo: Undo
) -> None:
    found = step(action, **more)
    assert (found.action, found.risk, found.undo) == (expected, risk, undo)


def test_a_replacement_names_its_cause() -> None:
    details = [
        {"Target": {"Attribute": "Properties", "Name": "DBName", "RequiresRecreation": "Always"}}
    ]
    found = step("Modify", Replacement="True", Details=details)
    assert found.reasons[0] == "DBName cannot be changed in place."
    assert [change.path for change in found.changes] == ["Tags.0.Value", "instance_class"]


CONDITIONAL = read(
    """
Parameters:
  Size: {Type: String, Default: small}
  Unused: {Type: String, Default: x}
Conditions:
  Large: !Equals [!Ref Size, large]
  Small: !Not [!Condition Large]
  Near: !Or [!Equals [!Ref AWS::Region, here], !And [!Condition Large, !Condition Small]]
Resources:
  Always:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !If [Large, !Sub "${Size}-one", !Ref AWS::NoValue]
      Tags: [!If [Small, {Key: a, Value: !GetAtt Other.Arn}, !Ref "AWS::NoValue"]]
  OnlyLarge: {Type: AWS::SNS::Topic, Condition: Large}
Outputs:
  There: {Condition: Near, Value: !Ref Always}
"""
)


def test_conditions_are_decided() -> None:
    small = settled(CONDITIONAL, {}, "there")
    assert small["Resources"] == {
        "Always": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"Tags": [{"Key": "a", "Value": {"Fn::GetAtt": ["Other", "Arn"]}}]},
        }
    }
    assert (small["Outputs"], small["Parameters"]) == ({}, {})
    large = settled(CONDITIONAL, {"Size": "large"}, "here")
    assert large["Resources"]["Always"]["Properties"]["DisplayName"] == {"Fn::Sub": "${Size}-one"}
    assert list(large["Parameters"]) == ["Size"]
    assert large["Outputs"] == {"There": {"Value": {"Ref": "Always"}}}
    assert "OnlyLarge" in large["Resources"]


def test_a_condition_that_cannot_be_decided_is_named() -> None:
    odd = {**CONDITIONAL, "Conditions": {"Large": {"Fn::Contains": [["a"], "a"]}}}
    with pytest.raises(ValueError, match="Fn::Contains"):
        settled(odd, {}, "here")


@pytest.mark.parametrize("text", ["a: [", "just text", "Resources: 1"])
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match="The template"):
        read(text)


@given(st.dictionaries(st.text("abc", min_size=1), st.text(max_size=20), max_size=5))
def test_a_template_is_written_so_that_it_is_read_again(properties: dict[str, str]) -> None:
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": properties}}}
    assert read(written(template)) == template
