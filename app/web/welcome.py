"""The first start: the one-time link that `stackwright serve` prints makes the first admin."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError

from app.api import accounts, sessions
from app.edge.limits import limited
from app.edge.logins import checked_password
from app.edge.parts import Address, Its, Work
from app.storage import credentials
from app.storage.accounts import has_admin
from app.web.addresses import SIGN_IN, leave
from app.web.forms import NOTHING, refusal
from app.web.rendering import fragment, page
from app.web.visitors import guest
from stackwright.access.tokens import Kind, digest, is_secret_text
from stackwright.errors import ProjectError

router = APIRouter(include_in_schema=False, dependencies=[Depends(guest)])

Text = Annotated[str, Form(max_length=2000)]
LABELS = {"name": "Name", "email": "Mail address", "password": "Password"}
TITLE = "Welcome to Stackwright"


@router.get("/welcome")
async def show_welcome(
    request: Request,
    parts: Its,
    session: Work,
    token: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The form behind the link, or what is wrong with the link and where there is a new one."""
    can = is_secret_text(Kind.LINK, token) and await credentials.is_open(
        session, credentials.FIRST_ADMIN, digest(token), parts.now()
    )
    if can and not await has_admin(session):
        given = {"token": token, "name": "", "email": ""}
        return page(request, "welcome.html.jinja", title=TITLE, given=given, why=NOTHING)
    if not token and await has_admin(session):
        return leave(request, SIGN_IN)
    return page(
        request,
        "welcome_closed.html.jinja",
        title=TITLE,
        status=403 if token else 200,
        why=accounts.NO_LINK.replace("token", "link") if token else "",
        has_admin=await has_admin(session),
    )


@router.post("/welcome")
async def make_first_admin(
    request: Request,
    parts: Its,
    address: Address,
    token: Text = "",
    name: Text = "",
    email: Text = "",
    password: Text = "",
) -> Response:
    """Make the first admin and sign them in, or show the form with what is wrong."""
    given = {"token": token, "name": name, "email": email}
    try:
        wanted = accounts.Welcome.model_validate({**given, "password": password})
        checked_password(wanted.password, wanted.email, wanted.name)
        await limited("welcome")(request)
        account = await accounts.welcome(wanted, parts, address)
    except (ProjectError, ValidationError) as error:
        why = refusal(error, LABELS)
        return fragment(
            request,
            "welcome_form.html.jinja",
            title=TITLE,
            status=why.status,
            given=given,
            why=why,
        )
    answer = leave(request, "/")
    await sessions.begin(account, request, answer, parts, address)
    return answer
