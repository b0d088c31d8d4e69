"""How often something may happen: token buckets, and the lock after failed logins."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated

from pydantic import Field

from stackwright.value import Value

LOCK_AFTER = 10  # failed logins …
LOCK_WINDOW = timedelta(minutes=5)  # … within this time


class Limit(Value):
    """How much may happen at once, and how fast that comes back."""

    burst: Annotated[int, Field(ge=1)]
    per_minute: Annotated[float, Field(gt=0)]


class Bucket(Value):
    """What is left of a limit at a moment."""

    left: float
    at: datetime


class Decision(Value):
    """Whether it may happen, the bucket afterwards, and how long to wait if not."""

    allowed: bool
    bucket: Bucket
    retry_after_s: int = 0


def decide(limit: Limit, bucket: Bucket | None, now: datetime) -> Decision:
    """Take one from the bucket if there is one.

    Args:
        limit: What it holds and how it refills.
        bucket: As it was; None: it was never used.
        now: A clock that was set back takes nothing away.
    """
    left = float(limit.burst)
    if bucket is not None:
        passed_s = max(0.0, (now - bucket.at).total_seconds())
        left = min(left, bucket.left + passed_s * limit.per_minute / 60)
    if left >= 1:
        return Decision(allowed=True, bucket=Bucket(left=left - 1, at=now))
    wait_s = max(1, ceil((1 - left) * 60 / limit.per_minute))
    return Decision(allowed=False, bucket=Bucket(left=left, at=now), retry_after_s=wait_s)


def locked_for_s(failures: Sequence[datetime], now: datetime) -> int:
    """For how many seconds nobody can log in after these failures; 0: one may try.

    Args:
        failures: When logins failed, for one account or from one address, in any order.
        now: The moment of the next try.
    """
    recent = sorted(at for at in failures if now - at < LOCK_WINDOW)
    if len(recent) < LOCK_AFTER:
        return 0
    return max(1, ceil((recent[-LOCK_AFTER] + LOCK_WINDOW - now).total_seconds()))


def network(address: str) -> str:
    """What an address counts as: itself, or for IPv6 its /64, all of which belongs to one customer.

    Source: RFC 6177; RFC 4291, section 2.5.4.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
