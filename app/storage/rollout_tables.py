"""The table of rollouts: every release that was asked for, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Table


class RolloutRow(Table):
    """A rollout, from the moment it was asked for; the orchestrator's run is started for it."""

    __tablename__ = "rollouts"
    __table_args__ = (Index(None, "deployment_id", "number", unique=True), Index(None, "state"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(ForeignKey("deployments.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    number: Mapped[int]  # within its deployment
    state: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]  # all of it, as `Rollout` names it
