"""Accounts as other rows point to them."""

from app.accounts.models import User
from app.core.resource import Permissions, Resource

USERS = Resource(
    model=User,
    name="user",
    path="users",
    display="name",
    filters=("name",),
    permissions=Permissions(create=(), update=(), delete=()),
)
