"""What is remembered of somebody who was sent to a provider, in a cookie that we have signed."""

import base64
import hmac
import json
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ValidationError

from stackwright.value import Value

VALID = timedelta(minutes=10)
RANDOM_BYTES = 32
LONGEST_BACK = 1000  # cookies have 4 KiB
_PURPOSE = b"oidc departure"  # the same key signs other things, too


class Departure(Value):
    """One way to a provider and back.

    Attributes:
        state: The provider hands it back: who comes is who was sent.
        nonce: The provider signs it: the token was made for this way.
        verifier: Whoever has the code needs it, too. Source: RFC 7636.
        back: The page that is wanted afterwards.
        account: The account to connect; None: somebody signs in.
        expires_at: The end.
    """

    state: str
    nonce: str
    verifier: str
    back: str
    account: UUID | None
    expires_at: datetime


def depart(back: str, account: UUID | None, now: datetime) -> Departure:
    """A new one."""
    state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
    return Departure(
        state=state,
        nonce=nonce,
        verifier=verifier,
        back=back if len(back.encode()) <= LONGEST_BACK else "/",
        account=account,
        expires_at=now + VALID,
    )


def sealed(key: bytes, departure: Departure) -> str:
    """The value of the cookie."""
    content = json.dumps(departure.model_dump(mode="json"), ensure_ascii=False)
    text = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
    return f"{text}.{_seal(key, text)}"


def opened(key: bytes, cookie: str, now: datetime) -> Departure | None:
    """What we wrote into the cookie; None: it is not ours, or too old."""
    text, _, seal = cookie.rpartition(".")
    if not cookie.isascii() or not hmac.compare_digest(seal, _seal(key, text)):
        return None
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        departure = Departure.model_validate_json(content)
    except (ValueError, ValidationError):
        return None
    return departure if now < departure.expires_at else None


def _seal(key: bytes, text: str) -> str:
    return hmac.digest(key, _PURPOSE + text.encode(), "sha256").hex()
