"""The tables of deployments: where the products of a project run, and with which choices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Table


class DeploymentRow(Table):
    """All choices of a deployment of a project."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))  # as its choices say
    config: Mapped[dict[str, Any]]
    revision: Mapped[int]  # counts the changes of the choices
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
