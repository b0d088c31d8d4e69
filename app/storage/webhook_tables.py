"""The tables of webhooks: who lets pushes deploy, and which deliveries came already."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Table


class WebhookRow(Table):
    """The webhook of a deployment. Its secret is not kept: it is derived from ours and from these numbers."""

    __tablename__ = "webhooks"

    deployment_id: Mapped[UUID] = mapped_column(
        ForeignKey("deployments.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    generation: Mapped[int]  # counts its secrets
    made_at: Mapped[datetime]  # of this secret


class DeliveryRow(Table):
    """A delivery that was carried out or refused; whoever brings it again replays it."""

    __tablename__ = "webhook_deliveries"

    deployment_id: Mapped[UUID] = mapped_column(
        ForeignKey("deployments.id", ondelete="CASCADE"), primary_key=True
    )
    mark: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
