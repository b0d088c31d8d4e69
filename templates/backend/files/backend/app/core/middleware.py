"""What happens to every request: its size is limited, it is logged, its answer gets safe headers."""

import logging
import re
import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import problem_response

log = logging.getLogger("app.requests")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
_DOCUMENTATION = ("/docs", "/redoc")
_QUIET = ("/health", "/ready", "/metrics")


class RequestLog:
    """Give each request an id and log how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("x-request-id", "")
        request_id = wanted if _REQUEST_ID.fullmatch(wanted) else uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            details: dict[str, Any] = {
                "request_id": request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                "user_id": state.get("user_id"),
            }
            level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
            log.log(level, "request", extra=details)


class SafeHeaders:
    """Headers that tell browsers to be careful."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith(_DOCUMENTATION):
                    headers.setdefault("Content-Security-Policy", "default-src 'none'")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, answer)


class _TooLargeError(Exception):
    """More came than is allowed."""


class BodyLimit:
    """Refuse requests that are larger than allowed, before they are read into memory.

    Args:
        app: The application behind it.
        most_bytes: Limit of ordinary requests.
        most_upload_bytes: Limit of requests that carry files (`multipart/form-data`).
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_upload_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.most_upload_bytes = most_upload_bytes + 65_536  # the form around the file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self.most_upload_bytes if is_upload else self.most_bytes
        refusal = problem_response(scope["path"], 413, f"Requests have at most {limit} bytes.")
        announced = headers.get("content-length", "0")
        if not announced.isdigit() or len(announced) > 15 or int(announced) > limit:
            await refusal(scope, receive, send)
            return
        received, has_started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        async def answer(message: Message) -> None:
            nonlocal has_started
            if received > limit and not has_started:
                return  # whatever was made of the exception: the refusal follows
            has_started = True
            await send(message)

        with suppress(_TooLargeError):
            await self.app(scope, counted, answer)
        if received > limit and not has_started:
            await refusal(scope, receive, send)
