"""The doors of Azure Resource Manager that we use, over HTTP on this machine.

Source: Azure REST API, "Deployments" and "Deployment Operations", 2026-06-01.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.deployment.arm.cloud import HOME, Cloud
from tests.deployment.arm.expressions import TemplateError

TOKEN = "a-token"
DEPLOYMENT = re.compile(
    rf"^{HOME}(?:/providers/Microsoft.Resources)?/deployments(?:/([^/]+))?(?:/(\w+))?$",
    re.IGNORECASE,
)
RESULTS = "/results/"


class _Door(BaseHTTPRequestHandler):
    cloud: Cloud
    results: dict[str, Any]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, *words: Any) -> None:
        """Nothing."""

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        path = unquote(urlsplit(self.path).path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, _error("InvalidAuthenticationToken", "Nobody knows you."))
            return
        try:
            self._route(method, path, body)
        except TemplateError as error:
            self._send(400, _error("InvalidTemplate", str(error)))

    def _route(self, method: str, path: str, body: dict[str, Any]) -> None:
        cloud = self.cloud
        if path.lower() == HOME.lower():
            cloud.groups[path.rpartition("/")[2]] = body
            self._send(201, body)
            return
        if path.startswith(RESULTS):
            self._send(200, self.results[path])
            return
        found = DEPLOYMENT.match(path)
        if not found:
            self._send(404, _error("NotFound", path))
        elif method == "GET":
            self._told(found[1], found[2])
        else:
            self._done(f"{method} {found[2] or ''}".strip(), found[1], body)

    def _told(self, name: str | None, verb: str | None) -> None:
        cloud = self.cloud
        if name is None:
            only = "Succeeded" if "Succeeded" in unquote(self.path) else ""
            shown = [_shown(one, cloud) for one in cloud.deployments]
            states = [one["properties"]["provisioningState"] for one in shown]
            listed = [one for one, state in zip(shown, states, strict=True) if only in ("", state)]
            self._send(200, {"value": listed})
        elif verb == "operations":
            with cloud.lock:
                self._send(200, {"value": cloud.operations.get(name, [])})
        elif name in cloud.deployments:
            self._send(200, _shown(name, cloud))
        else:
            self._send(404, _error("DeploymentNotFound", f"There is no {name}."))

    def _done(self, what: str, name: str, body: dict[str, Any]) -> None:
        cloud = self.cloud
        match what:
            case "PUT":
                if cloud.deployments.get(name, {}).get("provisioningState") == "Running":
                    self._send(409, _error("DeploymentActive", f"{name} is still active."))
                    return
                cloud.begin(name, body["properties"])
                self._send(201, _shown(name, cloud))
            case "POST validate":
                self._send(200, self._validated(body))
            case "POST whatIf":
                changes = cloud.foresee(body["properties"])
                result = f"{RESULTS}{len(self.results)}"
                self.results[result] = {"status": "Succeeded", "properties": {"changes": changes}}
                self._send(202, {}, Location=f"http://{self.headers['Host']}{result}")
            case "POST cancel":
                cloud.cancelled.add(name)
                self._send(204, None)
            case _:
                self._send(405, _error("MethodNotAllowed", what))

    def _validated(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            self.cloud.wanted(body["properties"])
        except TemplateError as error:
            return _error("InvalidTemplate", str(error))
        return {"properties": {"provisioningState": "Succeeded"}}

    def _send(self, status: int, content: Any, **headers: str) -> None:
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _shown(name: str, cloud: Cloud) -> dict[str, Any]:
    with cloud.lock:
        properties = json.loads(json.dumps(cloud.deployments[name]))
    return {
        "id": f"{HOME}/providers/Microsoft.Resources/deployments/{name}",
        "name": name,
        "properties": properties,
    }


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@contextmanager
def served(cloud: Cloud) -> Iterator[str]:
    """Serve this cloud; its address."""
    door = type("Door", (_Door,), {"cloud": cloud, "results": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
