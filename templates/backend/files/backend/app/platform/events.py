"""Domain events: what has happened, told to whoever listens within the same transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session

log = logging.getLogger("app.events")


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened to a row; values are not part of it, only names of fields."""

    row_id: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """The request that caused an event."""

    request_id: str | None
    user_id: UUID | None


Listener = Callable[[Session, Event, Origin], None]


@dataclass
class EventBus:
    """Tells every listener about every event, before the transaction is committed."""

    origin: Origin
    listeners: list[Listener] = field(default_factory=list)

    def publish(self, session: Session, event: Event) -> None:
        """Tell all listeners; what they add to the session is committed together with the change."""
        details = {"event": type(event).__name__, "request_id": self.origin.request_id}
        log.info("event", extra=details)
        for listener in self.listeners:
            listener(session, event, self.origin)


def get_bus(request: Request) -> EventBus:
    """The bus of a request, with the application's listeners."""
    user_id = getattr(request.state, "user_id", None)
    origin = Origin(
        request_id=getattr(request.state, "request_id", None),
        user_id=UUID(user_id) if user_id else None,
    )
    return EventBus(origin, list(request.app.state.listeners))


BusDep = Annotated[EventBus, Depends(get_bus)]
