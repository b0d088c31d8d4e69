"""All pages of the dashboard, to be added to an application."""

import re
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form
from fastapi.responses import RedirectResponse
from starlette.routing import Route

from app.web import (
    account,
    account_identities,
    account_tokens,
    accounts,
    all_deployments,
    audit,
    bundle,
    code_diff,
    code_figures,
    code_guide,
    code_preview,
    code_search,
    deployment_monitor,
    deployment_wizard,
    deployments,
    generation_config,
    generation_plan,
    home,
    progress_tracker,
    project,
    projects,
    run_log,
    runs,
    showcase,
    sign_in,
    sign_up,
    single_sign_on,
    template_builder,
    welcome,
)
from app.web.addresses import local
from app.web.problems import add_problems
from app.web.rendering import THEMES

PARAMETER = re.compile(r"\{[^}]+\}")
YEAR_S = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
ROUTERS: tuple[APIRouter, ...] = (
    router,
    bundle.router,
    home.router,
    sign_in.router,
    single_sign_on.router,
    sign_up.router,
    welcome.router,
    account.router,
    account_tokens.router,
    account_identities.router,
    accounts.router,
    audit.router,
    projects.router,
    template_builder.router,
    project.router,
    runs.router,
    progress_tracker.router,
    run_log.router,
    generation_config.router,
    generation_plan.router,
    all_deployments.router,
    deployments.router,
    deployment_wizard.router,
    code_preview.router,
    code_diff.router,
    code_search.router,
    code_figures.router,
    code_guide.router,
    deployment_monitor.router,
    showcase.router,
)


def add_pages(app: FastAPI) -> None:
    """Add pages, their files and their problem cards. Call it last: other failures are answered as before."""
    for one in ROUTERS:
        app.include_router(one)
    app.state.page_paths = frozenset(
        PARAMETER.sub("{}", route.path)
        for one in ROUTERS
        for route in one.routes
        if isinstance(route, Route) and "GET" in (route.methods or ())
    )
    add_problems(app)


@router.post("/theme")
async def choose_theme(
    theme: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Remember the theme and go back to the page where it was chosen; how it is done without script."""
    answer = RedirectResponse(local(back), 303)
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=YEAR_S, samesite="lax")
    return answer
