"""The table of accounts."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.base import Base, now
from app.core.resource import Permissions, Resource
from app.core.types import Moment, Structure


class User(Base):
    """Somebody who can log in."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email", name="uq_users_email"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(255))
    roles: Mapped[list[str]] = mapped_column(Structure(list[str]))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


USERS = Resource(
    model=User,
    name="user",
    path="users",
    display="name",
    filters=("name",),
    permissions=Permissions(create=(), update=(), delete=()),
)
