"""The audit trail: each entry holds a digest of the one before it, so that a change shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from stackwright.value import Value

Detail = str | int | bool | None
BEGINNING = bytes(32)  # what the first entry follows


class Entry(Value):
    """One act that matters for security. No secret is ever part of it.

    Attributes:
        action: What was done, such as `session.begin`.
        actor: The account that did it; None: nobody who was known.
        subject: What it was done to.
        address: Where it came from.
        details: Further words and numbers.
    """

    action: str
    at: datetime
    actor: UUID | None = None
    subject: str = ""
    address: str = ""
    details: Mapping[str, Detail] = {}


class Link(Value):
    """An entry in its place of the chain."""

    number: int  # counted from 1, without gaps
    entry: Entry
    previous: bytes
    digest: bytes


def chain(number: int, previous: bytes, entry: Entry) -> Link:
    """The entry at this place, after the entry with this digest."""
    return Link(
        number=number, entry=entry, previous=previous, digest=_digest(number, previous, entry)
    )


def first_broken(links: Iterable[Link], number: int = 1, previous: bytes = BEGINNING) -> int | None:
    """The number of the first entry that was changed, moved or whose predecessor is gone; None: all is whole.

    Args:
        links: In the order of their numbers.
        number: What the first of them must have.
        previous: The digest of the entry before it.
    """
    for link in links:
        expected = _digest(number, previous, link.entry)
        if link.number != number or link.previous != previous or link.digest != expected:
            return number
        number, previous = number + 1, link.digest
    return None


def _digest(number: int, previous: bytes, entry: Entry) -> bytes:
    content = entry.model_dump(mode="json", exclude={"at"})
    content |= {"number": number, "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()
