"""The web application: `make_app(settings)`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from app.api import (
    accounts,
    audit,
    deployments,
    differences,
    drafts,
    files,
    health,
    models,
    projects,
    rollouts,
    runs,
    sessions,
    state_locks,
    states,
    tokens,
    watching,
    webhooks,
)
from app.edge.aside import waiting
from app.edge.frame import Frame
from app.edge.parts import Parts, utc_now
from app.edge.problems import MEDIA_TYPE, Problem, explain
from app.edge.settings import Settings
from app.edge.sso.provider import Provider
from app.live.hub import Hub
from app.storage.cleaning import clean
from app.storage.engine import Storage
from app.web.pages import add_pages
from stackwright import __version__
from stackwright.errors import ProjectError

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    accounts.router,
    sessions.router,
    tokens.router,
    audit.router,
    models.router,
    projects.router,
    drafts.router,
    deployments.router,
    rollouts.router,
    webhooks.router,
    states.router,
    state_locks.router,
    runs.router,
    watching.router,
    files.router,
    differences.router,
)
CLEAN_EVERY_S = 3600
_SCHEMAS = "#/components/schemas/"
_PROBLEM = {
    "description": "What went wrong and what to do next (RFC 9457).",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
}

log = structlog.get_logger("web")


def make_app(settings: Settings, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The application; its database has the tables of this version (`migrate`).

    Args:
        settings: Of this installation.
        now: The clock.
    """
    oidc = settings.oidc
    parts = Parts(
        settings=settings,
        storage=Storage(settings.database_url.get_secret_value()),
        now=now,
        provider=Provider(oidc, settings.public_url, now) if oidc else None,
    )

    hub = Hub(parts.storage, partial(waiting, parts.outputs.is_published))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        cleaning = asyncio.create_task(_clean_always(parts))
        try:
            async with hub.open(settings.prefect_url):
                yield
        finally:
            cleaning.cancel()
            await asyncio.gather(cleaning, return_exceptions=True)
            await parts.storage.close()

    app = FastAPI(
        title="Stackwright",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": _PROBLEM, "5XX": _PROBLEM},
    )
    app.state.parts, app.state.hub = parts, hub
    app.add_middleware(Frame, settings=settings)
    explain(app)
    for router in ROUTERS:
        app.include_router(router)
    add_pages(app)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schema of problems."""
    if not app.openapi_schema:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        _, problems = models_json_schema(
            [(Problem, "serialization")], ref_template=f"{_SCHEMAS}{{model}}"
        )
        document["components"]["schemas"] |= problems["$defs"]
        app.openapi_schema = document
    return app.openapi_schema


async def _clean_always(parts: Parts) -> None:
    """Delete what has expired, now and then."""
    while True:
        try:
            async with parts.storage.session() as session:
                await clean(session, parts.settings.lifetime, parts.now())
        except ProjectError as error:
            log.warning("cleaning failed", cause=error.message)
        await asyncio.sleep(CLEAN_EVERY_S)
