"""A limit for failed logins, so that passwords cannot be tried out."""

import threading
import time
from collections import OrderedDict

from app.core.problems import Problem

_WINDOW_S = 300.0
_MOST_ACCOUNTS = 10_000


class LoginLimit:
    """Remembers the failed logins of each account for five minutes, in this process.

    Args:
        most: Failed logins within five minutes after which an account has to wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, account: str) -> None:
        """Refuse when too many logins of this account have failed (429)."""
        with self._lock:
            recent = self._recent(account)
            if len(recent) < self._most:
                return
            wait = max(1, round(_WINDOW_S - (time.monotonic() - recent[0])))
        raise Problem(
            429, "Too many logins have failed. Try again later.", headers={"Retry-After": str(wait)}
        )

    def failed(self, account: str) -> None:
        """Remember a failed login."""
        with self._lock:
            self._failed[_name(account)] = [*self._recent(account), time.monotonic()]
            self._failed.move_to_end(_name(account))
            while len(self._failed) > _MOST_ACCOUNTS:
                self._failed.popitem(last=False)

    def succeeded(self, account: str) -> None:
        """Forget the failed logins of an account."""
        with self._lock:
            self._failed.pop(_name(account), None)

    def _recent(self, account: str) -> list[float]:
        since = time.monotonic() - _WINDOW_S
        return [moment for moment in self._failed.get(_name(account), []) if moment > since]


def _name(account: str) -> str:
    return account.strip().lower()[:254]
