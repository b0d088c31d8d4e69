"""Accounts and tokens as the API shows them."""

from uuid import UUID

from pydantic import Field

from app.core.values import Output


class TokenRead(Output):
    """A login."""

    access_token: str = Field(description="Goes into the header `Authorization: Bearer …`.")
    token_type: str = Field(default="bearer", examples=["bearer"])
    expires_in: int = Field(description="Seconds until it ends.", examples=[3600])


class UserRead(Output):
    """An account; e-mail and roles are shown to administrators and to its owner."""

    id: UUID
    email: str | None = Field(default=None, examples=["ada@example.com"])
    name: str = Field(examples=["Ada"])
    roles: list[str] | None = Field(default=None, examples=[["user"]])
