"""The providers that can be rehearsed, and where their schemas are read from."""

from typing import Annotated

from pydantic import Field

from stackwright.value import Value


class Provider(Value):
    """A provider of Terraform, and the package of bindings that tells its schema."""

    name: Annotated[str, Field(description="Begins the names of its resources.")]
    source: Annotated[str, Field(description="Its address, without the host.")]
    package: Annotated[str, Field(description="Of the bindings, on PyPI.")]
    package_version: str
    objects: Annotated[
        frozenset[str] | None,
        Field(
            description="Resources whose attributes with members are object types, as in older providers; None: all."
        ),
    ] = None


# The AWS provider is made of two kits: these resources still come from the older one.
_OLDER_AWS = frozenset(
    {
        "aws_default_network_acl",
        "aws_default_route_table",
        "aws_default_security_group",
        "aws_network_acl",
        "aws_route_table",
        "aws_security_group",
    }
)
PROVIDERS: tuple[Provider, ...] = (
    Provider(
        name="aws",
        source="hashicorp/aws",
        package="cdktn-provider-aws",
        package_version="25.8.1",
        objects=_OLDER_AWS,
    ),
    Provider(
        name="google",
        source="hashicorp/google",
        package="cdktn-provider-google",
        package_version="21.1.0",
    ),
    Provider(
        name="azurerm",
        source="hashicorp/azurerm",
        package="cdktn-provider-azurerm",
        package_version="18.9.0",
    ),
    Provider(
        name="digitalocean",
        source="digitalocean/digitalocean",
        package="cdktf-cdktf-provider-digitalocean",
        package_version="13.14.1",
    ),
    Provider(
        name="kubernetes",
        source="hashicorp/kubernetes",
        package="cdktn-provider-kubernetes",
        package_version="17.1.0",
    ),
    Provider(
        name="random",
        source="hashicorp/random",
        package="cdktf-cdktf-provider-random",
        package_version="12.0.1",
        objects=frozenset(),
    ),
)


def provider_of(kind: str) -> Provider | None:
    """Whose resource this is, such as aws of `aws_vpc`; None: nobody's that we know."""
    name = kind.partition("_")[0]
    return next((one for one in PROVIDERS if one.name == name), None)
