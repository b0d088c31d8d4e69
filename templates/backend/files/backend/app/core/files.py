"""Uploaded files: their table, and whether a field accepts one of them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.base import Base, now
from app.core.problems import FieldProblem
from app.core.resource import FileRule
from app.core.types import Moment

_CONTENT = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")


class File(Base):
    """A file that somebody uploaded."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_uploaded_at", "uploaded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    content: Mapped[bytes] = mapped_column(_CONTENT, deferred=True)


def find_file(session: Session, field: str, key: UUID, rule: FileRule) -> Iterator[FieldProblem]:
    """Why the field cannot have this file; nothing when it can."""
    file = session.get(File, key)
    if file is None:
        yield FieldProblem(field=field, message="There is no such file.", code="missing_file")
        return
    if rule.is_image and not file.content_type.startswith("image/"):
        message = "This is no PNG, JPEG, GIF or WebP image."
        yield FieldProblem(field=field, message=message, code="not_an_image")
    if rule.most_bytes is not None and file.size > rule.most_bytes:
        message = f"The file has more than {rule.most_bytes} bytes."
        yield FieldProblem(field=field, message=message, code="too_large")
