"""A provider on this machine: answers what a test lays out, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What comes back: JSON, or text as it is."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


class StandIn(NamedTuple):
    """Its address, its answers by method and path, and what it was asked."""

    url: str
    answers: dict[str, Answer]
    asked: list[Asked]


@contextmanager
def standing_in(
    answers: Mapping[str, Answer],
    otherwise: Callable[[Asked], Answer] = lambda _: Answer(404, {}),
) -> Iterator[StandIn]:
    """Serve these answers, such as `GET /user`; anything else is asked for, or 404."""
    known, asked = dict(answers), list[Asked]()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            request = Asked(self.command, self.path, dict(self.headers), body)
            asked.append(request)
            path = self.path.partition("?")[0]
            answer = known.get(f"{self.command} {path}") or otherwise(request)
            text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            data = text.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815 - the library wants these names

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield StandIn(f"http://127.0.0.1:{server.server_port}", known, asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
