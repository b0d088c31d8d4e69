"""Pages and fragments from Jinja templates, in the shell that all pages share."""

from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from app.edge.identity import csrf_token_of
from app.edge.parts import parts_of
from app.web.addresses import here, to_sign_in
from app.web.bundle import asset, imports
from app.web.navigation import open_to
from app.web.visitors import CSRF_FIELD, known
from stackwright import __version__
from stackwright.value import Value

THEMES = ("system", "light", "dark")
FRESH = {"Cache-Control": "private, no-cache", "Vary": "HX-Request-Type, Cookie"}
_csrf: ContextVar[str] = ContextVar("csrf", default="")  # of the page that is being drawn


class TitleBlock(Value):
    """What a page is about, as far as it is known; it stands in the corner of the drawing."""

    model: str = Field("", description="File or name of the domain model.")
    template: str = Field("", description="The template packs with their version.")
    plan: str = Field("", description="Number or name of the plan.")
    fingerprint: str = Field("", description="Digest of what decides the output.")

    def rows(self, sheet: str) -> list[dict[str, str]]:
        """The lines that are known, between the name of the page and the edition of Stackwright."""
        known = {"sheet": sheet, **self.model_dump(), "edition": f"Stackwright {__version__}"}
        return [{"label": label, "value": value} for label, value in known.items() if value]


def page(
    request: Request,
    template: str,
    *,
    title: str,
    block: TitleBlock | None = None,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A whole page.

    Args:
        request: Decides theme and chosen section.
        template: File below `html/`, which extends `base.html.jinja`.
        title: Stands in the browser's tab, as the heading and in the title block.
        block: What the page is about.
        status: The HTTP status.
        context: What else the template shows.

    Raises:
        AssetsMissingError: The files that pages load are not built.
        ValueError: The context has a name of the shell.
    """
    caller = known(request)
    role = caller and caller.account.role
    shell = {
        "title": title,
        "rows": (block or TitleBlock()).rows(title),
        "sections": open_to(role, request.app.state.page_paths) if role else (),
        "account": caller and caller.account,
        "to_sign_in": to_sign_in(request),
        "path": request.url.path,
        "here": here(request),
        "theme": theme(request),
        "themes": THEMES,
    }
    if taken := context.keys() & shell.keys():
        raise ValueError(f"the shell of the page has these names: {sorted(taken)}")
    return _drawn(request, template, {**context, **shell}, status)


def fragment(
    request: Request,
    template: str,
    *,
    title: str,
    block: TitleBlock | None = None,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A piece of a page where a piece is asked for, else the same piece as a page of its own.

    Args:
        request: Says which of the two is wanted.
        template: File below `html/`, which extends nothing.
        title: Of the page, when it becomes one.
        block: The title block of that page.
        status: The HTTP status.
        context: What the template shows.
    """
    if is_partial(request):
        return _drawn(request, template, context, status)
    return page(
        request,
        "fragment.html.jinja",
        title=title,
        block=block,
        status=status,
        piece=f"html/{template}",
        **context,
    )


def has_page(request: Request, path: str) -> bool:
    """Whether there is a page at this path, such as `/runs/{}`: parameters have no names."""
    return path in request.app.state.page_paths


def is_partial(request: Request) -> bool:
    """Whether a page that is already shown asks for a piece of itself."""
    return request.headers.get("hx-request-type") == "partial"


def theme(request: Request) -> str:
    """The theme that this browser's user chose; `system` until then."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else THEMES[0]


@cache
def environment() -> Environment:
    """The environment of all pages: everything is escaped, a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "asset": asset,
        "imports": imports,
        "csrf": _csrf.get,
        "csrf_field": CSRF_FIELD,
    }
    return made


def _drawn(request: Request, template: str, context: dict[str, Any], status: int) -> HTMLResponse:
    """The answer; the forms in it hold the token of this session against forged requests."""
    caller = known(request)
    key = caller and caller.session_digest
    token = _csrf.set(csrf_token_of(parts_of(request), key) if key else "")
    try:
        html = environment().get_template(f"html/{template}").render(context)
    finally:
        _csrf.reset(token)
    return HTMLResponse(html, status, headers=FRESH)
