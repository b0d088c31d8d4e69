"""Under which name it is reached, how the way there is protected, and by whom it may be reached."""

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stackwright.value import Value

HOST = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
Host = Annotated[str, Field(pattern=HOST, max_length=253)]


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        message = f"“{text}” is not a network such as 203.0.113.0/24: {error}"
        raise ValueError(message) from None


Network = Annotated[str, AfterValidator(_network)]


class Certificate(StrEnum):
    """Where the certificate comes from."""

    AUTOMATIC = "automatic"
    OWN = "own"
    NONE = "none"


class Tls(Value):
    """How the connection is protected."""

    certificate: Annotated[
        Certificate,
        Field(
            title="Certificate",
            description="Automatic: renewed by the target. Own: one you bring. None: connections are open.",
        ),
    ] = Certificate.AUTOMATIC
    reference: Annotated[
        str,
        Field(
            title="Own certificate",
            description="The name or identifier of your certificate at the provider.",
            max_length=400,
        ),
    ] = ""
    minimum_version: Annotated[
        Literal["1.2", "1.3"],
        Field(title="Oldest TLS", description="Older versions are refused."),
    ] = "1.2"
    redirect: Annotated[
        bool, Field(title="Redirect", description="Answer plain HTTP with a redirect to HTTPS.")
    ] = True
    hsts: Annotated[
        bool,
        Field(title="HSTS", description="Tell browsers to come by HTTPS only, for a year."),
    ] = True


class Cdn(Value):
    """Copies near the visitors."""

    enabled: Annotated[
        bool,
        Field(
            title="CDN", description="Serve the built front end from the provider's edge caches."
        ),
    ] = False
    assets_s: Annotated[
        int,
        Field(
            title="Keep assets",
            description="Seconds that files with a digest in their name are kept.",
            ge=0,
            le=31_536_000,
        ),
    ] = 31_536_000
    pages_s: Annotated[
        int,
        Field(
            title="Keep pages",
            description="Seconds that pages are kept; 0: always asked for again.",
            ge=0,
            le=86_400,
        ),
    ] = 0
    compress: Annotated[bool, Field(title="Compress", description="Send texts compressed.")] = True


class Rule(Value):
    """One opening of the firewall."""

    port: Annotated[
        int, Field(title="Port", description="The port that is opened.", ge=1, le=65535)
    ]
    sources: Annotated[
        tuple[Network, ...],
        Field(title="From", description="Networks that may use it.", min_length=1, max_length=50),
    ]
    why: Annotated[
        str, Field(title="Why", description="What it is for.", min_length=3, max_length=200)
    ]


class Firewall(Value):
    """Who may reach what. Everything that is not named is closed."""

    visitors: Annotated[
        tuple[Network, ...],
        Field(
            title="Visitors",
            description="Networks that may reach the product by HTTP and HTTPS.",
            min_length=1,
            max_length=100,
        ),
    ] = ("0.0.0.0/0", "::/0")
    rules: Annotated[
        tuple[Rule, ...],
        Field(
            title="More openings",
            description="Each with its networks and its reason.",
            max_length=50,
        ),
    ] = ()


class Address(Value):
    """Under which name it is reached, and by whom."""

    domain: Annotated[
        Host | None,
        Field(
            title="Domain",
            description="Such as shop.example.com; none: the address that the target gives.",
        ),
    ] = None
    aliases: Annotated[
        tuple[Host, ...],
        Field(title="Other names", description="They redirect to the domain.", max_length=20),
    ] = ()
    manage_dns: Annotated[
        bool,
        Field(
            title="Manage DNS",
            description="Make the records in the zone at the provider; otherwise you are told which to make.",
        ),
    ] = False
    tls: Annotated[Tls, Field(title="TLS", description="How connections are protected.")] = Tls()
    cdn: Annotated[Cdn, Field(title="CDN", description="Copies near the visitors.")] = Cdn()
    firewall: Annotated[Firewall, Field(title="Firewall", description="Who may reach what.")] = (
        Firewall()
    )
