"""The tables of projects: what people make, version by version, and what they have not finished."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.tables import Table


class ProjectRow(Table):
    """A project: a model that changes, and the choices of what to make of it."""

    __tablename__ = "projects"
    __table_args__ = (Index(None, "account_id", "changed_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    model: Mapped[int]  # the number of its newest version; 0: none yet
    config: Mapped[dict[str, Any]]
    config_revision: Mapped[int]  # counts the changes of the choices
    runs: Mapped[int]  # how many were started
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ModelRow(Table):
    """One version of a project's model; it never changes."""

    __tablename__ = "project_models"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    file: Mapped[str] = mapped_column(String(200))  # what findings call it
    title: Mapped[str]
    entities: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class DraftRow(Table):
    """What somebody typed into a page of a project and has not saved."""

    __tablename__ = "project_drafts"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    page: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[dict[str, Any]]
    replaced: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    revision: Mapped[int]
    changed_at: Mapped[datetime]


class RunRow(Table):
    """A run, from the moment it was asked for; the orchestrator's is started for it."""

    __tablename__ = "runs"
    __table_args__ = (
        Index(None, "account_id", "made_at", "id"),
        Index(None, "project_id", "number", unique=True),
        Index(None, "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    number: Mapped[int]  # within its project
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    model: Mapped[int]  # the number of the version it was started with
    config: Mapped[dict[str, Any]]
    verify: Mapped[bool]
    base: Mapped[UUID | None]  # the run whose output it goes on from
    flow_run_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(20))
    message: Mapped[str]
    attempt: Mapped[int]
    published: Mapped[bool]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class JournalRow(Table):
    """What a run that has ended said, and what its checks found."""

    __tablename__ = "run_journals"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    messages: Mapped[list[Any]] = mapped_column(JSONB)
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
