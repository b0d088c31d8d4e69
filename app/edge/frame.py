"""The outermost layer: request ids, trusted hosts, size of bodies, foreign origins, headers, our own mistakes."""

import re
import time
import traceback
from typing import Any
from uuid import uuid4

import structlog
from fastapi import HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.problems import as_document, forbidden
from app.edge.settings import Settings, without_port
from stackwright.access.sessions import SAFE_METHODS, Sender, is_foreign
from stackwright.errors import ProjectError

CSP = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
STATE = re.compile(r"/api/v1/states/[^/]+")  # its body is read once it is known who sends it
TOO_LARGE = "The body is larger than {} bytes"

log = structlog.get_logger("web")


class Frame:
    """What surrounds every request."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may pass."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trusted = without_port(headers.get("host", "")) in self.settings.hosts
        if scope["type"] == "websocket":
            if not trusted or is_foreign(sender_of(headers), self._own(headers)):
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        request = _Passing(scope, send, self.settings)
        if refusal := self._refusal(scope, headers, trusted=trusted):
            answer = await _answer(scope, refusal)
            await answer(scope, receive, request.send)
        else:
            await request.run(self.app, _capped(receive, self._cap_bytes(scope)))
        request.note()

    def _refusal(self, scope: Scope, headers: Headers, *, trusted: bool) -> ProjectError | None:
        """What is wrong with a request that nobody further in has to see."""
        if not trusted:
            hint = "Use the public address; operators add names with STACKWRIGHT_TRUSTED_HOSTS."
            return ProjectError(
                "Nothing is served under this host name.", hint=hint, http_status=400
            )
        cap = self._cap_bytes(scope)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > cap:
            said = f"{TOO_LARGE.format(cap)}."
            return ProjectError(said, hint="Send less at once.", http_status=413)
        # No other site can make a browser send a token; one as the password of Basic it could.
        by_token = headers.get("authorization", "").lower().startswith("bearer ")
        if (
            scope["method"] not in SAFE_METHODS
            and not by_token
            and is_foreign(sender_of(headers), self._own(headers))
        ):
            return forbidden("Another site sent this request.", "Use our own pages.")
        return None

    def _cap_bytes(self, scope: Scope) -> int:
        is_state = STATE.fullmatch(scope["path"])
        return self.settings.state_cap_bytes if is_state else self.settings.body_cap_bytes

    def _own(self, headers: Headers) -> frozenset[str]:
        return own_origins(self.settings, headers)


class _Passing:
    """One request on its way."""

    def __init__(self, scope: Scope, send: Send, settings: Settings) -> None:
        self.id = uuid4().hex
        self.scope, self._send, self._settings = scope, send, settings
        self._began, self._status = time.perf_counter(), 0
        scope.setdefault("state", {})["request_id"] = self.id

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Let the application answer; our own mistakes become an answer without detail."""
        try:
            await app(self.scope, receive, self.send)
        except Exception as error:  # noqa: BLE001 - everything ends here, in the log
            _confess(self.id, error)
            if not self._status:
                answer = await _answer(self.scope, error)
                await answer(self.scope, receive, self.send)

    async def send(self, message: Message) -> None:
        """Send on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._settings.is_https:
                headers.setdefault("Strict-Transport-Security", HSTS)
            if self.scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def note(self) -> None:
        """Write what was asked for and answered into the log: the route, never what was filled in."""
        route: Any = self.scope.get("route")
        log.info(
            "request",
            request_id=self.id,
            method=self.scope["method"],
            route=getattr(route, "path", None),
            status=self._status,
            ms=round((time.perf_counter() - self._began) * 1000, 1),
        )


async def _answer(scope: Scope, error: Exception) -> Response:
    """The answer to an error as the application gives it, or a plain one when that fails, too."""
    request = Request(scope)
    kind = ProjectError if isinstance(error, ProjectError) else Exception
    handler: Any = request.app.exception_handlers.get(kind, as_document)
    try:
        answer: Response = await handler(request, error)
    except Exception as another:  # noqa: BLE001 - whoever asked gets an answer
        _confess(request.state.request_id, another)
        answer = await as_document(request, error)
    return answer


def _confess(request_id: str, error: Exception) -> None:
    """Write a mistake of ours into the log, without its message: that may quote what somebody sent."""
    frames = [
        f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)
    ]
    log.critical("mistake", request_id=request_id, error=type(error).__name__, frames=frames)


def sender_of(headers: Headers) -> Sender:
    """What the browser says about where a request comes from."""
    return Sender(origin=headers.get("origin", ""), fetch_site=headers.get("sec-fetch-site", ""))


def own_origins(settings: Settings, headers: Headers) -> frozenset[str]:
    """Our origins: the public address, and the one that was used, whose host is trusted."""
    return frozenset(
        {settings.public_url.rstrip("/"), f"{settings.scheme}://{headers.get('host', '')}"}
    )


def _capped(receive: Receive, cap_bytes: int) -> Receive:
    """The body, as long as it is not larger than that; its announced length may be missing."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > cap_bytes:
            raise HTTPException(413, TOO_LARGE.format(cap_bytes))
        return message

    return counted
