"""Where a page leads: only to addresses of this installation, with or without script."""

from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.edge.frame import own_origins
from app.edge.parts import parts_of
from app.edge.sso.provider import CALLBACK

SIGN_IN = "/sign-in"
_KEPT = ":/%#?=@[]!$&'()*+,;"  # as Starlette writes addresses into headers


def local(address: str) -> str:
    """This address if it lies in this installation, else its first page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/")
    is_plain = address.isprintable() and "\\" not in address and not address.startswith("//")
    is_lasting = parts.path != CALLBACK  # what it carries is used once, and is nobody's business
    return address if is_ours and is_plain and is_lasting else "/"


def here(request: Request) -> str:
    """The page that somebody looks at: this one, or the one that asks for a piece or sends a form."""
    is_piece = request.headers.get("hx-request-type") == "partial"
    if request.method == "GET" and not is_piece:
        return local(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    shown = request.headers.get("hx-current-url") or request.headers.get("referer", "")
    own = own_origins(parts_of(request).settings, request.headers)
    origin = next((one for one in own if shown.startswith(f"{one}/")), None)
    return local(shown.removeprefix(origin).partition("#")[0]) if origin else "/"


def to_sign_in(request: Request) -> str:
    """Where somebody signs in who comes back to this page afterwards."""
    back = here(request)
    return SIGN_IN if back == "/" else f"{SIGN_IN}?{urlencode({'next': back})}"


def leave(request: Request, address: str) -> Response:
    """Go to another page after a form, whether script sent it or the browser itself."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": quote(address, safe=_KEPT)})
    return RedirectResponse(address, 303)
