"""A provider's API over HTTP as somebody whose token is renewed when it ends."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from blocks.connection import Door
from stackwright.errors import ProjectError

if TYPE_CHECKING:
    from ssl import SSLContext

CHANGE_S = 60.0  # for the answer to what changes something; looks have less time


class Rest:
    """Asks, and turns what is refused into a sentence without secrets.

    Args:
        what: The provider's name in sentences.
        address: Where it is asked.
        login: Gives a token.
        hidden: What must not be repeated.
    """

    def __init__(
        self, what: str, address: str, login: Callable[[], str], hidden: Sequence[str]
    ) -> None:
        self._what, self._address, self._login = what, address, login
        self._hidden = tuple(hidden)
        self._token = ""

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """What is there.

        Raises:
            ProjectError: It is refused (HTTP 403, 404 or 422), or nobody answers (HTTP 502).
        """
        return self._asked("GET", path, params=query)

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, **query: str
    ) -> dict[str, Any]:
        """The answer to a change; raises the same."""
        return self._asked(method, path, params=query, json=body, timeout=CHANGE_S)

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        self._token = self._token or self._login()
        door, answer = self._tried(method, path, more)
        if answer.status_code == 401:  # it may have ended: one new token, then it is final
            self._token = self._login()
            door, answer = self._tried(method, path, more)
        status = answer.status_code
        if 400 <= status < 500 and status not in {401, 408, 429}:
            raise ProjectError(
                f"{self._what} refuses it: {door.said(answer) or f'it answers {status}'}.",
                hint="May these credentials do that, and is the stack as Terraform made it?",
                http_status=status if status in {403, 404} else 422,
            )
        is_silent = answer.is_success and answer.content.strip() in {b"", b"null"}
        return {} if is_silent else door.found(answer)

    def _tried(self, method: str, path: str, more: dict[str, Any]) -> tuple[Door, Any]:
        door = Door(
            self._what,
            self._address,
            hidden=(*self._hidden, self._token),
            headers={"Authorization": f"Bearer {self._token}"},
            verify=_trusted(),
        )
        return door, door.ask(method, path, **more)


@cache
def _trusted() -> "SSLContext":
    """The usual certificates, read once: looks come every few seconds."""
    import httpx  # takes a while

    return httpx.create_ssl_context()
