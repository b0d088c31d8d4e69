"""Reading the schema of a resource from its binding, and keeping it in a file."""

import json
import zipfile
from pathlib import Path

import pytest

from stackwright.deployment.rehearsal.binding import read_binding
from stackwright.deployment.rehearsal.providers import provider_of
from stackwright.deployment.rehearsal.schema import Block, describe, document, read_document
from stackwright.errors import ProjectError
from tasks import schemas
from tasks.stacks import schema_folder, stack_folders
from tests.deployment.rehearsal.bindings import PROVIDER, THING, wheel
from tests.deployment.rehearsal.schemas import SCHEMAS

OLDER = frozenset({"aws_thing"})


def block(text: str = THING, older: frozenset[str] | None = frozenset()) -> Block:
    return read_binding(text, older).block


def test_a_binding_tells_types_modes_blocks_and_how_often_they_stand() -> None:
    found = read_binding(THING, frozenset())
    assert (found.kind, found.name, found.version) == ("resource", "aws_thing", "6.1.0")
    assert describe(found.block) == [
        "arn = computed string",
        "labels = optional computed map(string)",
        "name = required string",
        "password = computed sensitive string",
        "ports = optional computed set",
        "    number = optional computed number",
        "secret_wo = optional write-only string",
        "zones = optional set(string)",
        "rule {  # list at least 1 at most 1",
        "    action = required string",
        "    condition {  # set",
        "        path = optional string",
        "    }",
        "}",
        "timeouts {  # single",
        "    create = optional string",
        "}",
    ]


def test_an_older_resource_wants_all_members_of_its_objects() -> None:
    assert not block().attributes["ports"].fixed
    assert block(older=OLDER).attributes["ports"].fixed
    assert block(older=None).attributes["ports"].fixed


def test_nothing_of_a_providers_own_configuration_is_required() -> None:
    found = read_binding(PROVIDER, frozenset())
    assert found.kind == "provider"
    assert describe(found.block) == [
        "region = optional string",
        "default_tags {  # list",
        "    tags = optional map(string)",
        "}",
    ]


def test_what_is_no_binding_is_refused() -> None:
    with pytest.raises(ProjectError, match="no binding"):
        read_binding("export class A {}", None)


def test_a_block_that_contains_itself_needs_a_supplement() -> None:
    text = THING.replace('storageClassType: "AwsThingRuleList"', 'storageClassType: "any"')
    with pytest.raises(ProjectError, match="rule of aws_thing"):
        read_binding(text, None)
    waf = read_binding(
        text.replace("aws_thing", "aws_wafv2_web_acl").replace("rule", "statement"), None
    )
    assert "rate_based_statement" in waf.block.blocks["statement"].block.blocks


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_a_schema_survives_its_file(path: Path) -> None:
    content = json.loads(path.read_bytes())
    assert document(read_document(content)) == content


@pytest.mark.parametrize("stack", [*stack_folders()], ids=lambda folder: folder.parent.name)
def test_everything_that_a_template_uses_is_in_the_schemas_that_we_keep(stack: Path) -> None:
    """When this fails: `make schemas`."""
    for provider, used in schemas.used_by([stack]).items():
        kept = read_document(json.loads((schema_folder() / f"{provider}.json").read_bytes()))
        there = {("resource", name) for name in kept.resources}
        there |= {("data", name) for name in kept.data}
        assert used <= there


def test_the_tool_reads_a_package_and_keeps_what_the_templates_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schemas, "BINDINGS", tmp_path)
    provider = provider_of("aws_thing")
    assert provider is not None
    name = f"{provider.package.replace('-', '_')}-{provider.package_version}-py3-none-any.whl"
    with zipfile.ZipFile(tmp_path / name, "w") as packed:
        packed.writestr(
            zipfile.ZipInfo("a/_jsii/provider.jsii.tgz", (2026, 3, 4, 5, 6, 8)),
            wheel({"thing": THING, "provider": PROVIDER, "data-aws-thing": THING}),
        )
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "main.tf").write_text('resource "aws_thing" "a" {\n}\n', "utf-8")
    (path,) = schemas.write_schemas([stack], tmp_path / "out")
    found = read_document(json.loads(path.read_bytes()))
    assert (found.source, found.version, found.date) == ("hashicorp/aws", "6.1.0", "2026-03-04")
    assert set(found.resources) == {"aws_thing"}
    assert found.name == "aws"

    assert schemas.main(["show", "aws_thing"]) == 0
    assert "name = required string" in capsys.readouterr().out
    assert schemas.main(["show", "aws_nothing"]) == 1
    assert "hashicorp/aws has no resource aws_nothing" in capsys.readouterr().err
    assert schemas.main(["show", "other_thing"]) == 1
    assert schemas.main(["what"]) == 2
    (stack / "main.tf").write_text('resource "other_thing" "a" {\n}\n', "utf-8")
    with pytest.raises(ProjectError, match="other_thing is in no provider"):
        schemas.write_schemas([stack], tmp_path / "out")
