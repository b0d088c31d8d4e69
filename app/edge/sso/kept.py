"""Something that is read seldom and used often."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.edge.sso.asking import ProviderError

T = TypeVar("T")
FAILED_FOR = timedelta(seconds=5)  # many who wait do not wait one after the other


class Kept(Generic[T]):
    """What was read last, until it is too old; a failure is remembered for some seconds.

    Args:
        read: Reads it.
        valid: For how long it is good.
        now: The clock.
    """

    def __init__(
        self, read: Callable[[], Awaitable[T]], valid: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._read, self._valid, self._now = read, valid, now
        self._lock = asyncio.Lock()
        self._value: tuple[datetime, T] | None = None
        self._failure: tuple[datetime, ProviderError] | None = None

    async def get(self, within: timedelta | None = None) -> T:
        """What was read within this time, or else is read now.

        Raises:
            ProviderError: It could not be read, now or some seconds ago.
        """
        async with self._lock:
            now = self._now()
            if self._value and abs(now - self._value[0]) < (within or self._valid):
                return self._value[1]
            if self._failure and abs(now - self._failure[0]) < FAILED_FOR:
                before = self._failure[1]
                raise ProviderError(before.step, before.reason, is_away=before.http_status == 503)
            try:
                value = await self._read()
            except ProviderError as error:
                self._failure = (self._now(), error)
                raise
            self._value, self._failure = (self._now(), value), None
            return value
