"""Passwords and login tokens."""

from datetime import timedelta
from functools import cache
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.core.base import now
from app.core.settings import Settings

_ALGORITHM = "HS256"
_AUDIENCE = "api"


def hash_password(password: str, settings: Settings) -> str:
    """The hash that is stored in place of a password."""
    return _hasher(settings.password_hash_time_cost, settings.password_hash_memory_kib).hash(
        password
    )


def is_password(password: str, password_hash: str | None, settings: Settings) -> bool:
    """Whether this is the password; takes as long when there is no account."""
    hasher = _hasher(settings.password_hash_time_cost, settings.password_hash_memory_kib)
    try:
        return hasher.verify(password_hash or _nobody(hasher), password) and bool(password_hash)
    except (Argon2Error, InvalidHashError):
        return False


def make_token(user_id: UUID, settings: Settings) -> str:
    """A login token for this account."""
    issued = now()
    claims = {
        "sub": str(user_id),
        "aud": _AUDIENCE,
        "iat": issued,
        "exp": issued + timedelta(minutes=settings.token_minutes),
    }
    return jwt.encode(claims, settings.signing_key, algorithm=_ALGORITHM)


def read_token(token: str, settings: Settings) -> UUID | None:
    """Whose token it is; None when it has ended or was not made here."""
    try:
        claims = jwt.decode(
            token,
            settings.signing_key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["sub", "exp"]},
        )
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        return None


@cache
def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """A hash that no password has, so that unknown accounts take as long as known ones."""
    return hasher.hash("")
