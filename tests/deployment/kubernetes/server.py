"""The API of the stand-in over HTTP, as a real kubectl calls it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.deployment.kubernetes.cluster import Cluster, RefusedError
from tests.deployment.kubernetes.kinds import KINDS, Kind, prefix

Object = dict[str, Any]
VERSIONS = sorted({kind.version for kind in KINDS})
APPLY = "application/apply-patch+yaml"


@contextmanager
def serving(cluster: Cluster) -> Iterator[int]:
    """The port at which it answers."""
    handler = type("Answers", (_Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise each answer takes 40 ms
    wbufsize = 65_536
    cluster: Cluster

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every verb is answered in the same way
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Says nothing: the cluster keeps the requests."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if (found := _discovered(url.path)) is not None:
                self._send(200, found)
                return
            if query.get("watch") in {"true", "1"}:
                self._watch(url.path, query)
                return
            with self.cluster.at_work(f"{self.command} {self.path}"):
                code, answer = _carried_out(
                    self.cluster, self.command, url.path, query, body,
                    self.headers.get("Content-Type", ""),
                )  # fmt: skip
                text = answer if isinstance(answer, str) else json.dumps(answer)
            self._send(code, text)
        except RefusedError as error:
            self._send(error.code, _status(error))

    def _send(self, code: int, found: Object | str) -> None:
        text = found if isinstance(found, str) else json.dumps(found)
        data = text.encode()
        kind = "application/json" if text.startswith("{") else "text/plain"
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _watch(self, path: str, query: dict[str, str]) -> None:
        kind, namespace, _, _ = _place(path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        told: dict[str, str] = {}
        until = time.monotonic() + 30
        first = query.get("sendInitialEvents") == "true"
        while time.monotonic() < until:
            with self.cluster.at_work(""):
                found = _selected(self.cluster.find(kind.plural, namespace), query)
                lines = []
                for one in found:
                    name, version = (one["metadata"][part] for part in ("name", "resourceVersion"))
                    if told.get(name) != version:
                        word = "MODIFIED" if name in told else "ADDED"
                        lines.append(json.dumps({"type": word, "object": one}))
                        told[name] = version
                if first:
                    first = False
                    end = {"k8s.io/initial-events-end": "true"}
                    marks = {"annotations": end, "resourceVersion": str(self.cluster.version)}
                    mark = {"kind": kind.name, "apiVersion": kind.version, "metadata": marks}
                    lines.append(json.dumps({"type": "BOOKMARK", "object": mark}))
            try:
                for line in lines:
                    data = f"{line}\n".encode()
                    self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()
            except OSError:
                return  # kubectl has seen enough
            time.sleep(0.05)
        self.close_connection = True


def _carried_out(
    cluster: Cluster, verb: str, path: str, query: dict[str, str], body: bytes, content: str
) -> tuple[int, Object | str]:
    kind, namespace, name, part = _place(path)
    dry, manager = query.get("dryRun") == "All", query.get("fieldManager", "kubectl")
    if part == "log":
        return 200, cluster.pods.log(namespace, name)
    if verb == "GET" and name:
        return 200, cluster.get(kind, namespace, name)
    if verb == "GET":
        items = _selected(cluster.find(kind.plural, namespace), query)
        head = {"kind": f"{kind.name}List", "apiVersion": kind.version}
        return 200, {**head, "metadata": {"resourceVersion": str(cluster.version)}, "items": items}
    if verb == "DELETE":
        cluster.delete(kind, namespace, name)
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
    said = yaml.safe_load(body) if "yaml" in content else json.loads(body)
    if verb == "POST":
        return 201, cluster.create(kind, namespace, said, manager, dry=dry)
    if content == APPLY:
        force = query.get("force") == "true"
        return 200, cluster.apply(kind, namespace, said, manager, force=force, dry=dry)
    there = json.loads(json.dumps(cluster.get(kind, namespace, name)))
    changed = _operated(there, said) if isinstance(said, list) else _laid_over(there, said)
    return 200, cluster.change(kind, namespace, name, changed, manager, dry=dry)


def _operated(item: Object, operations: list[Object]) -> Object:
    """A JSON patch: kubectl only replaces and adds members of objects."""
    for one in operations:
        *way, last = [
            step.replace("~1", "/").replace("~0", "~") for step in one["path"][1:].split("/")
        ]
        place = item
        for step in way:
            place = place[step]
        place[last] = one["value"]
    return item


def _laid_over(item: Any, patch: Any) -> Any:
    """A merge patch."""
    if not isinstance(item, dict) or not isinstance(patch, dict):
        return patch
    left = {key: one for key, one in item.items() if key not in patch}
    return {
        **left,
        **{key: _laid_over(item.get(key), one) for key, one in patch.items() if one is not None},
    }


def _place(path: str) -> tuple[Kind, str, str, str]:
    """Kind, namespace, name and part of an address of the API."""
    for kind in KINDS:
        start = prefix(kind.version)
        if not path.startswith(f"{start}/"):
            continue
        words = path.removeprefix(f"{start}/").split("/")
        namespace = ""
        if words[0] == "namespaces" and len(words) > 2:
            namespace, words = words[1], words[2:]
        if words[0] == kind.plural:
            name, part = (*words[1:], "", "")[:2]
            return kind, namespace, name, part
    raise RefusedError(404, "NotFound", "the server could not find the requested resource")


def _selected(found: list[Object], query: dict[str, str]) -> list[Object]:
    for term in filter(None, query.get("labelSelector", "").split(",")):
        key, _, value = term.partition("=")
        found = [one for one in found if one["metadata"].get("labels", {}).get(key) == value]
    for term in filter(None, query.get("fieldSelector", "").split(",")):
        if term.startswith("metadata.name="):
            found = [one for one in found if one["metadata"]["name"] == term.partition("=")[2]]
    return found


def _discovered(path: str) -> Object | None:
    if path == "/version":
        return {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = [
            {"groupVersion": one, "version": one.split("/")[1]} for one in VERSIONS if "/" in one
        ]
        names = {one["groupVersion"].split("/")[0] for one in groups}
        found = []
        for name in sorted(names):
            ours = [one for one in groups if one["groupVersion"].split("/")[0] == name]
            found.append({"name": name, "versions": ours, "preferredVersion": ours[0]})
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": found}
    if path == "/openapi/v3":
        return {
            "paths": {
                prefix(one)[1:]: {"serverRelativeURL": f"/openapi/v3{prefix(one)}"}
                for one in VERSIONS
            }
        }
    for version in VERSIONS:
        if path == prefix(version):
            return _resources(version)
        if path == f"/openapi/v3{prefix(version)}":
            return _described(version)
    return None


def _resources(version: str) -> Object:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    found = [
        {
            "name": kind.plural,
            "singularName": kind.name.lower(),
            "namespaced": kind.namespaced,
            "kind": kind.name,
            "verbs": verbs,
        }
        for kind in KINDS
        if kind.version == version
    ]
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version}
    return {**head, "resources": found}


def _described(version: str) -> Object:
    """That every kind can be tried (`dryRun`) and is checked strictly (`fieldValidation`)."""
    group, _, number = version.rpartition("/")
    names = [{"name": one, "in": "query"} for one in ("dryRun", "fieldValidation", "fieldManager")]
    paths = {}
    for kind in (one for one in KINDS if one.version == version):
        place = "/namespaces/{namespace}" if kind.namespaced else ""
        sort = {"group": group, "version": number, "kind": kind.name}
        patch = {
            "x-kubernetes-group-version-kind": sort,
            "parameters": names,
            "responses": {},
        }
        paths[f"{prefix(version)}{place}/{kind.plural}/{{name}}"] = {"patch": patch}
    return {"openapi": "3.0.0", "info": {"title": "stand-in", "version": "1"}, "paths": paths}


def _status(error: RefusedError) -> Object:
    head = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    details = {"details": error.details} if error.details else {}
    return {**head, "message": str(error), "reason": error.reason, "code": error.code, **details}
