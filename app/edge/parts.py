"""What doors are handed: the parts of the application, and a database session that ends with the request."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import Depends
from fastapi.requests import HTTPConnection

from app.edge.hashing import Hasher
from app.edge.settings import Settings
from app.edge.sso.provider import Provider
from app.storage.engine import Session, Storage
from stackwright.access.limits import network
from tasks.outputs import Outputs


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What one application is made of."""

    settings: Settings
    storage: Storage
    now: Callable[[], datetime] = utc_now
    hasher: Hasher = field(default_factory=Hasher)
    outputs: Outputs = field(default_factory=Outputs)
    provider: Provider | None = None


def parts_of(request: HTTPConnection) -> Parts:
    """The parts of the application that got this request."""
    return cast("Parts", request.app.state.parts)


def address_of(request: HTTPConnection) -> str:
    """Where a request comes from, as limits and the audit trail count it."""
    return network(request.client.host) if request.client else "unknown"


async def _session(request: HTTPConnection) -> AsyncIterator[Session]:
    async with parts_of(request).storage.session() as session:
        yield session


Its = Annotated[Parts, Depends(parts_of)]
Address = Annotated[str, Depends(address_of)]
# Commits before the answer is sent. Stands after the caller in a door's arguments: identifying has
# a session of its own, and a request must not hold two connections.
Work = Annotated[Session, Depends(_session, scope="function")]
