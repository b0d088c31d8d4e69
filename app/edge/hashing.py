"""Passwords as they are kept: argon2id, in threads, and as slow for accounts that do not exist."""

import secrets
from functools import partial

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stackwright.access.passwords import normal_password

AT_ONCE = 4  # each takes 19 MiB and a processor for some hundredths of a second


class Hasher:
    """Hashes passwords and compares them.

    Source of the parameters: OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane).
    """

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._argon2.hash(secrets.token_urlsafe())
        self._limiter = CapacityLimiter(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash that is kept."""
        work = partial(self._argon2.hash, normal_password(password))
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; None takes as long and is never right."""
        work = partial(self._verify, kept or self._nobody, normal_password(password))
        return await to_thread.run_sync(work, limiter=self._limiter) and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the parameters have changed since it was kept."""
        return self._argon2.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._argon2.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
