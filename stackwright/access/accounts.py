"""Accounts as they are shown, and who is behind a request."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr

from stackwright.access.audit import Detail, Entry
from stackwright.access.rights import Role, Scope
from stackwright.value import Value

_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"/\x00-\x1f\x7f]{1,189}"
)


def normal_email(text: str) -> str:
    """A mail address as accounts are known by: without spaces around it, in small letters.

    Raises:
        ValueError: It is none.
    """
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise ValueError("is not a mail address such as name@example.org")
    return email


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise ValueError("has to have letters, and none that cannot be shown")
    return name


def _encodable(password: SecretStr) -> SecretStr:
    try:
        password.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("has halves of characters") from None
    return password


Email = Annotated[str, Field(max_length=254), AfterValidator(normal_email)]
Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_name)]
Secret = Annotated[
    SecretStr, Field(min_length=1, max_length=1000), AfterValidator(_encodable)
]  # as it comes in: what is good enough is decided by `password_problems`


class Account(Value):
    """An account, without its secrets."""

    id: UUID
    email: str
    name: str
    role: Role
    disabled: bool = Field(description="Cannot log in; its sessions and tokens are refused.")
    made_at: datetime


class Caller(Value):
    """Who is behind a request.

    Attributes:
        account: Theirs.
        scopes: Of the token that was shown; None: a browser session.
        session_digest: Of the browser session, if it is one.
        address: Where the request comes from.
    """

    account: Account
    scopes: frozenset[Scope] | None = None
    session_digest: bytes | None = None
    address: str = ""

    @property
    def sees_everything(self) -> bool:
        """Whether what belongs to others exists for them: it does for admins alone."""
        return self.account.role is Role.ADMIN

    def did(self, action: str, at: datetime, subject: UUID, **details: Detail) -> Entry:
        """The entry of the audit trail that says that they did this.

        Args:
            action: What was done, such as `token.revoke`.
            at: When.
            subject: What it was done to.
            details: Further words and numbers; no secret is ever one of them.
        """
        return Entry(
            action=action,
            at=at,
            actor=self.account.id,
            subject=str(subject),
            address=self.address,
            details=details,
        )
