"""The text of secrets that we give out: recognisable, safe against typing errors, kept only as a digest."""

import base64
import hashlib
import zlib
from enum import StrEnum

RANDOM_BYTES = 32
_CHECK_BYTES = 4


class Kind(StrEnum):
    """What a secret is for; its text begins with this and an underscore."""

    TOKEN = "sw"  # noqa: S105 - the beginning of all of them: of programs
    SESSION = "sws"  # in a cookie
    LINK = "swl"  # used once


def secret_text(kind: Kind, random: bytes) -> str:
    """A secret as it is given out: `sw_` and 58 characters of a-z and 2-7, the last of them a checksum.

    Args:
        kind: What it is for.
        random: 32 bytes nobody can guess.

    Raises:
        ValueError: There are not 32 of them.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a secret is made from {RANDOM_BYTES} bytes, not {len(random)}")
    return f"{kind}_{_base32(random + _check(kind, random))}"


def is_secret_text(kind: Kind, text: str) -> bool:
    """Whether this text can be one of ours: a mistyped one is refused without asking the database."""
    prefix, _, body = text.partition("_")
    if prefix != kind or not body.isascii() or body != body.lower():
        return False
    try:
        whole = base64.b32decode(body.upper() + "=" * (-len(body) % 8))
    except ValueError:
        return False
    random, check = whole[:RANDOM_BYTES], whole[RANDOM_BYTES:]
    return check == _check(kind, random) and body == _base32(whole)


def digest(text: str) -> bytes:
    """What is kept of a secret: its SHA-256; with 256 random bits it needs neither salt nor a slow hash."""
    return hashlib.sha256(text.encode()).digest()


def _check(kind: Kind, random: bytes) -> bytes:
    return zlib.crc32(kind.encode() + random).to_bytes(_CHECK_BYTES, "big")


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
