"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError

from app.api import sessions
from app.edge.limits import limited
from app.edge.logins import proved
from app.edge.parts import Address, Its, Work
from app.web.addresses import SIGN_IN, leave, local
from app.web.forms import NOTHING, Refusal, refusal
from app.web.rendering import fragment, page
from app.web.visitors import guest, visitor
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action
from stackwright.errors import ProjectError

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=2000)]
LABELS = {"email": "Mail address", "password": "Password"}
WRONG = "The mail address or the password is wrong."


@router.get(SIGN_IN)
async def ask_who(
    request: Request,
    caller: Annotated[Caller | None, Depends(guest)],
    parts: Its,
    back: Annotated[str, Query(alias="next", max_length=2000)] = "/",
) -> Response:
    """The form; whoever has signed in is led on."""
    if caller:
        return leave(request, local(back))
    can_sign_up = parts.settings.sign_up != "off"
    return page(
        request,
        "sign_in.html.jinja",
        title="Sign in",
        back=local(back),
        email="",
        why=NOTHING,
        can_sign_up=can_sign_up,
        elsewhere=parts.settings.oidc,
    )


@router.post(SIGN_IN)
async def sign_in(
    request: Request,
    parts: Its,
    address: Address,
    email: Text = "",
    password: Text = "",
    back: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Begin a session and go to the page that was wanted, or show the form with what is wrong."""
    try:
        await limited("login")(request)
        login = sessions.Login.model_validate({"email": email, "password": password})
        account = await proved(parts, login.email, login.password, address)
    except (ProjectError, ValidationError) as error:
        return _again(request, email, local(back), refusal(error, LABELS))
    if account is None:
        wrong = ProjectError.bad_input(WRONG)
        return _again(request, email, local(back), refusal(wrong, LABELS))
    answer = leave(request, local(back))
    await sessions.begin(account, request, answer, parts, address)
    return answer


@router.post("/sign-out")
async def sign_out(
    request: Request,
    caller: Annotated[Caller, Depends(visitor(Action.CHANGE_SELF))],
    parts: Its,
    session: Work,
) -> Response:
    """End the session of this browser."""
    answer = leave(request, SIGN_IN)
    await sessions.log_out(caller, answer, parts, session)
    return answer


def _again(request: Request, email: str, back: str, why: Refusal) -> Response:
    return fragment(
        request,
        "sign_in_form.html.jinja",
        title="Sign in",
        status=why.status,
        back=back,
        email=email,
        why=why,
    )
