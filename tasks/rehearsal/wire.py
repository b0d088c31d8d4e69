"""Values and schemas as Terraform sends and wants them."""

import json
from typing import Any

import msgpack

from stackwright.deployment.rehearsal.schema import Attribute, Block
from stackwright.deployment.rehearsal.values import UNKNOWN
from tasks.rehearsal.messages import MESSAGES

_NESTING = {"single": 1, "object": 1, "list": 2, "set": 3, "map": 4}


def decoded(value: Any) -> Any:
    """The values within a message; parts that are not known yet are `UNKNOWN`."""
    if not value.msgpack:
        return json.loads(value.json) if value.json else None
    return msgpack.unpackb(
        value.msgpack, raw=False, strict_map_key=False, ext_hook=lambda _, __: UNKNOWN
    )


def encoded(value: Any) -> Any:
    """The message that holds these values."""
    packed = msgpack.packb(value, default=lambda _: msgpack.ExtType(0, b"\0"))
    return MESSAGES["DynamicValue"](msgpack=packed)


def schema_message(block: Block) -> Any:
    """The message that tells Terraform this schema."""
    return MESSAGES["Schema"](version=0, block=_block(block))


def type_of(text: str) -> Any:
    """A type as the protocol has it: `set(string)` is ["set", "string"]."""
    head, _, rest = text.partition("(")
    return [head, type_of(rest.removesuffix(")"))] if rest else head


def _block(block: Block) -> Any:
    return MESSAGES["SchemaBlock"](
        attributes=[_attribute(name, one) for name, one in block.attributes.items()],
        block_types=[
            MESSAGES["SchemaNested"](
                type_name=name,
                block=_block(one.block),
                nesting=_NESTING[one.nesting],
                min_items=one.minimum,
                max_items=one.maximum,
            )
            for name, one in block.blocks.items()
        ],
    )


def _attribute(name: str, one: Attribute) -> Any:
    message = MESSAGES["SchemaAttribute"](
        name=name,
        required=one.required,
        optional=one.optional,
        computed=one.computed,
        sensitive=one.sensitive,
        write_only=one.write_only,
    )
    if one.members and not one.fixed:
        message.nested_type.nesting = _NESTING[one.type]
        message.nested_type.attributes.extend(_attribute(k, m) for k, m in one.members.items())
    else:
        message.type = json.dumps(_fixed(one)).encode()
    return message


def _fixed(one: Attribute) -> Any:
    if not one.members:
        return type_of(one.type)
    object_type = ["object", {name: _fixed(member) for name, member in one.members.items()}]
    return object_type if one.type == "object" else [one.type, object_type]
