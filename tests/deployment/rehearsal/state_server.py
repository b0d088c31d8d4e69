"""A small server that speaks Terraform's http backend: it keeps one state and one lock, and wants a password."""

import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StateServer:
    """One state at one address."""

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(12)
        self.state = b""
        self.lock: dict[str, Any] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                self._answer(200 if outer.state else 204, outer.state)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not self.path.startswith("/state/lock"):
                    outer.state = body
                    self._answer(200)
                elif outer.lock:
                    self._answer(423, json.dumps(outer.lock).encode())
                else:
                    outer.lock = json.loads(body)
                    self._answer(200)

            def do_DELETE(self) -> None:
                outer.lock = {}
                self._answer(200)

            def _answer(self, status: int, body: bytes = b"") -> None:
                given = self.headers.get("Authorization", "").removeprefix("Basic ")
                if base64.b64decode(given) != f"us:{outer.password}".encode():
                    status, body = 401, b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if body:
                    self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/state"

    @property
    def serial(self) -> int:
        return int(json.loads(self.state)["serial"]) if self.state else -1

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
