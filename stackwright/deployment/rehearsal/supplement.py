"""Blocks that the bindings leave open because they contain themselves: the part of them that a stack needs."""

from collections.abc import Mapping

from stackwright.deployment.rehearsal.schema import Attribute, Block, NestedBlock
from stackwright.errors import ProjectError


def supplement(kind: str, name: str) -> NestedBlock:
    """The block of this name within this kind of resource.

    Raises:
        ProjectError: Nobody has written it down yet.

    Source: documentation of the AWS provider, "aws_wafv2_web_acl", statement blocks.
    """
    if (kind, name) == ("aws_wafv2_web_acl", "statement"):
        return _STATEMENT
    raise ProjectError(
        f"The binding does not say what {name} of {kind} may hold.",
        hint="Write the part that is needed into stackwright/deployment/rehearsal/supplement.py.",
    )


def _one(attributes: Mapping[str, str], **blocks: NestedBlock) -> NestedBlock:
    """A block that may stand once; a type that ends with `!` must be given."""
    return NestedBlock(
        nesting="list",
        maximum=1,
        block=Block(
            attributes={
                name: Attribute(
                    type=kind.rstrip("!"),
                    required=kind.endswith("!"),
                    optional=not kind.endswith("!"),
                )
                for name, kind in attributes.items()
            },
            blocks=blocks,
        ),
    )


_STATEMENT = _one(
    {},
    managed_rule_group_statement=_one(
        {"name": "string!", "vendor_name": "string!", "version": "string"}
    ),
    rate_based_statement=_one(
        {"limit": "number!", "aggregate_key_type": "string", "evaluation_window_sec": "number"}
    ),
    geo_match_statement=_one({"country_codes": "list(string)!"}),
    ip_set_reference_statement=_one({"arn": "string!"}),
)
