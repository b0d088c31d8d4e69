"""What lies sealed in the database: opened only with the secret key of the installation, and only in its own place."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stackwright.errors import ProjectError

KEY_BYTES, NONCE_BYTES = 32, 12
_FIRST = b"\x01"  # AES-256-GCM with a key by HKDF-SHA256; other ways would begin with another byte


def seal(secret_key: bytes, purpose: str, place: str, content: bytes) -> bytes:
    """The content, readable for nobody without the key.

    Args:
        secret_key: Of the installation.
        purpose: What the content is; each has a key of its own.
        place: Where it lies. Moved to another place it does not open.
        content: What is sealed.
    """
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(secret_key, purpose).encrypt(nonce, content, place.encode() + _FIRST)
    return _FIRST + nonce + sealed


def unseal(secret_key: bytes, purpose: str, place: str, sealed: bytes) -> bytes:
    """What was sealed.

    Raises:
        ProjectError: It was changed, lies elsewhere, or was sealed with another key (HTTP 500).
    """
    nonce, rest = sealed[1 : NONCE_BYTES + 1], sealed[NONCE_BYTES + 1 :]
    try:
        content = _cipher(secret_key, purpose).decrypt(nonce, rest, place.encode() + sealed[:1])
    except (InvalidTag, ValueError):
        raise ProjectError(
            "What is kept cannot be opened: it was changed, or sealed with another secret key.",
            hint="The operator finds out whether STACKWRIGHT_SECRET_KEY is the one of the time it was written.",
        ) from None
    return content


def _cipher(secret_key: bytes, purpose: str) -> AESGCM:
    key = HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"stackwright {purpose}".encode()
    )
    return AESGCM(key.derive(secret_key))
