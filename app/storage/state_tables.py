"""The tables of Terraform's states: sealed versions, and who holds them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Table


class StateVersionRow(Table):
    """One version of the state of a deployment; what it says is sealed."""

    __tablename__ = "state_versions"

    deployment_id: Mapped[UUID] = mapped_column(
        ForeignKey("deployments.id", ondelete="CASCADE"), primary_key=True
    )
    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lineage: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    resources: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(254))  # the version outlives the account
    lock: Mapped[str] = mapped_column(String(200))  # under which it was written; empty: restored
    sealed: Mapped[bytes]


class StateLockRow(Table):
    """The lock of the state of a deployment, given back or not."""

    __tablename__ = "state_locks"

    deployment_id: Mapped[UUID] = mapped_column(
        ForeignKey("deployments.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[dict[str, Any]]  # as `StateLock` names it
