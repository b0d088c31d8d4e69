"""What a provider lets one write about a resource: its attributes and blocks, as data that can be kept in a file."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from stackwright.value import Value

Held = Literal["object", "list", "set", "map"]
MODES = ("required", "optional", "computed", "sensitive", "write-only")


class Attribute(Value):
    """One attribute."""

    type: Annotated[str, Field(description="As Terraform writes it, such as `set(string)`.")]
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    write_only: bool = False
    members: Annotated[
        Mapping[str, "Attribute"], Field(description="Of its object; the type says how it is held.")
    ] = {}
    fixed: Annotated[
        bool, Field(description="Whether all members must be written, as in an object type.")
    ] = False


class Block(Value):
    """What stands between two braces."""

    attributes: Mapping[str, Attribute] = {}
    blocks: Mapping[str, "NestedBlock"] = {}


class NestedBlock(Value):
    """A block within another, and how often it may stand there."""

    nesting: Literal["single", "list", "set", "map"]
    block: Block
    minimum: Annotated[int, Field(ge=0)] = 0
    maximum: Annotated[int, Field(description="0: as often as one likes.", ge=0)] = 0


class ProviderSchema(Value):
    """What was taken from one version of a provider: the resources that our templates use."""

    source: Annotated[str, Field(description="Such as hashicorp/aws.")]
    version: Annotated[str, Field(description="Of the provider.")]
    taken_from: Annotated[str, Field(description="The package that the schema was read from.")]
    date: Annotated[str, Field(description="Of that package, as YYYY-MM-DD.")]
    provider: Annotated[Block, Field(description="The configuration of the provider itself.")]
    resources: Mapping[str, Block] = {}
    data: Mapping[str, Block] = {}

    @property
    def name(self) -> str:
        """Such as aws."""
        return self.source.rpartition("/")[2]


def document(schema: ProviderSchema) -> dict[str, Any]:
    """The schema as it is written to a file: short enough to be read and compared."""
    kinds = {
        kind: {name: _block_document(block) for name, block in sorted(blocks.items())}
        for kind, blocks in (("resources", schema.resources), ("data", schema.data))
    }
    return {
        "source": schema.source,
        "version": schema.version,
        "taken_from": schema.taken_from,
        "date": schema.date,
        "provider": _block_document(schema.provider),
        **kinds,
    }


def read_document(content: Mapping[str, Any]) -> ProviderSchema:
    """The schema that a file holds."""
    return ProviderSchema(
        source=content["source"],
        version=content["version"],
        taken_from=content["taken_from"],
        date=content["date"],
        provider=_read_block(content["provider"]),
        resources={name: _read_block(one) for name, one in content["resources"].items()},
        data={name: _read_block(one) for name, one in content["data"].items()},
    )


def describe(block: Block, indent: str = "") -> list[str]:
    """The lines that tell a writer of templates what may stand in a block."""
    lines = []
    for name, one in sorted(block.attributes.items()):
        lines.append(f"{indent}{name} = {_words(one)}")
        lines += describe(Block(attributes=one.members), f"{indent}    ")
    for name, nested in sorted(block.blocks.items()):
        most = "" if not nested.maximum else f" at most {nested.maximum}"
        least = "" if not nested.minimum else f" at least {nested.minimum}"
        lines.append(f"{indent}{name} {{  # {nested.nesting}{least}{most}")
        lines += [*describe(nested.block, f"{indent}    "), f"{indent}}}"]
    return lines


def _words(one: Attribute) -> str:
    modes = [mode for mode in MODES if getattr(one, mode.replace("-", "_"))]
    return " ".join([*modes, *(["fixed"] if one.fixed else []), one.type])


def _attribute_document(one: Attribute) -> Any:
    words = _words(one)
    if not one.members:
        return words
    members = {name: _attribute_document(inner) for name, inner in sorted(one.members.items())}
    return {"is": words, "members": members}


def _read_attribute(content: Any) -> Attribute:
    text, members = (
        (content, {}) if isinstance(content, str) else (content["is"], content["members"])
    )
    *modes, kind = text.split(" ")
    return Attribute(
        type=kind,
        members={name: _read_attribute(inner) for name, inner in members.items()},
        **dict.fromkeys((mode.replace("-", "_") for mode in modes), True),
    )


def _block_document(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: _attribute_document(one) for name, one in sorted(block.attributes.items())
    }
    for name, nested in sorted(block.blocks.items()):
        found[f"{name} {{}}"] = {
            "nesting": nested.nesting,
            **({"minimum": nested.minimum} if nested.minimum else {}),
            **({"maximum": nested.maximum} if nested.maximum else {}),
            "block": _block_document(nested.block),
        }
    return found


def _read_block(content: Mapping[str, Any]) -> Block:
    attributes = {
        name: _read_attribute(one) for name, one in content.items() if not name.endswith(" {}")
    }
    blocks = {
        name.removesuffix(" {}"): NestedBlock(
            nesting=one["nesting"],
            minimum=one.get("minimum", 0),
            maximum=one.get("maximum", 0),
            block=_read_block(one["block"]),
        )
        for name, one in content.items()
        if name.endswith(" {}")
    }
    return Block(attributes=attributes, blocks=blocks)
