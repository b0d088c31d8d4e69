"""The audit trail: who did what to which row; never with values."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.base import Base, now
from app.core.types import Moment, Structure
from app.platform.events import Event, Origin

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class AuditEntry(Base):
    """One event."""

    __tablename__ = "audit_trail"
    __table_args__ = (Index("ix_audit_trail_happened_at", "happened_at"),)

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(Moment, default=now)
    request_id: Mapped[str | None] = mapped_column(String(100))
    user_id: Mapped[UUID | None]
    event: Mapped[str] = mapped_column(String(100))
    entity: Mapped[str] = mapped_column(String(100))
    row_id: Mapped[str] = mapped_column(String(1000))
    fields: Mapped[list[str]] = mapped_column(Structure(list[str]))


def record(session: Session, event: Event, origin: Origin) -> None:
    """Add the event to the trail, in the transaction of the change itself."""
    name = type(event).__name__
    entry = AuditEntry(
        request_id=origin.request_id,
        user_id=origin.user_id,
        event=name[-100:],
        entity=type(event).__module__.split(".")[-2][:100],
        row_id=event.row_id[:1000],
        fields=sorted(event.fields),
    )
    session.add(entry)
    session.flush()
