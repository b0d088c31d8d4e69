"""Bindings as the providers' packages have them, small and made up."""

import base64
import io
import json
import tarfile
from collections.abc import Mapping


def _attribute(name: str, modes: str, *lines: str) -> str:
    words = {
        mode: str(mode in modes.split()).lower() for mode in ("computed", "optional", "required")
    }
    flags = ", ".join(f"{mode}: {word}" for mode, word in words.items())
    return "\n".join([f"  // {name} - {flags}", *(f"  {line}" for line in lines), ""])


def _written(name: str, kind: str, stored: str, *, block: bool = False) -> str:
    return (
        f"      {name}: {{\n        value: x(),\n        isBlock: {str(block).lower()},\n"
        f'        type: "{kind}",\n        storageClassType: "{stored}",\n      }},\n'
    )


def _class(name: str, base: str, *parts: str) -> str:
    return f"export class {name} extends cdktn.{base} {{\n{''.join(parts)}}}\n"


def _function(name: str, *written: str) -> str:
    return f"export function {name}ToHclTerraform(struct?: any): any {{\n{''.join(written)}}}\n"


def _interface(name: str, *blocks: str) -> str:
    inner = "".join(f"  /**\n  * {block} block\n  */\n" for block in blocks)
    return f"export interface {name} {{\n{inner}}}\n"


def _main(kind: str, *attributes: str, written: str) -> str:
    about = (
        f"    super(scope, id, {{\n      terraformResourceType: '{kind}',\n"
        "      terraformGeneratorMetadata: {\n        providerVersion: '6.1.0',\n      },\n    });\n"
    )
    return (
        "  public constructor() {\n"
        + about
        + "  }\n"
        + "".join(attributes)
        + f"  protected synthesizeHclAttributes() {{\n{written}  }}\n"
    )


THING = "".join(
    (
        _interface("AwsThingConfig", "rule", "timeouts"),
        _interface("AwsThingRule", "condition"),
        _function(
            "awsThingRule",
            _written("action", "simple", "string"),
            _written("condition", "set", "AwsThingRuleConditionList", block=True),
        ),
        _function("awsThingRuleCondition", _written("path", "simple", "string")),
        _class(
            "AwsThingRuleConditionOutputReference",
            "ComplexObject",
            _attribute("path", "optional", "private _path?: string;"),
        ),
        _class(
            "AwsThingRuleOutputReference",
            "ComplexObject",
            _attribute("action", "required", "private _action?: string;"),
            _attribute(
                "condition",
                "optional",
                'private _c = new AwsThingRuleConditionList(this, "condition", true);',
            ),
        ),
        _class(
            "AwsThingPortsOutputReference",
            "ComplexObject",
            _attribute("number", "computed optional", "return this.getNumberAttribute('number');"),
        ),
        _class(
            "AwsThingTimeoutsOutputReference",
            "ComplexObject",
            _attribute("create", "optional", "return this.getStringAttribute('create');"),
        ),
        _class(
            "AwsThing",
            "TerraformResource",
            _main(
                "aws_thing",
                _attribute("arn", "computed", "return this.getStringAttribute('arn');"),
                _attribute("labels", "computed optional", "private _l?: any;"),
                _attribute("name", "required", "private _name?: string;"),
                _attribute("password", "computed", "return this.getStringAttribute('password');"),
                _attribute(
                    "ports",
                    "computed optional",
                    'private _p = new AwsThingPortsList(this, "ports", true);',
                ),
                _attribute("secret_wo", "optional", "private _s?: string;"),
                _attribute("zones", "optional", "private _z?: string[];"),
                _attribute(
                    "rule",
                    "required",
                    'private _r = new AwsThingRuleOutputReference(this, "rule");',
                ),
                _attribute(
                    "timeouts",
                    "optional",
                    'private _t = new AwsThingTimeoutsOutputReference(this, "timeouts");',
                ),
                written="".join(
                    (
                        _written("labels", "map", "stringMap"),
                        _written("name", "simple", "string"),
                        _written("ports", "set", "AwsThingPortsList", block=True),
                        _written("secret_wo", "simple", "string"),
                        _written("zones", "set", "stringList"),
                        _written("rule", "list", "AwsThingRuleList", block=True),
                        _written("timeouts", "struct", "AwsThingTimeouts", block=True),
                    )
                ),
            ),
        ),
    )
)
PROVIDER = "".join(
    (
        _interface("AwsProviderConfig", "default_tags"),
        _function("awsProviderDefaultTags", _written("tags", "map", "stringMap")),
        _class(
            "AwsProvider",
            "TerraformProvider",
            _main(
                "aws",
                _attribute("region", "required", "private _region?: string;"),
                _attribute("alias", "optional", "private _alias?: string;"),
                _attribute("default_tags", "optional", "private _d?: AwsProviderDefaultTags[];"),
                written=_written("region", "simple", "string")
                + _written("alias", "simple", "string")
                + _written("default_tags", "list", "AwsProviderDefaultTagsList", block=True),
            ),
        ),
    )
)


def wheel(files: Mapping[str, str]) -> bytes:
    """The archive within a package: each file carries its source within its source map."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            source = json.dumps({"sourcesContent": [text]}).encode()
            comment = base64.b64encode(source).decode()
            content = f"//# sourceMappingURL=data:application/json;base64,{comment}".encode()
            member = tarfile.TarInfo(f"package/lib/{name}/index.js")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
