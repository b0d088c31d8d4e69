"""Signing up, as far as this installation lets people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import ValidationError

from app.api import accounts
from app.edge.limits import limited
from app.edge.logins import checked_password
from app.edge.parts import Address, Its
from app.web.addresses import leave
from app.web.forms import NOTHING, refusal
from app.web.rendering import fragment, page
from app.web.visitors import guest
from stackwright.access.accounts import Caller
from stackwright.errors import ProjectError

router = APIRouter(include_in_schema=False)

Guest = Annotated[Caller | None, Depends(guest)]
Text = Annotated[str, Form(max_length=2000)]
LABELS = {"name": "Name", "email": "Mail address", "password": "Password"}
TITLE = "New account"


@router.get("/sign-up")
async def show_form(request: Request, caller: Guest, parts: Its) -> Response:
    """The form, or that nobody can sign up here."""
    if caller:
        return leave(request, "/")
    return page(
        request,
        "sign_up.html.jinja",
        title=TITLE,
        sign_up=parts.settings.sign_up,
        given={"name": "", "email": ""},
        why=NOTHING,
    )


@router.post("/sign-up")
async def sign_up(
    request: Request,
    caller: Guest,
    parts: Its,
    address: Address,
    name: Text = "",
    email: Text = "",
    password: Text = "",
) -> Response:
    """Make the account. What is shown does not tell whether the mail address was free."""
    if caller:
        return leave(request, "/")
    given = {"name": name, "email": email}
    try:
        wanted = accounts.SignUp.model_validate({**given, "password": password})
        checked_password(wanted.password, wanted.email, wanted.name)
        await limited("sign_up")(request)
        done = await accounts.sign_up(wanted, parts, address)
    except (ProjectError, ValidationError) as error:
        why = refusal(error, LABELS)
        return fragment(
            request,
            "sign_up_form.html.jinja",
            title=TITLE,
            status=why.status,
            given=given,
            why=why,
        )
    return fragment(request, "sign_up_done.html.jinja", title=TITLE, said=done.message)
