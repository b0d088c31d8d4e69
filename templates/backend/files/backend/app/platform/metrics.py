"""Figures for Prometheus: requests by route and status, and how long they took."""

import time

from fastapi import FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LABELS = ("method", "route", "status")


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total", "Requests that were answered.", _LABELS, registry=self.registry
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "How long answers took.",
            ("method", "route"),
            registry=self.registry,
        )


class Measured:
    """Counts and times every request by its route, never by its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            route = str(getattr(scope.get("route"), "path", "none"))
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(method, route).observe(time.perf_counter() - started)


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def add_metrics(app: FastAPI) -> None:
    """Measure every request, and answer GET /metrics."""
    metrics = Metrics()
    app.state.metrics = metrics
    app.add_middleware(Measured, metrics=metrics)

    @app.get("/metrics", tags=["Health"], include_in_schema=False)
    def show_metrics(request: Request) -> Response:
        """All figures as Prometheus reads them."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
