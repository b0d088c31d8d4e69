"""Following a run of a server over its socket, also when the connection breaks."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from app.cli.api import AGENT, CONNECT_S, PATIENCE_S, Api, is_here, pauses, strange, trusted
from stackwright.errors import ProjectError
from stackwright.generation.progress import Message, MessageKind
from stackwright.runs.envelope import Said, heard
from stackwright.runs.state import RunState

SILENT_S = 45.0  # three heartbeats
SOON_S = 3.0  # a run that says nothing so long waits for its turn
MAX_BYTES = 8 * 2**20  # of one message
LOOK_S = 0.25  # a thread that waits for longer notices Ctrl-C late on some systems
CLOSE_S = 1.0  # a courtesy
ENDED, REFUSED = 1000, 4000  # close codes; refusals are 4000 + the HTTP status
_nobody = logging.getLogger("stackwright.socket")
_nobody.disabled = True  # what breaks is said by us
_KINDS = frozenset(kind.value for kind in MessageKind)


class Follower:
    """Follows a run from its first message to its last.

    Args:
        api: The server.
        run_id: The run.
        on_message: Is told what it says, each message once and in order.
        say: Is told what people should know besides.
    """

    def __init__(
        self,
        api: Api,
        run_id: UUID,
        on_message: Callable[[Message], None],
        say: Callable[[str], None],
    ) -> None:
        self._api, self._run_id = api, run_id
        self._on_message, self._say = on_message, say
        self._page = api.page(f"/runs/{run_id}")
        self._last = 0  # number of the last message seen
        self._heard_at = time.monotonic()
        self._may_wait = True  # and it was not said so

    def follow(self) -> None:
        """Return when it has ended.

        Raises:
            ProjectError: The server refuses, or was away for a minute.
        """
        while True:
            for pause_s in pauses():
                before = self._heard_at
                if self._listened():
                    return
                if time.monotonic() - self._heard_at > PATIENCE_S or pause_s is None:
                    raise ProjectError(
                        f"The connection to {self._api.address} is lost. The run goes on there.",
                        hint=f"Look at {self._page}; the same command brings the files later.",
                    )
                if self._heard_at != before:
                    break  # it had been back, so patience begins anew
                time.sleep(pause_s)

    def _listened(self) -> bool:
        """Whether the run has ended; otherwise the connection is lost."""
        try:
            with self._socket() as socket:
                while True:
                    self._take(self._next(socket))
        except ConnectionClosed as closed:
            code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (0, "")
            if code > REFUSED:
                raise ProjectError(
                    f"The server does not let us follow the run: {reason}",
                    hint=f"The token needs the scope runs:read. The run goes on: {self._page}",
                    http_status=code - REFUSED,
                ) from closed
            return code == ENDED
        except (InvalidHandshake, OSError, EOFError):
            return False

    def _socket(self) -> Connection:
        address = self._api.address
        return connect(
            f"ws{address.removeprefix('http')}/ws/generation/{self._run_id}?after={self._last}",
            additional_headers=self._api.headers,
            ssl=trusted(address),
            proxy=None if is_here(address) else True,
            user_agent_header=AGENT,
            open_timeout=CONNECT_S,
            close_timeout=CLOSE_S,
            logger=_nobody,
            max_size=MAX_BYTES,
        )

    def _next(self, socket: Connection) -> dict[str, Any]:
        """What comes next.

        Raises:
            TimeoutError: Nothing does, not even a heartbeat.
        """
        began = time.monotonic()
        while True:
            try:
                return self._parsed(socket.recv(timeout=LOOK_S))
            except TimeoutError:
                waited_s = time.monotonic() - began
                if waited_s > SILENT_S:
                    raise
                if waited_s > SOON_S and self._may_wait and not self._last:
                    self._may_wait = False
                    self._say(f"The run waits for its turn. {self._page}")

    def _parsed(self, text: str | bytes) -> dict[str, Any]:
        self._heard_at = time.monotonic()
        try:
            found = json.loads(text)
            _ = found["type"], found["sequence"]
        except (ValueError, KeyError, TypeError) as error:
            raise strange(self._api.address) from error
        known: dict[str, Any] = found
        return known

    def _take(self, envelope: dict[str, Any]) -> None:
        """Hand on what came; of kinds that a newer server may have, nothing."""
        try:
            if envelope["type"] in _KINDS:
                self._on_message(heard(Said.model_validate(envelope)))
            elif envelope["type"] == "SNAPSHOT":
                self._on_message(_summed_up(envelope["progress"]))
            elif envelope["type"] == "RUN_CHANGED":
                self._tell(envelope["run"]["state"])
        except (ValidationError, KeyError, TypeError) as error:
            raise strange(self._api.address) from error
        self._last = max(self._last, int(envelope["sequence"]))

    def _tell(self, state: str) -> None:
        if state == RunState.PAUSED:
            self._say(f"The run is paused; let it go on at {self._page}")
        elif state == RunState.CANCELLING:
            self._say("The run is being cancelled.")


def _summed_up(progress: dict[str, Any]) -> Message:
    """The many messages that were missed, as one."""
    return Message(
        kind=MessageKind.FILES,
        text=progress["text"],
        step="render",
        done=progress["done"],
        total=progress["total"],
        number=1,
        attempt=progress["attempt"],
        seconds=progress["seconds"],
    )
