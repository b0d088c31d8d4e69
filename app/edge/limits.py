"""Limits on how often something is asked for."""

from collections.abc import Awaitable, Callable
from typing import Literal

from fastapi import Request

from app.edge.parts import Parts, address_of, parts_of
from app.edge.problems import TryLaterError
from app.storage import limits
from app.storage.engine import Session


def limited(name: Literal["login", "sign_up", "welcome"]) -> Callable[[Request], Awaitable[None]]:
    """A dependency that takes one from the limit of this name for the address of the request."""

    async def take(request: Request) -> None:
        parts = parts_of(request)
        key, limit = f"{name}:{address_of(request)}", getattr(parts.settings.limits, name)
        async with parts.storage.session() as session:
            decision = await limits.take(session, key, limit, parts.now())
        if not decision.allowed:
            raise TryLaterError("Too many requests came from your network.", decision.retry_after_s)

    return take


async def count_call(session: Session, parts: Parts, account: str) -> int:
    """Take one from what an account may ask for; for how many seconds it has to wait, 0: it may."""
    limit = parts.settings.limits.calls
    decision = await limits.take(session, f"calls:{account}", limit, parts.now())
    return decision.retry_after_s
