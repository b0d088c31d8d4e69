"""Browser sessions: how long they last, and how a request proves that our own pages sent it."""

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from stackwright.value import Value

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Lifetime(Value):
    """When a session ends by itself."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=12)

    def is_over(self, made_at: datetime, seen_at: datetime, now: datetime) -> bool:
        """Whether a session that began and was last used then has ended by now."""
        return now - seen_at >= self.idle or now - made_at >= self.absolute


class Sender(Value):
    """What a browser says about where a request comes from; empty: it says nothing."""

    origin: str = ""
    fetch_site: str = ""


def csrf_token(key: bytes, session_digest: bytes) -> str:
    """The value of `X-CSRF-Token` for this session: useless with any other one."""
    return hmac.digest(key, b"csrf" + session_digest, "sha256").hex()


def is_foreign(sender: Sender, own: Collection[str]) -> bool:
    """Whether another site sent this request, as far as the browser says.

    Args:
        sender: What it says.
        own: Our origins, such as `https://stackwright.example`.
    """
    if sender.origin:
        return sender.origin not in own
    return sender.fetch_site not in {"", "same-origin", "none"}


def is_ours(sender: Sender, own: Collection[str], given: str, expected: str) -> bool:
    """Whether a request that changes something with a cookie comes from our pages or knows our token.

    Args:
        sender: What the browser says.
        own: Our origins.
        given: The header `X-CSRF-Token`.
        expected: What it has to be for the session.
    """
    if is_foreign(sender, own):
        return False
    if hmac.compare_digest(given.encode(), expected.encode()):
        return True
    return sender.origin in own or sender.fetch_site == "same-origin"
