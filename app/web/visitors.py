"""Who looks at a page: the account of a browser session. Pages take cookies only, never tokens."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from app.edge.identity import CSRF_HEADER, by_cookie, is_from_us, not_allowed
from app.edge.problems import forbidden, unauthenticated
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, may

CSRF_FIELD = "csrf"


def visitor(action: Action) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that gives the caller, who has signed in and may do this.

    Use it as the first argument of a page: `caller: Annotated[Caller, Depends(visitor(Action.READ_SELF))]`.
    People who are not signed in are led to `/sign-in` and back, those who may not get the card of a 403.
    What changes something has to come from our own pages: from a browser that says so, or with the field
    that the part `form` writes.
    """

    async def visiting(request: Request) -> Caller:
        caller = await guest(request)
        if caller is None:
            raise unauthenticated()
        if not await _is_ours(request, caller):
            raise forbidden(
                "Nothing shows that this form comes from our own pages.",
                "Load the page again and send the form from there.",
            )
        if not may(caller.account.role, None, action):
            raise not_allowed(caller, action)
        return caller

    return visiting


async def guest(request: Request) -> Caller | None:
    """Who looks at a page that is for everybody; None: somebody who has not signed in."""
    caller = await by_cookie(request)
    request.state.caller = caller  # for the shell of the page
    return caller


def known(request: Request) -> Caller | None:
    """Who was found to look at this page, if anybody has asked."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return caller


async def _is_ours(request: Request, caller: Caller) -> bool:
    if is_from_us(request, caller, request.headers.get(CSRF_HEADER, "")):
        return True
    field = (await request.form()).get(CSRF_FIELD)
    return isinstance(field, str) and is_from_us(request, caller, field)
