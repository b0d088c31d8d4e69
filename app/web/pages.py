"""All pages of the dashboard, to be added to an application."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Form
from fastapi.responses import RedirectResponse

from app.web import bundle, showcase
from app.web.problems import add_problems
from app.web.rendering import THEMES

YEAR_S = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


def add_pages(app: FastAPI) -> None:
    """Add pages, their files and their problem cards. Call it last: other failures are answered as before."""
    for one in (router, bundle.router, showcase.router):
        app.include_router(one)
    add_problems(app)


@router.post("/theme")
async def choose_theme(
    theme: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Remember the theme and go back to the page where it was chosen; how it is done without script."""
    answer = RedirectResponse(_here(back), 303)
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=YEAR_S, samesite="lax")
    return answer


def _here(address: str) -> str:
    """This address if it lies in this installation, else its first page."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if is_ours and "\\" not in address and not address.startswith("//") else "/"
