"""Pages and fragments from Jinja templates, in the shell that all pages share."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from app.web.bundle import asset, imports
from app.web.navigation import SECTIONS
from stackwright import __version__
from stackwright.value import Value

THEMES = ("system", "light", "dark")
FRESH = {"Cache-Control": "no-cache", "Vary": "HX-Request-Type, Cookie"}


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
    """
    shell = {
        "title": title,
        "rows": (block or TitleBlock()).rows(title),
        "sections": SECTIONS,
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "theme": theme(request),
        "themes": THEMES,
    }
    html = environment().get_template(f"html/{template}").render({**context, **shell})
    return HTMLResponse(html, status, headers=FRESH)


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
        html = environment().get_template(f"html/{template}").render(context)
        return HTMLResponse(html, status, headers=FRESH)
    return page(
        request,
        "fragment.html.jinja",
        title=title,
        block=block,
        status=status,
        piece=f"html/{template}",
        **context,
    )


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
    made.globals |= {"asset": asset, "imports": imports}
    return made
