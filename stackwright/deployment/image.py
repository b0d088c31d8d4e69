"""The image of a container that a provider runs: its reference, and what there is to know about it."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from stackwright.errors import Finding

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
IMAGE = rf"{_HOST}{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?"
_NAMED = re.compile(r"^(?P<path>.*?)(?P<tag>:[^:/@]+)?(?:@sha256:(?P<digest>[0-9a-f]{64}))?$")
ImageReference = Annotated[
    str,
    Field(
        pattern=rf"^(?:{IMAGE})?$",
        max_length=400,
        description="Of the back end's container, as its registry names it, such as "
        "registry.example.com/bookshop:1.4@sha256:…; for clouds alone.",
    ),
]
"""Source: the grammar of references, distribution/reference, “reference.go”."""


def build_of(image: str) -> str:
    """What tells this image from any other: its digest, or a digest of its name where it has none."""
    found = _NAMED.fullmatch(image)
    return (found and found["digest"]) or sha256(image.encode()).hexdigest()


def short_name(image: str) -> str:
    """What people call it, without the registry: `bookshop:1.4`, or the start of the digest without a tag."""
    found = _NAMED.fullmatch(image)
    if not found:
        return image
    name = found["path"].rpartition("/")[2]
    return name + (found["tag"] or (f"@{found['digest'][:12]}" if found["digest"] else ""))


def image_findings(image: str) -> Iterator[Finding]:
    """What there is to know about an image before it is rolled out."""
    found = _NAMED.fullmatch(image)
    if found and not found["digest"]:
        what = f"The tag {found['tag'][1:]}" if found["tag"] else "An image without a tag"
        yield Finding(
            level="warning",
            where="service",
            message=f"{what} can be moved to another image after this plan was read.",
            hint="Name the image with its digest: …@sha256:…",
        )
